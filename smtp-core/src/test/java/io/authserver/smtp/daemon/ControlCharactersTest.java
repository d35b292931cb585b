package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ControlCharactersTest {
  @Test
  void escapesWhatCouldBreakOutOfALine() {
    assertEquals("a\\r\\nb\\tc", ControlCharacters.escape("a\r\nb\tc"));
    assertEquals(
        "\\u0000\\u001b[0m\\u007f\\u0085\\u2028\\u202e\\u2066",
        ControlCharacters.escape("\0\u001b[0m\u007f\u0085\u2028\u202e\u2066"));
  }

  @Test
  void leavesTheRest() {
    String text = "naïve 例え 😀 \\n";
    assertSame(text, ControlCharacters.escape(text));
  }

  @Test
  void noControlCharacterPasses() {
    for (char c = 0; c < 0x100; c++) {
      String escaped = ControlCharacters.escape("x" + c);
      assertTrue(escaped.chars().noneMatch(Character::isISOControl), "character " + (int) c);
    }
  }
}
