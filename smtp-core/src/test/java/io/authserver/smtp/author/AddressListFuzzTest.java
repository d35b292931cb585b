package io.authserver.smtp.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Address lists that nobody thought of: two readings agree about what they name. */
class AddressListFuzzTest {
  private static final int LISTS = 20_000;

  /** What lists are made of; a list is mostly right, with something added or taken away. */
  private static final List<String> PIECES =
      List.of(
          "a@b.example",
          "<a@b.example>",
          "Ann <a@b.example>",
          "\"x@evil.example\" <a@b.example>",
          "x@evil.example <a@b.example>",
          "The board: a@b.example, c@d.example;",
          "nobody:;",
          "<@r.example,@s.example:a@b.example>",
          "\"q\\\"(\"@b.example",
          "a@[192.0.2.1]",
          "(c(d)\\))",
          "\r\n ",
          "=?utf-8?q?x=40y?=");

  private static final List<String> CHARACTERS =
      List.of(
          "a", "b", "é", "@", ".", ",", ";", ":", "<", ">", "(", ")", "\"", "\\", "[", "]", " ",
          "\r\n\t", "\0", "\u007f");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void bothReadingsAgree(long seed) {
    Random random = new Random(seed);
    int lists = 0;
    for (int i = 0; i < LISTS; i++) {
      String text = random.nextInt(4) == 0 ? characters(random) : pieces(random);
      Optional<List<String>> expected = SlowAddressList.read(text);
      assertEquals(expected, fast(text), () -> "of «" + text + "»");
      lists += expected.filter(addresses -> !addresses.isEmpty()).isPresent() ? 1 : 0;
    }
    assertTrue(lists > LISTS / 10 && lists < LISTS - LISTS / 10, lists + " lists");
  }

  /** Guards the check itself: the second reading reads. */
  @Test
  void theSlowReadingReads() {
    assertEquals(
        Optional.of(List.of("a@b.example", "@[x]", "e@f")),
        SlowAddressList.read("A. B@C <a @ b.example>, (x)g:\"c d\"@[x],, <@r:e@f>;,"));
    assertEquals(Optional.empty(), SlowAddressList.read("a@b@c"));
    assertEquals(Optional.empty(), SlowAddressList.read("g: h: a@b;;"));
  }

  private static String pieces(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = 1 + random.nextInt(3);
    for (int i = 0; i < pieces; i++) {
      text.append(i > 0 && random.nextInt(4) > 0 ? "," : "").append(pick(PIECES, random));
    }
    int changes = random.nextInt(3);
    for (int i = 0; i < changes && !text.isEmpty(); i++) {
      int at = random.nextInt(text.length());
      if (random.nextBoolean()) {
        text.insert(at, pick(CHARACTERS, random));
      } else {
        text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(4)));
      }
    }
    return text.toString();
  }

  private static String characters(Random random) {
    StringBuilder text = new StringBuilder();
    int length = 1 + random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.append(pick(CHARACTERS, random));
    }
    return text.toString();
  }

  private static String pick(List<String> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }

  private static Optional<List<String>> fast(String text) {
    try {
      return Optional.of(
          AddressListParser.parse(text.getBytes(StandardCharsets.UTF_8)).stream()
              .map(each -> (each.isDotAtom() ? each.localPart() : "") + "@" + each.domain())
              .toList());
    } catch (AddressListParser.SyntaxException e) {
      return Optional.empty();
    }
  }
}
