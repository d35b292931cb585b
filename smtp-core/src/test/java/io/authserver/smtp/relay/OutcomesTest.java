package io.authserver.smtp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.reply.Reply;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of {@link Outcomes}, each code class at each step. */
class OutcomesTest {
  private static final List<RelayStep> STEPS =
      List.of(RelayStep.MAIL, RelayStep.RCPT, RelayStep.DATA, RelayStep.FINAL_REPLY);

  /**
   * What is not in a row of the table by itself: any code at any step has one of these outcomes.
   */
  @Test
  void everyCodeAtEveryStep() {
    for (int code : IntStream.rangeClosed(200, 599).toArray()) {
      for (RelayStep step : STEPS) {
        NextHopReply reply = new NextHopReply(code, List.of("text"));
        if (code == 421 || (code >= 300 && code < 400)) {
          RelayFailure failure =
              assertThrows(RelayFailure.class, () -> Outcomes.orFailure(reply, step));
          RelayOutcome outcome = Outcomes.of(failure);
          assertInstanceOf(RelayOutcome.TemporaryFailure.class, outcome);
          assertEquals(
              code == 421
                  ? "451 4.3.2 text"
                  : "451 4.4.2 Connection to the next hop broke; try again later",
              outcome.reply().toString());
          continue;
        }
        RelayOutcome outcome = Outcomes.of(reply, step);
        boolean ours = (code >= 500 && code <= 504) || code == 555;
        boolean login = code == 530 || code == 535 || code == 538;
        String expected =
            ours
                ? "451 4.3.0 Next hop did not understand us; try again later"
                : login
                    ? "451 4.3.5 Next hop wants us to log in; try again later"
                    : code + " " + code / 100 + ".0.0 text";
        assertEquals(expected, outcome.reply().toString(), step.toString());
        Class<? extends RelayOutcome> kind =
            switch (expected.charAt(0)) {
              case '2' -> RelayOutcome.Delivered.class;
              case '4' -> RelayOutcome.TemporaryFailure.class;
              default -> RelayOutcome.PermanentFailure.class;
            };
        assertEquals(kind, outcome.getClass());
      }
    }
  }

  /** A fault of the address, said by whatever code, is permanent where an address was said. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          501 | 5.1.3 Recipient address syntax error   | 501 5.1.3 Recipient address syntax error
          501 | 5.1.3: Recipient address syntax error  | 501 5.1.3 Recipient address syntax error
          501 | 5.1.7 Bad sender                       | 501 5.1.7 Bad sender
          500 | 5.1.3 Bad address                      | 500 5.1.3 Bad address
          504 | 5.1.3 Bad address                      | 504 5.1.3 Bad address
          555 | 5.1.3 Bad address                      | 555 5.1.3 Bad address
          553 | 5.6.7 No SMTPUTF8                      | 553 5.6.7 No SMTPUTF8
          501 | 5.6.7 No SMTPUTF8                      | 501 5.6.7 No SMTPUTF8
          """)
  void aFaultOfTheAddressIsPermanentAtMailAndRcpt(int code, String text, String forClient) {
    NextHopReply reply = new NextHopReply(code, List.of(text));
    for (RelayStep step : List.of(RelayStep.MAIL, RelayStep.RCPT)) {
      RelayOutcome outcome = Outcomes.of(reply, step);
      assertInstanceOf(RelayOutcome.PermanentFailure.class, outcome, step.toString());
      assertEquals(forClient, outcome.reply().toString());
    }
    for (RelayStep step : List.of(RelayStep.DATA, RelayStep.FINAL_REPLY)) {
      RelayOutcome outcome = Outcomes.of(reply, step);
      assertEquals(code == 553, outcome instanceof RelayOutcome.PermanentFailure, step.toString());
    }
  }

  /** Without a status that says so, or with one of another class, it is our command. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          501 | Syntax error
          501 | 5.5.4 Invalid arguments
          501 | 4.1.3 Wrong class
          501 | 5.6.1 Media
          500 | 5.5.2 Syntax error
          503 | 5.5.1 Sequence
          555 | 5.5.4 Unsupported option
          """)
  void anyOtherFaultOfACommandIsOurs(int code, String text) {
    for (RelayStep step : STEPS) {
      RelayOutcome outcome = Outcomes.of(new NextHopReply(code, List.of(text)), step);
      assertInstanceOf(RelayOutcome.TemporaryFailure.class, outcome);
      assertEquals(451, outcome.reply().code());
      // the operator sees what was said
      assertTrue(
          ((RelayOutcome.TemporaryFailure) outcome).cause().contains("reply=" + code), step::name);
    }
  }

  /** Every way to fail is temporary, has a status (RFC 2034 §4), and never is 421. */
  @ParameterizedTest
  @EnumSource(RelayFailure.Kind.class)
  void everyFailureIsTemporary(RelayFailure.Kind kind) {
    for (RelayStep step : RelayStep.values()) {
      for (NextHopReply said :
          new NextHopReply[] {
            null,
            new NextHopReply(421, List.of("4.3.2 closing")),
            new NextHopReply(554, List.of("5.7.1 go away")),
          }) {
        if (kind == RelayFailure.Kind.CLOSING && said != null && said.code() != 421) {
          continue;
        }
        Reply reply = Outcomes.of(new RelayFailure(kind, step, "cause", said)).reply();
        assertEquals(451, reply.code());
        assertNotNull(reply.enhancedStatusCode());
        assertEquals(4, reply.enhancedStatusCode().statusClass());
      }
    }
  }

  /** What our client gets of a long and dirty reply is printable, short, and one reply. */
  @Test
  void whatIsPassedOnIsCleanedAndBounded() {
    String dirty = "5.1.1 \u0000\u001b[2J\u00e9\u0085\r x" + "y".repeat(2000);
    RelayOutcome outcome =
        Outcomes.of(
            new NextHopReply(550, java.util.Collections.nCopies(100, dirty)), RelayStep.RCPT);
    Reply reply = outcome.reply();
    assertEquals(Reply.MAX_LINES, reply.lines().size());
    assertEquals("... (81 more lines)", reply.lines().getLast());
    for (String line : reply.lines().subList(0, Reply.MAX_LINES - 1)) {
      assertTrue(line.length() <= Reply.MAX_LINE_LENGTH);
      assertTrue(line.startsWith("??[2J??? x"), line);
      assertTrue(line.chars().allMatch(c -> c >= 0x20 && c < 0x7f));
    }
  }
}
