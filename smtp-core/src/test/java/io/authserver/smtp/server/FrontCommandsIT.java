package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every command over a raw socket (RFC 5321 §4.1), and SubEtha's traps among them. */
class FrontCommandsIT {
  private FrontFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new FrontFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  @DisplayName("RFC 5321 §3.1, §4.1.1.1, traps 7 and 12: the banner and what EHLO offers are ours")
  void bannerAndGreetingsAreOurs() throws IOException {
    // Trap 7 and 12: SubEtha's EHLO offers what the next hop cannot do; its banner says "null".
    try (RawSmtpClient client = fixture.connect()) {
      assertEquals("220 front.example ESMTP", client.readReply());
      assertEquals(
          "250-front.example\n250-PIPELINING\n250-ENHANCEDSTATUSCODES\n250-SIZE 104857600\n"
              + "250-8BITMIME\n250-SMTPUTF8\n250 DSN",
          client.command("EHLO client.example"));
      assertEquals("250 front.example", client.command("helo client.example"));
      assertEquals("501 syntax: EHLO name, or HELO name", client.command("EHLO"));
      fixture.extensions = Optional.of(Extensions.NONE);
      assertEquals(
          "250-front.example\n250-PIPELINING\n250-ENHANCEDSTATUSCODES\n250 SIZE 104857600",
          client.command("EHLO [192.0.2.1]"));
    }
  }

