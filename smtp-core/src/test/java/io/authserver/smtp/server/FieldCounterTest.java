package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted while a message comes in is what is found in it afterwards. */
class FieldCounterTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "'',0",
        "'~',0",
        "'~a~b~',0",
        "'a: 1~',1",
        "'a: 1',1",
        "'a: 1~ b~\tc~d: 2~~e: 3~',2",
        "' a: 1~ b~~',1",
        "' ~ ~~',1",
        "'a~b~~c~',2"
      })
  void fields(String text, int expected) {
    // In the table ~ stands for CRLF.
    byte[] message = text.replace("~", "\r\n").getBytes(StandardCharsets.US_ASCII);
    for (int cut = 0; cut <= message.length; cut++) {
      for (int second = cut; second <= message.length; second++) {
        assertEquals(expected, count(message, cut, second));
      }
    }
  }

  @Test
  void anyHeaderHasAsManyFieldsAsAreCounted() {
    Random random = new Random(20261130);
    String[] parts = {"\r\n", "\r\n ", "\r\n\t", "a", ":", " ", "\u0000", "\u00e9"};
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      String message = text.append("\r\n").toString();
      int empty = message.startsWith("\r\n") ? 0 : message.indexOf("\r\n\r\n") + 2;
      String header = message.substring(0, empty == 1 ? message.length() : empty);
      byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
      int cut = random.nextInt(bytes.length + 1);
      assertEquals(
          HeaderSection.of(header.getBytes(StandardCharsets.ISO_8859_1)).fieldCount(),
          count(bytes, cut, cut),
          () -> message.replace("\r", "\\r").replace("\n", "\\n"));
    }
  }

  private static int count(byte[] message, int cut, int second) {
    FieldCounter counter = new FieldCounter();
    counter.accept(message, 0, cut);
    counter.accept(message, cut, second - cut);
    counter.accept(message, second, message.length - second);
    return counter.fields();
  }
}
