package io.authserver.smtp.relay;

import static io.authserver.smtp.relay.Relaying.BOUND;
import static io.authserver.smtp.relay.Relaying.MESSAGE;
import static io.authserver.smtp.relay.Relaying.NOTHING;
import static io.authserver.smtp.relay.Relaying.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a next hop offers: when it is asked, what is remembered, and what follows from it. */
class RelayExtensionsIT {
  @Test
  void isAskedAtTheBeginning() {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().likeOpenSmtpd().start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertEquals(
          Optional.of(new Extensions(false, true, false, true, true, 36700160)), pool.extensions());
      assertEquals(1, nextHop.connections());
    }
  }

  @Test
  void isUnknownWhileNobodyAnswersAndKnownSoonAfter() {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting()) {
      nextHop.stop();
      try (RelayPool pool = RelayPool.start(Relaying.configuration(nextHop))) {
        assertEquals(Optional.empty(), pool.awaitExtensions(BOUND));
        nextHop.restart();
        Relaying.awaitTrue(() -> pool.extensions().isPresent(), "known");
      }
    }
  }

  /**
   * Symptom: the first message after a start of the next hop was told 451, and OpenSMTPD came back
   * after 400 s. Cause: for a second after a probe that failed nobody asked again.
   */
  @Test
  void aNextHopThatHasJustComeUpIsFoundAtOnce() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting()) {
      nextHop.stop();
      try (RelayPool pool = RelayPool.start(Relaying.configuration(nextHop))) {
        assertEquals(Optional.empty(), pool.extensions());
        nextHop.restart();
        assertTrue(pool.extensions().isPresent());
      }
    }
  }

  @Test
  void theLastKnownSetCountsWhileItIsDown() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, Duration.ofMillis(10)))) {
      nextHop.stop();
      assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
      assertTrue(pool.extensions().orElseThrow().smtpUtf8());
    }
  }

  @Test
  void isAskedAgainWhenTheAnswerHasGrownOld() {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(
                    Step.EHLO,
                    event ->
                        asked.getAndIncrement() == 0
                            ? Action.reply("250-x", "250 8BITMIME")
                            : Action.reply("250-x", "250-8BITMIME", "250 SMTPUTF8"))
                .start();
        RelayPool pool = Relaying.probed(configuration(nextHop, Duration.ofMillis(10)))) {
      Relaying.awaitTrue(() -> pool.extensions().orElseThrow().smtpUtf8(), "asked again");
    }
  }

  @Test
  void readsKeywordsInAnyCaseAndIgnoresTheRest() {
    assertEquals(
        new Extensions(true, true, true, true, true, 1000),
        Extensions.ofEhloReply(
            List.of(
                "x",
                "pipelining",
                "8bitMime",
                "SmtpUtf8",
                "DSN",
                "EnhancedStatusCodes",
                "SIZE 1000",
                "AUTH PLAIN",
                "X-ODD a b c",
                "")));
    assertEquals(0, Extensions.ofEhloReply(List.of("x", "SIZE")).size());
    assertEquals(0, Extensions.ofEhloReply(List.of("x", "SIZE 99999999999999999999")).size());
    // the first line greets, whatever it says
    assertEquals(Extensions.NONE, Extensions.ofEhloReply(List.of("PIPELINING")));
  }

  // ---- each connection for itself

  /** A next hop that offers less after its restart is asked for no more than that. */
  @Test
  void eachConnectionIsAskedForWhatItOffers() throws IOException {
    try (ScriptedNextHop nextHop = offeringLessLater("SIZE 1000");
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertTrue(pool.extensions().orElseThrow().dsn());
      nextHop.closeConnections();
      MailParameters dsn = new MailParameters(100, null, false, "HDRS", "id");
      assertEquals(
          List.of("MAIL FROM:<a@example.org> SIZE=1000", "RCPT TO:<b@example.net>"),
          sent(pool, nextHop, dsn, NOTIFIED));
      assertEquals(
          "552 5.3.4 Message is too big for the next hop",
          said(Relaying.relay(pool, Relaying.message("X: " + "y".repeat(1000) + "\r\n"))));
      MailParameters eightBit =
          new MailParameters(-1, MailParameters.Body.EIGHTBITMIME, false, null, null);
      assertEquals(
          "554 5.6.3 Next hop does not take 8-bit messages",
          outcomes(pool, "a@example.org", eightBit, "b@example.net").getFirst());
      assertEquals(
          "550 5.6.7 Next hop does not take internationalized addresses",
          outcomes(pool, "a@example.org", MailParameters.NONE, "\u00fc@example.net").getFirst());
    }
  }

  /** Restarted within a transaction: what was agreed is kept where it can be, else tried later. */
  @Test
  void aTransactionIsRepeatedWithWhatTheFreshConnectionOffers() throws IOException {
    for (boolean eightBit : List.of(true, false)) {
      try (ScriptedNextHop nextHop = offeringLessLater("SIZE 1000");
          RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
          RelayTransaction transaction = pool.open(BOUND)) {
        MailParameters parameters =
            new MailParameters(
                100, eightBit ? MailParameters.Body.EIGHTBITMIME : null, false, "HDRS", "id");
        transaction.mail(Relaying.sender("a@example.org", parameters));
        transaction.recipients(List.of(NOTIFIED));
        nextHop.closeConnections();
        RelayOutcome sent = transaction.send(NOTHING, MESSAGE);
        if (eightBit) {
          assertEquals("451 4.4.2 Next hop changed its mind; try again later", said(sent));
          assertTrue(nextHop.messages().isEmpty());
        } else {
          assertInstanceOf(RelayOutcome.Delivered.class, transaction.finish());
          assertEquals(
              List.of("RCPT TO:<b@example.net>"), nextHop.awaitMessage(BOUND).recipients());
        }
      }
    }
  }

  /** The smaller SIZE of the fresh connection counts, although it came after the check. */
  @Test
  void aMessageIsMeasuredAgainstTheFreshConnection() throws IOException {
    try (ScriptedNextHop nextHop = offeringLessLater("SIZE 10");
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      transaction.recipients(Relaying.recipients("b@example.net"));
      nextHop.closeConnections();
      assertEquals(
          "552 5.3.4 Message is too big for the next hop",
          said(transaction.send(NOTHING, MESSAGE)));
      assertTrue(nextHop.messages().isEmpty());
    }
  }

  /** Offers everything on its first connection, and one thing on every later one. */
  private static ScriptedNextHop offeringLessLater(String one) {
    return ScriptedNextHop.builder()
        .on(
            Step.EHLO,
            event ->
                event.connection() == 1 ? Action.proceed() : Action.reply("250-x", "250 " + one))
        .start();
  }

  private static List<String> sent(
      RelayPool pool, ScriptedNextHop nextHop, MailParameters parameters, Recipient recipient)
      throws IOException {
    try (RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org", parameters));
      transaction.recipients(List.of(recipient));
      transaction.send(NOTHING, MESSAGE);
      transaction.finish();
      ScriptedNextHop.Message message = nextHop.awaitMessage(BOUND);
      return List.of(message.mail(), message.recipients().getFirst());
    }
  }

  // ---- on the wire

  private static final MailParameters ALL =
      new MailParameters(100, MailParameters.Body.EIGHTBITMIME, false, "HDRS", "id+2B1");

  private static final Recipient NOTIFIED =
      new Recipient(
          new ForwardPath.Address(Mailbox.parse("b@example.net")),
          new RecipientParameters("SUCCESS,FAILURE", "rfc822;orig@example.net"));

  @Test
  void passesOnWhatIsOffered() throws IOException {
    assertEquals(
        List.of(
            "MAIL FROM:<a@example.org> BODY=8BITMIME SIZE=4196 RET=HDRS ENVID=id+2B1",
            "RCPT TO:<b@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;orig@example.net"),
        envelope(ALL, NOTIFIED, "8BITMIME", "SIZE", "DSN"));
    assertEquals(
        List.of("MAIL FROM:<a@example.org> BODY=8BITMIME", "RCPT TO:<b@example.net>"),
        envelope(ALL, NOTIFIED, "8BITMIME"));
    assertEquals(
        List.of("MAIL FROM:<a@example.org> BODY=8BITMIME SMTPUTF8", "RCPT TO:<b@example.net>"),
        envelope(
            new MailParameters(-1, MailParameters.Body.EIGHTBITMIME, true, null, null),
            NOTIFIED,
            "8BITMIME",
            "SMTPUTF8"));
  }

  private static List<String> envelope(
      MailParameters parameters, Recipient recipient, String... extensions) throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().extensions(extensions).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org", parameters));
      transaction.recipients(List.of(recipient));
      transaction.send(NOTHING, MESSAGE);
      transaction.finish();
      ScriptedNextHop.Message message = nextHop.awaitMessage(BOUND);
      return List.of(message.mail(), message.recipients().getFirst());
    }
  }

  /** RFC 6152: declared 8-bit does not go where it is not taken; undeclared does, as it came. */
  @Test
  void eightBitMessages() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().extensions("SIZE").start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      try (RelayTransaction transaction = pool.open(BOUND)) {
        transaction.mail(Relaying.sender("a@example.org", ALL));
        assertEquals(
            "554 5.6.3 Next hop does not take 8-bit messages",
            said(transaction.recipients(List.of(NOTIFIED)).getFirst()));
      }
      String text = "Subject: caf\u00e9\r\n\r\n\u00ff\r\n";
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool, Relaying.message(text)));
      assertEquals(text, nextHop.awaitMessage(BOUND).text());
    }
  }

  /** RFC 6531 §3.5, for the parameter, the sender's address, and one recipient of several. */
  @Test
  void internationalizedMailWithoutSmtpUtf8() {
    String refusal = "550 5.6.7 Next hop does not take internationalized addresses";
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().likeOpenSmtpd().start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      MailParameters smtpUtf8 = new MailParameters(-1, null, true, null, null);
      assertEquals(refusal, outcomes(pool, "a@example.org", smtpUtf8, "b@example.net").getFirst());
      assertEquals(
          refusal,
          outcomes(pool, "\u00e4@example.org", MailParameters.NONE, "b@example.net").getFirst());
      assertEquals(
          List.of("250 2.1.5 Ok", refusal),
          outcomes(
              pool, "a@example.org", MailParameters.NONE, "b@example.net", "\u00fc@example.net"));
      assertTrue(nextHop.commands(1).stream().noneMatch(line -> line.contains("SMTPUTF8")));
    }
  }

  /** An alias may lead to a UTF-8 address although the client did not ask for SMTPUTF8. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void smtpUtf8IsSaidWhereARecipientNeedsIt(boolean later) throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      if (later) {
        transaction.recipients(Relaying.recipients("b@example.net"));
        transaction.recipients(Relaying.recipients("\u00fc@example.net"));
      } else {
        transaction.recipients(Relaying.recipients("b@example.net", "\u00fc@example.net"));
      }
      transaction.send(NOTHING, MESSAGE);
      assertInstanceOf(RelayOutcome.Delivered.class, transaction.finish());
      ScriptedNextHop.Message message = nextHop.awaitMessage(BOUND);
      assertEquals("MAIL FROM:<a@example.org> SMTPUTF8", message.mail());
      assertEquals(List.of("<b@example.net>", "<\u00fc@example.net>"), message.forwardPaths());
    }
  }

  /** RFC 2920: MAIL and its recipients in one write where offered, one by one where not. */
  @Test
  void pipelinesOnlyWhereOffered() {
    for (boolean pipelining : List.of(true, false)) {
      AtomicInteger early = new AtomicInteger();
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder()
                  .extensions(pipelining ? "PIPELINING" : "8BITMIME")
                  .onPendingInput(early)
                  .start();
          RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
        String[] many = new String[250];
        java.util.Arrays.setAll(many, i -> i + "@b.example");
        assertTrue(
            outcomes(pool, "a@example.org", MailParameters.NONE, many).stream()
                .allMatch("250 2.1.5 Ok"::equals));
        assertEquals(pipelining, early.get() > 0);
      }
    }
  }

  private static List<String> outcomes(
      RelayPool pool, String reversePath, MailParameters parameters, String... recipients) {
    try (RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender(reversePath, parameters));
      return transaction.recipients(Relaying.recipients(recipients)).stream()
          .map(Relaying::said)
          .toList();
    }
  }

  private static NextHopConfiguration configuration(
      ScriptedNextHop nextHop, Duration extensionsMaxAge) {
    return new NextHopConfiguration(
        nextHop.host(),
        nextHop.port(),
        "relay.example",
        4,
        BOUND,
        80,
        Relaying.timeouts(Duration.ofSeconds(1), BOUND),
        extensionsMaxAge);
  }
}
