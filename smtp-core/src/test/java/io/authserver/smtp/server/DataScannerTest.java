package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.EndOfDataVectors;
import io.authserver.smtp.testing.GeneratedMessages;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5321 §4.1.1.4, §4.5.2, §2.3.8, fed at every boundary. */
class DataScannerTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "'.~|','',false",
        "'a~|.~|','a~|',false",
        "'..~|.~|','.~|',false",
        "'..a~|...~|.~|','.a~|..~|',false",
        "'.a~|.~|','a~|',false",
        "'a|b~|.~|','a~|b~|',true",
        "'a~b~|.~|','a b~|',true",
        "'a~~|.~|','a ~|',true",
        "'a|.|~|.~|','a~|.~|~|',true",
        "'a~|.|b~|.~|','a~|~|b~|',true",
        "'a~|.~b~|.~|','a~| b~|',true",
        "'a~|.~~|.~|','a~| ~|',true",
        "'|..~|.~|','~|..~|',true",
        "'~|.~|','~|',false",
        "'~~~|.~|','  ~|',true",
      })
  void linesAndDots(String input, String expected, boolean stray) throws IOException {
    // In the table ~ stands for CR and | for LF.
    byte[] wire = bytes(input.replace('~', '\r').replace('|', '\n'));
    String content = expected.replace('~', '\r').replace('|', '\n');
    for (int cut = 0; cut <= wire.length; cut++) {
      for (int second = cut; second <= wire.length; second++) {
        Result result = scan(wire, cut, second);
        assertTrue(result.scanner.ended());
        assertEquals(content, result.text());
        assertEquals(stray, result.scanner.sawStrayLineEnds());
        assertEquals(content.length(), result.scanner.size());
      }
    }
  }

  @Test
  void onlyCrlfDotCrlfEndsDataAndNothingBareIsPassedOn() throws IOException {
    for (String sequence : EndOfDataVectors.mustNotEndData()) {
      byte[] wire = bytes("a" + sequence + "b\r\n.\r\nNOOP\r\n");
      for (int cut = 0; cut <= wire.length; cut++) {
        Result result = scan(wire, cut, cut);
        assertTrue(result.scanner.ended());
        assertEquals(wire.length - 6, result.consumed, "ended early in " + escaped(sequence));
        assertFalse(result.text().replace("\r\n", "").matches("(?s).*[\r\n].*"), escaped(sequence));
      }
    }
  }

  @Test
  void theHeaderSectionAndTheLongestLineAreFound() throws IOException {
    Result result = scan(bytes("A: 1\r\nB: 2\r\n\r\n123456789\r\n\r\n.\r\n"), 3, 9);
    assertEquals(12, result.scanner.headerLength());
    assertEquals(14, result.scanner.bodyOffset());
    assertEquals(9, result.scanner.longestLine());
    Result none = scan(bytes("no colon\r\nline\r\n.\r\n"), 1, 2);
    assertEquals(16, none.scanner.headerLength());
    assertEquals(16, none.scanner.bodyOffset());
    Result empty = scan(bytes("\r\nbody\r\n.\r\n"), 1, 2);
    assertEquals(0, empty.scanner.headerLength());
    assertEquals(2, empty.scanner.bodyOffset());
  }

  @Test
  void generatedMessagesPassUnchangedAtEverySplit() throws IOException {
    Random random = new Random(20261121);
    for (int round = 0; round < 300; round++) {
      byte[] message = GeneratedMessages.message(random, 1 + random.nextInt(200));
      byte[] wire = RawSmtpClient.stuffed(message);
      for (int cut = 0; cut <= wire.length; cut++) {
        Result result = scan(wire, cut, Math.min(wire.length, cut + 1));
        assertArrayEquals(message, result.out.toByteArray());
        assertFalse(result.scanner.sawStrayLineEnds());
      }
    }
  }

  @Test
  void noiseEndsOnlyWhereItShould() throws IOException {
    Random random = new Random(7);
    byte[] alphabet = bytes("\r\n.\u0000a");
    for (int round = 0; round < 20_000; round++) {
      byte[] noise = new byte[random.nextInt(24)];
      for (int i = 0; i < noise.length; i++) {
        noise[i] = alphabet[random.nextInt(alphabet.length)];
      }
      String text = "\r\n" + new String(noise, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n.\r\n");
      int cut = random.nextInt(noise.length + 1);
      Result result = scan(noise, cut, cut);
      assertEquals(end >= 0, result.scanner.ended(), escaped(text));
      if (end >= 0) {
        assertEquals(end + 3, result.consumed, escaped(text));
      }
      assertFalse(result.text().replace("\r\n", "").matches("(?s).*[\r\n].*"), escaped(text));
    }
  }

  private static Result scan(byte[] wire, int cut, int second) throws IOException {
    Result result = new Result();
    int[] ends = {cut, second, wire.length};
    int at = 0;
    for (int end : ends) {
      if (!result.scanner.ended() && at < end) {
        at = result.scanner.feed(wire, at, end);
      }
    }
    result.consumed = at;
    return result;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String escaped(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\u0000", "\\0");
  }

  private static final class Result {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final DataScanner scanner = new DataScanner(out::write);
    int consumed;

    String text() {
      return out.toString(StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  @DisplayName("trap 10: a message is handed over in blocks, not byte by byte")
  void aMessageIsHandedOverInBlocks() throws IOException {
    byte[] block = "x".repeat(98).concat("\r\n").repeat(655).getBytes(StandardCharsets.US_ASCII);
    AtomicInteger calls = new AtomicInteger();
    DataScanner scanner = new DataScanner((bytes, offset, length) -> calls.incrementAndGet());
    for (int i = 0; i < 16; i++) {
      assertEquals(block.length, scanner.feed(block, 0, block.length));
    }
    assertEquals(16L * block.length, scanner.size());
    assertEquals(16, calls.get());
  }
}
