package io.authserver.smtp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5321 §4.5.2. */
class DotStufferTest {
  @ParameterizedTest
  @CsvSource({
    "'', .|",
    ".|, ..|.|",
    "a, a|.|",
    "|.|..|, |..|...|.|",
    "a.|, a.|.|",
    ".a|b, ..a|b|.|",
  })
  void stuffsAndEnds(String text, String wire) throws IOException {
    byte[] bytes = bytes(text.replace("|", "\r\n"));
    for (int size = 1; size <= bytes.length + 1; size++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      DotStuffer stuffer = new DotStuffer(out::write);
      for (int at = 0; at < bytes.length; at += size) {
        stuffer.write(bytes, at, Math.min(size, bytes.length - at));
      }
      stuffer.finish();
      assertEquals(wire.replace("|", "\r\n"), out.toString(StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void aCrAtTheEndIsNotAnEnd() throws IOException {
    DotStuffer stuffer = new DotStuffer((bytes, offset, length) -> {});
    stuffer.write(bytes("a\r"), 0, 2);
    assertThrows(IllegalArgumentException.class, stuffer::finish);
  }

  /** The search by eight bytes finds what one by one byte does. */
  @Test
  void findsTheNextCrOrLf() {
    Random random = new Random(42);
    byte[] near = {'\r', '\n', '\r' - 1, '\r' + 1, '\n' - 1, '\n' + 1, (byte) 0x8d, (byte) 0x8a, 0};
    for (int round = 0; round < 20_000; round++) {
      byte[] block = new byte[random.nextInt(40)];
      for (int i = 0; i < block.length; i++) {
        block[i] = random.nextInt(6) == 0 ? near[random.nextInt(near.length)] : (byte) 'x';
      }
      int from = block.length == 0 ? 0 : random.nextInt(block.length);
      int expected = from;
      while (expected < block.length && block[expected] != '\r' && block[expected] != '\n') {
        expected++;
      }
      assertEquals(expected, DotStuffer.nextCrOrLf(block, from, block.length));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