  @Test
  void aWholeTransaction() throws Exception {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command(
          "MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x", "250 2.1.0");
      client.command(
          "RCPT TO:<b@example.org> NOTIFY=NEVER ORCPT=rfc822;b@example.org", "250 2.1.5");
      assertEquals(
          "250 2.0.0 taken", client.data(FrontFixture.bytes("Subject: x\r\n\r\n..\r\nbody\r\n")));
      client.command("QUIT", "221 2.0.0");
      assertNull(client.readLine());
    }
    RecordingTransactions.Received received = fixture.daemon.take();
    assertEquals("Subject: x\r\n\r\n..\r\nbody\r\n", latin1(received.bytes()));
    assertEquals("<a@example.org>", received.sender().reversePath().toString());
    assertEquals("HDRS", received.sender().parameters().ret());
    assertEquals("x", received.sender().parameters().envid());
    assertEquals("NEVER", received.recipients().getFirst().parameters().notifyOn());
    assertTrue(
        received
            .trace()
            .matches(
                "Received: from client\\.example \\(\\[127\\.0\\.0\\.1\\]\\)\r\n"
                    + "\tby front\\.example with ESMTP id "
                    + received.id()
                    + "\r\n"
                    + "\tfor <b@example\\.org>;\r\n"
                    + "\t[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d"
                    + " \\+0000\r\n"),
        received.trace());
  }

  @Test
  void severalRecipientsAreNotNamedInTheTraceAndHeloSaysSmtp() throws Exception {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command("HELO client", "250");
      client.command("MAIL FROM:<>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.command("RCPT TO:<postmaster>", "250");
      client.data(FrontFixture.bytes("\r\n"));
    }
    String trace = fixture.daemon.take().trace();
    assertFalse(trace.contains("for <"), trace);
    assertTrue(trace.contains(" with SMTP id "), trace);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOOP|250 2.0.0",
        "noop anything|250 2.0.0",
        "RSET|250 2.0.0",
        "RSET now|501 5.5.4",
        "VRFY someone|252 2.0.0",
        "VRFY|501 5.5.4",
        "HELP|214 2.0.0",
        "QUIT now|501 5.5.4",
        "EXPN list|502 5.5.1",
        "STARTTLS|502 5.5.1",
        "AUTH PLAIN|502 5.5.1",
        "DATA|503 5.5.1",
        "RCPT TO:<b@example.org>|503 5.5.1",
        "MAIL FROM:<a@example.org> X=1|555 5.5.4",
        "MAIL FROM:<a@example.org> SIZE=99999999999|552 5.3.4",
        "MAIL FROM:garbage|501 5.1.7",
        "MAIL|501 5.5.4",
        "FOO|500 5.5.1",
        "MAILX FROM:<a@example.org>|500 5.5.1",
        "MAILFROM:<a@example.org>|500 5.5.1",
        "NOOPE|500 5.5.1",
        "ma\u00c4l FROM:<a@example.org>|500 5.5.2",
      })
  void commandsAndTheirReplies(String command, String expected) throws IOException {
    // Trap 6: SubEtha matches verbs on four characters. Trap 5: a huge SIZE closes the connection.
    try (RawSmtpClient client = fixture.greeted()) {
      String reply = client.command(command);
      assertTrue(reply.startsWith(expected + " "), reply);
      client.command("NOOP", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @Test
  void theOrderOfCommandsIsKept() throws IOException {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command("MAIL FROM:<a@example.org>", "503 5.5.1");
      client.command("EHLO x", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("MAIL FROM:<a@example.org>", "503 5.5.1");
      client.command("DATA", "554 5.5.1");
      client.command("RCPT TO:<>", "501 5.1.3");
      client.command("RCPT TO:<b@example.org>", "250");
      client.command("DATA now", "501 5.5.4");
      client.command("EHLO x", "250");
      client.command("RCPT TO:<b@example.org>", "503 5.5.1");
    }
  }

  @Test
  void nothingKnownOfTheNextHopIs451AtMail() throws IOException {
    fixture.extensions = Optional.empty();
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command("EHLO x", "250");
      client.command("MAIL FROM:<a@example.org>", "451 4.4.1");
      fixture.extensions = Optional.of(Extensions.NONE);
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @Test
  void aBareLfNulOrOverlongLineIsOneBadCommandAndExecutesNothing() throws Exception {
    // RFC 5321 §2.3.8, §4.5.3.1.10.
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("NOOP\nMAIL FROM:<a@example.org>", "500 5.5.2");
      client.command("NOOP\rMAIL FROM:<a@example.org>", "500 5.5.2");
      client.command("MAIL FROM:<a@example.org>\u0000", "500 5.5.2");
      client.command("NOOP " + "x".repeat(100_000), "500 5.5.2");
      client.command("RCPT TO:<b@example.org>", "503 5.5.1");
      client.command("NOOP", "250");
    }
    assertTrue(fixture.daemon.events.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"BDAT 31,502", "BDAT 31 LAST,502", "bdat 31 last,502"})
  void aChunkIsThrownAwayAndNeverExecuted(String command, String expected) throws IOException {
    // Trap 2: SubEtha executes the chunk of a BDAT without RCPT, or with a lower-case "last".
    for (boolean inTransaction : new boolean[] {false, true}) {
      try (RawSmtpClient client = inTransaction ? fixture.inTransaction() : fixture.greeted()) {
        client.send(command + "\r\nRSET\r\nQUIT\r\nMAIL FROM:<x@y.z>\r\nNOOP\r\n");
        client.expect(expected + " 5.5.1");
        client.expect("250 2.0.0 ok");
        client.command("QUIT", "221");
      }
    }
  }

  @Test
  void aChunkThatIsCutOffOrHasNoSizeEndsTheSession() throws Exception {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.send("BDAT 1000 LAST\r\nQUIT\r\n");
      client.closeOutput();
      assertEquals("", client.readToEnd());
    }
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.send("BDAT x LAST\r\nQUIT\r\n");
      assertTrue(client.expect("421 4.7.0").contains("size"));
      assertNull(client.readLine());
    }
    assertTrue(fixture.daemon.messages.isEmpty());
  }

  @Test
  @DisplayName("RFC 5321 §4.1.1.4, traps 1 and 4: a refused body is read to its end")
  void aRefusedMessageLeavesNothingToExecuteAndNoTransactionOpen() throws Exception {
    // Trap 1: the rest of a refused body was executed. Trap 4: the next MAIL got 503.
    fixture.daemon.onMessage =
        (message, recipients) -> List.of(Reply.of(554, "5.7.1", "not this one"));
    try (RawSmtpClient client = fixture.inTransaction()) {
      assertEquals(
          "554 5.7.1 not this one",
          client.data(FrontFixture.bytes("x\r\nMAIL FROM:<x@y.z>\r\nQUIT\r\n")));
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @Test
  void failuresOfTheDaemonAreTemporary() throws IOException {
    fixture.daemon.onMessage =
        (message, recipients) -> {
          throw new IOException("disk on fire");
        };
    try (RawSmtpClient client = fixture.inTransaction()) {
      assertTrue(client.data(FrontFixture.bytes("x\r\n")).startsWith("451 4.3.0"));
      fixture.daemon.onRecipient =
          recipient -> {
            throw new IllegalStateException("bug");
          };
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "451 4.3.0");
      client.command("RSET", "250");
      fixture.daemon.onMail =
          sender -> {
            throw new IllegalStateException("bug");
          };
      client.command("MAIL FROM:<a@example.org>", "451 4.3.0");
      fixture.daemon.onMail = sender -> Reply.of(421, "4.4.1", "next hop closed");
      assertEquals("451 4.4.1 next hop closed", client.command("MAIL FROM:<a@example.org>"));
      fixture.daemon.onMail = sender -> Reply.of(250, "", "no code of its own");
      assertEquals("250 2.0.0 no code of its own", client.command("MAIL FROM:<a@example.org>"));
    }
  }

  @Test
  void outcomesAreMergedIntoTheOneReply() throws IOException {
    Reply taken = Reply.of(250, "2.0.0", "taken");
    Reply later = Reply.of(451, "4.3.0", "later");
    Reply never = Reply.of(550, "5.1.1", "never");
    assertEquals(later, OutcomeMerge.merge(List.of(taken, never, later)));
    assertEquals(never, OutcomeMerge.merge(List.of(taken, never)));
    assertEquals(taken, OutcomeMerge.merge(List.of(taken, taken)));
  }

  @Test
  void aPipelinedBurstIsAnsweredInOrderAndItsRecipientsComeAsOneBatch() throws Exception {
    // RFC 2920; a client that is faster than its replies.
    fixture.daemon.onRecipient =
        recipient ->
            recipient.forwardPath().toString().contains("bad")
                ? Reply.of(550, "5.1.1", "unknown")
                : Reply.of(250, "2.1.5", "ok");
    try (RawSmtpClient client = fixture.greeted()) {
      client.sendLines(
          "MAIL FROM:<a@example.org>",
          "RCPT TO:<b@example.org>",
          "rcpt TO:<bad@example.org>",
          "RCPT TO:garbage",
          "RCPT TO:<c@example.org>",
          "DATA",
          "body",
          ".",
          "MAIL FROM:<a@example.org>",
          "RSET",
          "NOOP",
          "QUIT");
      client.expect("250 2.1.0");
      client.expect("250 2.1.5");
      client.expect("550 5.1.1");
      client.expect("501 5.1.3");
      client.expect("250 2.1.5");
      client.expect("354");
      client.expect("250 2.0.0 taken");
      client.expect("250 2.1.0");
      client.expect("250 2.0.0");
      client.expect("250 2.0.0");
      client.expect("221");
      assertNull(client.readLine());
    }
    assertEquals(2, fixture.daemon.take().recipients().size());
    // A command that is refused ends a batch.
    assertEquals(2, fixture.daemon.batches.poll(5, TimeUnit.SECONDS));
    assertEquals(1, fixture.daemon.batches.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void aHalfClosedClientGetsAllItsReplies() throws Exception {
    try (RawSmtpClient client = fixture.greeted()) {
      client.send(
          "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nbody\r\n.\r\nQUIT\r\n");
      client.closeOutput();
      String all = client.readToEnd();
      assertTrue(all.endsWith("221 2.0.0 bye\r\n"), all);
      assertTrue(all.contains("250 2.0.0 taken"), all);
    }
    assertEquals("body\r\n", latin1(fixture.daemon.take().bytes()));
  }

  @Test
  void aClientThatVanishesInsideDataDeliversNothing() throws Exception {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.command("DATA", "354");
      client.send("half a message\r\n.");
    }
    assertEquals("mail <a@example.org>", fixture.daemon.events.poll(5, TimeUnit.SECONDS));
    assertEquals("close", fixture.daemon.events.poll(5, TimeUnit.SECONDS));
    assertTrue(fixture.daemon.messages.isEmpty());
  }

  @Test
  void smtpUtf8IsAskedForAndPassedOn() throws Exception {
    // RFC 6531 §3.3, §4.3.
    String utf8 = latin1("jörg@müller.example".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<" + utf8 + ">", "553 5.6.7");
      client.command("MAIL FROM:<" + utf8 + "> SMTPUTF8", "250");
      client.command("RCPT TO:<" + utf8 + ">", "250");
      client.data(FrontFixture.bytes("\r\n"));
    }
    RecordingTransactions.Received received = fixture.daemon.take();
    assertEquals("<jörg@müller.example>", received.sender().reversePath().toString());
    assertTrue(received.trace().contains(" with UTF8SMTP id "), received.trace());
    assertTrue(received.trace().contains("for <jörg@müller.example>"), received.trace());
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
