package io.authserver.smtp.relay;

import static io.authserver.smtp.relay.Relaying.BOUND;
import static io.authserver.smtp.relay.Relaying.MESSAGE;
import static io.authserver.smtp.relay.Relaying.NOTHING;
import static io.authserver.smtp.relay.Relaying.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of the table of {@link Outcomes}, over a real connection. */
class RelayOutcomeIT {
  private static final String BROKEN =
      "451 4.4.2 Connection to the next hop broke; try again later";

  /** A reply of the next hop to a command, and what our client gets. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          450 4.2.1 Mailbox busy      | 450 4.2.1 Mailbox busy
          451 Later                   | 451 4.0.0 Later
          452 4.5.3 Too many          | 452 4.5.3 Too many
          550 5.1.1 No such user      | 550 5.1.1 No such user
          550 No such user            | 550 5.0.0 No such user
          550 4.1.1 Class differs     | 550 5.0.0 4.1.1 Class differs
          552 5.3.4 Too big           | 552 5.3.4 Too big
          553 5.1.7 Odd               | 553 5.1.7 Odd
          554 5.7.1 Spam              | 554 5.7.1 Spam
          571 5.7.1 Not you           | 571 5.7.1 Not you
          500 5.5.1 What?             | 451 4.3.0 Next hop did not understand us; try again later
          501 Bad address             | 451 4.3.0 Next hop did not understand us; try again later
          501 5.5.4 Bad argument      | 451 4.3.0 Next hop did not understand us; try again later
          555 5.5.4 No such parameter | 451 4.3.0 Next hop did not understand us; try again later
          502 5.5.1 No                | 451 4.3.0 Next hop did not understand us; try again later
          503 5.5.1 Order             | 451 4.3.0 Next hop did not understand us; try again later
          504 5.5.4 Parameter         | 451 4.3.0 Next hop did not understand us; try again later
          530 5.7.0 Log in            | 451 4.3.5 Next hop wants us to log in; try again later
          535 5.7.8 Wrong             | 451 4.3.5 Next hop wants us to log in; try again later
          538 5.7.11 Encrypt          | 451 4.3.5 Next hop wants us to log in; try again later
          421 4.7.0 Going             | 451 4.7.0 Going
          421 Going                   | 451 4.3.2 Going
          """)
  void mapsEachReplyAtEachStep(String reply, String forClient) throws IOException {
    for (Step step : List.of(Step.MAIL, Step.RCPT, Step.DATA, Step.FINAL_DOT)) {
      boolean[] well = {false};
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder()
                  .on(step, event -> well[0] ? Action.proceed() : Action.reply(reply))
                  .start();
          RelayPool pool = fresh(nextHop)) {
        RelayOutcome outcome = Relaying.relay(pool);
        assertEquals(forClient, said(outcome), step.toString());
        assertEquals(outcome instanceof RelayOutcome.PermanentFailure, forClient.startsWith("5"));
        well[0] = true;
        assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool), "the next message");
      }
    }
  }

  /** ADR 0012, as OpenSMTPD says it: the others of the transaction are not touched by it. */
  @ParameterizedTest
  @ValueSource(strings = {"501 5.1.3: Recipient address syntax error", "501 5.1.3 Syntax"})
  void aFaultOfOneAddressIsThatRecipients(String reply) throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .likeOpenSmtpd()
                .on(
                    Step.RCPT,
                    event -> event.line().contains("\"") ? Action.reply(reply) : Action.proceed())
                .start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      List<RelayOutcome> outcomes =
          transaction.recipients(Relaying.recipients("1@b.example", "\"a b\"@b.example"));
      assertInstanceOf(RelayOutcome.Delivered.class, outcomes.get(0));
      assertInstanceOf(RelayOutcome.PermanentFailure.class, outcomes.get(1));
      assertTrue(said(outcomes.get(1)).startsWith("501 5.1.3 "), () -> said(outcomes.get(1)));
      transaction.send(NOTHING, MESSAGE);
      assertEquals("250 2.0.0 Taken", said(transaction.finish()));
    }
  }

  /** The next hop's own words go to our client, lines and all, but nothing that could harm. */
  @Test
  void passesOnWhatTheNextHopSaid() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(Step.FINAL_DOT, Action.reply("250-2.6.0 Queued", "250 2.6.0 as \0\u00e9\t1"))
                .start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertEquals("250 2.6.0 Queued / as ?? 1", said(Relaying.relay(pool)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BANNER | 554 5.7.1 Go away     | 451 4.3.5 Next hop turns us away; try again later
          BANNER | 421 4.3.2 Full        | 451 4.3.2 Full
          BANNER | 450 Full              | 451 4.3.2 Full
          BANNER | 354 What              | 451 4.4.2 Connection to the next hop broke; try again later
          EHLO   | 550 5.7.1 Not you     | 451 4.3.5 Next hop turns us away; try again later
          EHLO   | 450 4.7.0 Not now     | 451 4.7.0 Not now
          EHLO   | 421 4.3.2 Stopping    | 451 4.3.2 Stopping
          EHLO   | 354 What              | 451 4.4.2 Connection to the next hop broke; try again later
          BANNER | 521 Not here          | 451 4.3.5 Next hop turns us away; try again later
          """)
  void mapsBeingTurnedAway(Step step, String reply, String forClient) throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(step, Action.reply(reply)).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertEquals(forClient, said(Relaying.relay(pool)));
    }
  }

  @Test
  void fallsBackToHelo() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.EHLO, Action.reply("502 5.5.1 No EHLO")).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
      assertEquals(Extensions.NONE, pool.extensions().orElseThrow());
      assertEquals(
          List.of("EHLO relay.example", "HELO relay.example", "MAIL FROM:<a@example.org>"),
          nextHop.commands(1).subList(0, 3));
    }
  }

  @Test
  void refusesIfHeloIsRefusedToo() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(Step.EHLO, Action.reply("500 5.5.1 No EHLO"))
                .on(Step.HELO, Action.reply("500 5.5.1 No HELO"))
                .start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertEquals("451 4.3.5 Next hop turns us away; try again later", said(Relaying.relay(pool)));
    }
  }

  @Test
  void nobodyThere() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      nextHop.stop();
      RelayOutcome outcome = Relaying.relay(pool);
      assertEquals("451 4.4.1 Next hop does not answer; try again later", said(outcome));
      assertTrue(
          ((RelayOutcome.TemporaryFailure) outcome).cause().startsWith("step=CONNECT"),
          outcome::toString);
    }
  }

  /** End of stream at each step, on a fresh connection. */
  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"BANNER", "EHLO", "MAIL", "RCPT", "CONTENT", "FINAL_DOT"})
  void brokenConnections(Step step) throws IOException {
    for (Action end : List.of(Action.close(), Action.reset())) {
      try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(step, end).start();
          RelayPool pool = fresh(nextHop)) {
        String outcome = said(Relaying.relay(pool));
        // a reset before the greeting may be seen as early as in connect()
        boolean notEvenConnected = step == Step.BANNER && outcome.startsWith("451 4.4.1 ");
        assertTrue(notEvenConnected || outcome.equals(BROKEN), outcome);
        assertTrue(nextHop.messages().stream().noneMatch(ScriptedNextHop.Message::taken));
      }
    }
  }

  /** What is not SMTP is a temporary failure, and the connection is not used again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\r\n",
        "25 Ok\r\n",
        "250Ok\r\n",
        "250 Ok\n",
        "\r\n",
        "999 Ok\r\n",
        "150 Ok\r\n",
        "250-Ok\r\n251 Ok\r\n",
        "250 O\rk\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "354 Not now\r\n"
      })
  void nonsenseIsTemporary(String nonsense) throws IOException {
    for (Step step : List.of(Step.BANNER, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA)) {
      boolean answer = step == Step.DATA && nonsense.startsWith("354");
      if (answer) {
        continue;
      }
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder().on(step, Action.raw(nonsense)).start();
          RelayPool pool = fresh(nextHop)) {
        assertEquals(BROKEN, said(Relaying.relay(pool)), step.toString());
        nextHop.awaitOpenConnections(0, BOUND);
      }
    }
  }

  @Test
  void nonsenseAfterTheFinalDotIsTemporary() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.FINAL_DOT, Action.raw("354 More\r\n")).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertEquals(BROKEN, said(Relaying.relay(pool)));
    }
  }

  @Test
  void endlessRepliesAreCutOff() throws IOException {
    String line = "250-" + "x".repeat(70) + "\r\n";
    for (String endless : List.of(line.repeat(1000), "250 " + "y".repeat(100_000))) {
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder().on(Step.RCPT, Action.raw(endless)).start();
          RelayPool pool = fresh(nextHop)) {
        assertEquals(BROKEN, said(Relaying.relay(pool)));
      }
    }
  }

  /**
   * A reply that nobody asked for would be taken for the next answer: in the worst case a delivery
   * that never was.
   */
  @Test
  void aReplyTooManyIsNeverTheNextAnswer() throws IOException {
    for (Step step : List.of(Step.MAIL, Step.RCPT)) {
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder()
                  .extensions("8BITMIME")
                  .on(step, Action.raw("250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n"))
                  .start();
          RelayPool pool = fresh(nextHop)) {
        assertEquals(BROKEN, said(Relaying.relay(pool)), step.toString());
      }
    }
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(Step.DATA, Action.raw("354 Go on\r\n250 2.0.0 Taken\r\n"))
                .start();
        RelayPool pool = fresh(nextHop)) {
      assertEquals(BROKEN, said(Relaying.relay(pool)));
    }
  }

  /** A next hop that refuses while it reads, and closes: what it said reaches our client. */
  @Test
  void aRefusalBeforeTheFinalDotCounts() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(Step.CONTENT, Action.replyAndClose("552 5.3.4 Enough"))
                .start();
        RelayPool pool = fresh(nextHop);
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      transaction.recipients(Relaying.recipients("b@example.net"));
      transaction.send(NOTHING, MESSAGE);
      nextHop.awaitOpenConnections(0, BOUND);
      assertEquals("552 5.3.4 Enough", said(transaction.finish()));
    }
  }

  /** Each recipient has its own outcome, and the message goes to those that were taken. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eachRecipientHasItsOutcome(boolean pipelining) throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .extensions(pipelining ? "PIPELINING" : "8BITMIME")
                .on(
                    Step.RCPT,
                    event ->
                        event.line().contains("never")
                            ? Action.reply("550 5.1.1 Never")
                            : event.recipients() >= 2
                                ? Action.reply("452 4.5.3 Too many")
                                : Action.proceed())
                .start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      List<RelayOutcome> first =
          transaction.recipients(Relaying.recipients("1@b.example", "never@b.example"));
      List<RelayOutcome> second =
          transaction.recipients(Relaying.recipients("2@b.example", "3@b.example"));
      assertEquals(
          List.of("250 2.1.5 Ok", "550 5.1.1 Never"), first.stream().map(Relaying::said).toList());
      assertEquals(
          List.of("250 2.1.5 Ok", "452 4.5.3 Too many"),
          second.stream().map(Relaying::said).toList());
      assertTrue(((RelayOutcome.TemporaryFailure) second.get(1)).isRecipientLimit());
      transaction.send(NOTHING, MESSAGE);
      assertEquals("250 2.0.0 Taken", said(transaction.finish()));
      assertEquals(
          List.of("<1@b.example>", "<2@b.example>"), nextHop.awaitMessage(BOUND).forwardPaths());
    }
  }

  @Test
  void onlyALimitIsALimit() {
    assertTrue(limit("452 4.5.3 Too many"));
    assertTrue(limit("451 4.5.3 Too many"));
    assertTrue(limit("452 Too many"));
    assertTrue(limit("552 Too many"));
    assertTrue(limit("550 5.5.3 Too many"));
    assertFalse(limit("552 5.2.2 Mailbox full"));
    assertFalse(limit("452 4.3.1 Disk full"));
    assertFalse(limit("451 4.3.0 Later"));
  }

  private static boolean limit(String reply) {
    NextHopReply said =
        new NextHopReply(Integer.parseInt(reply.substring(0, 3)), List.of(reply.substring(4)));
    return Outcomes.of(said, RelayStep.RCPT).isRecipientLimit();
  }

  /** MAIL that is refused is the refusal of every recipient, pipelined with it or later. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRefusedSenderRefusesEachRecipient(boolean pipelining) {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .extensions(pipelining ? "PIPELINING" : "8BITMIME")
                .on(Step.MAIL, Action.reply("550 5.7.1 Not from you"))
                .start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      for (RelayOutcome outcome :
          transaction.recipients(Relaying.recipients("1@b.example", "2@b.example"))) {
        assertEquals("550 5.7.1 Not from you", said(outcome));
      }
      assertEquals(
          "550 5.7.1 Not from you",
          said(transaction.recipients(Relaying.recipients("3@b.example")).getFirst()));
    }
  }

  /** RFC 1870: what is larger than the offered SIZE is not sent. */
  @Test
  void aMessageOverTheOfferedSizeIsRefused() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().extensions("SIZE 10").start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertEquals("552 5.3.4 Message is too big for the next hop", said(Relaying.relay(pool)));
      assertEquals("RSET", nextHop.commands(1).getLast());
    }
  }

  /** After a failure the same failure answers every further step. */
  @Test
  void aFailedTransactionStaysFailed() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().onConnection(2, Step.RCPT, Action.close()).start();
        RelayPool pool = fresh(nextHop);
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      transaction.recipients(Relaying.recipients("b@example.net"));
      assertEquals(
          BROKEN, said(transaction.recipients(Relaying.recipients("c@example.net")).getFirst()));
      assertEquals(BROKEN, said(transaction.send(NOTHING, MESSAGE)));
      assertEquals(BROKEN, said(transaction.finish()));
      transaction.abort();
      transaction.mail(Relaying.sender("a@example.org"));
      assertEquals(
          "250 2.1.5 Ok",
          said(transaction.recipients(Relaying.recipients("b@example.net")).getFirst()));
    }
  }

  /** A pool that keeps nothing: every connection but the probe's is a transaction's first. */
  private static RelayPool fresh(ScriptedNextHop nextHop) {
    return Relaying.probed(
        Relaying.configuration(
            nextHop.host(), nextHop.port(), 4, java.time.Duration.ZERO, 80, Relaying.timeouts()));
  }
}
