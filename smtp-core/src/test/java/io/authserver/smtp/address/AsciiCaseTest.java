package io.authserver.smtp.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AsciiCaseTest {
  private static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final String SMALL = "abcdefghijklmnopqrstuvwxyz";

  /** The rule, written down once more; authserver-db's AsciiCaseIT has the database say it. */
  @Test
  void nothingButAToZHasACase() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      String text = Character.toString(point);
      int capital = CAPITALS.indexOf(text);
      int small = SMALL.indexOf(text);
      String lower = capital < 0 ? text : SMALL.substring(capital, capital + 1);
      String upper = small < 0 ? text : CAPITALS.substring(small, small + 1);
      if (!lower.equals(AsciiCase.lower(text)) || !upper.equals(AsciiCase.upper(text))) {
        throw new AssertionError("U+%04X".formatted(point));
      }
    }
    for (int octet = Byte.MIN_VALUE; octet <= Byte.MAX_VALUE; octet++) {
      char lower = AsciiCase.lower((char) (octet & 0xff));
      assertEquals((byte) lower, AsciiCase.lower((byte) octet));
    }
  }

  @Test
  void whatIsFoldedIsFoldedToItsEnd() {
    assertEquals("é-a-É-z-k-İ", AsciiCase.lower("é-A-É-Z-k-İ"));
    assertEquals("É-A-é-Z-ß-ſ", AsciiCase.upper("É-a-é-z-ß-ſ"));
    String folded = "nothing to do: É";
    assertSame(folded, AsciiCase.lower(folded));
    assertSame("É É", AsciiCase.upper("É É"));
  }

  @ParameterizedTest
  @CsvSource({
    "Alice, aLICE, true",
    "É, É, true",
    "É, é, false",
    "k, \u212a, false",
    "s, \u017f, false",
    "i, \u0130, false",
    "I, \u0131, false",
    "ß, SS, false",
    "ab, a, false",
    "a, ab, false"
  })
  void equalityIsThatOfTheFoldedTexts(String one, String other, boolean equal) {
    assertEquals(equal, AsciiCase.equal(one, other));
    assertEquals(equal, AsciiCase.lower(one).equals(AsciiCase.lower(other)));
    assertEquals(equal, AsciiCase.upper(one).equals(AsciiCase.upper(other)));
    assertTrue(AsciiCase.startsWith(one + other, one));
    assertEquals(equal, AsciiCase.startsWith(one, other) && one.length() == other.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"postma\u017fter", "po\u017ftmaster", "P\u00d6STMASTER"})
  void whatLooksLikeAKeywordIsNone(String word) {
    assertInstanceOf(
        Parsed.Refused.class, EnvelopeParser.parseRecipient("TO:<" + word + ">", true));
    assertInstanceOf(Parsed.Value.class, EnvelopeParser.parseRecipient("to:<PostMASTER>", false));
  }

  /**
   * Symptom: a field named {@code \u00c0} was one named {@code \u00e0}, and one was found by a name
   * whose characters have the same low octets. Cause: Latin-1 was folded as Unicode is, and a
   * character was cut to a byte.
   */
  @Test
  void namesOfFieldsAreFoldedByOctets() {
    byte[] bytes = "\u00c0b: 1\r\nFrom: 2\r\n".getBytes(StandardCharsets.ISO_8859_1);
    List<HeaderField> fields = HeaderSection.of(bytes).fields();
    assertEquals(List.of("\u00c0b", "from"), fields.stream().map(HeaderField::name).toList());
    assertTrue(fields.get(0).isNamed("\u00c0B"));
    assertFalse(fields.get(0).isNamed("\u00e0b"));
    assertTrue(fields.get(1).isNamed("fROM"));
    assertFalse(fields.get(1).isNamed("\u0166rom"), "U+0166 ends in the octet of f");
  }
}
