package io.authserver.smtp.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** RFC 5321 §4.2, RFC 2034. */
class ReplyTest {
  @Test
  void everyLineCarriesTheCodes() {
    Reply reply = new Reply(550, new EnhancedStatusCode(5, 7, 1), List.of("one", "two"));
    assertEquals("550-5.7.1 one\r\n550 5.7.1 two\r\n", wire(reply));
    assertEquals("250 ok\r\n", wire(Reply.of(250, "", "ok")));
  }

  @Test
  void aForeignReplyIsCleanedAndItsStatusTakenOut() {
    Reply reply = Reply.foreign(550, List.of("5.1.1 no\tsuch\u0000user\r", "5.1.1 caf\u00e9"));
    assertEquals(new EnhancedStatusCode(5, 1, 1), reply.enhancedStatusCode());
    assertEquals(List.of("no such?user?", "caf?"), reply.lines());
  }

  /** OpenSMTPD wrote a colon after some codes; they were text to us, and said nothing. */
  @Test
  void aColonAfterTheStatusIsReadOver() {
    Reply reply = Reply.foreign(501, List.of("5.1.3: Recipient address syntax error"));
    assertEquals(new EnhancedStatusCode(5, 1, 3), reply.enhancedStatusCode());
    assertEquals(List.of("Recipient address syntax error"), reply.lines());
  }

  @Test
  void aStatusOfAnotherClassIsText() {
    Reply reply = Reply.foreign(450, List.of("5.1.1 wrong class"));
    assertNull(reply.enhancedStatusCode());
    assertEquals(List.of("5.1.1 wrong class"), reply.lines());
  }

  /**
   * Symptom: of a reply of many lines, and of a long line, the client got a part that looked like
   * the whole. Cause: they were cut without a mark.
   */
  @Test
  void whatIsShortenedSaysSo() {
    List<String> twenty = IntStream.rangeClosed(1, 20).mapToObj(i -> "5.1.1 line " + i).toList();
    Reply most = Reply.foreign(550, twenty);
    assertEquals("line 20", most.lines().getLast());
    List<String> more = new ArrayList<>(twenty);
    more.add("5.1.1 line 21");
    Reply bounded = Reply.foreign(550, more);
    assertEquals(20, bounded.lines().size());
    assertEquals("line 19", bounded.lines().get(18));
    assertEquals("... (2 more lines)", bounded.lines().getLast());
    assertEquals(new EnhancedStatusCode(5, 1, 1), bounded.enhancedStatusCode());

    String longest = "x".repeat(480);
    assertEquals(longest, Reply.clean(longest));
    assertEquals(longest, Reply.clean(longest + " \t"));
    assertEquals("x".repeat(477) + "...", Reply.clean(longest + "x"));
    assertEquals(
        new Reply(550, new EnhancedStatusCode(5, 7, 1), List.of(longest)),
        Reply.foreign(550, List.of("5.7.1 " + longest)));
    assertEquals(
        List.of("x".repeat(477) + "..."),
        Reply.foreign(550, List.of("5.7.1 " + longest + "x")).lines());
  }

  @Test
  void aForeignReplyIsBounded() {
    Reply reply = Reply.foreign(250, Collections.nCopies(100, "x".repeat(5000)));
    assertEquals(Reply.MAX_LINES, reply.lines().size());
    for (String line : wire(reply).split("\r\n", -1)) {
      assertTrue(line.length() <= 510, "RFC 5321 §4.5.3.1.5");
    }
    assertEquals("250 \r\n", wire(Reply.foreign(250, List.of())));
  }

  private static String wire(Reply reply) {
    return new String(reply.toWire(), StandardCharsets.ISO_8859_1);
  }
}
