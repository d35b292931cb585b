package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Clients that say too much at once, too slowly, nonsense, or do not listen. */
class FrontHostileClientsIT {
  private static FrontTimeouts timeouts(Duration command, Duration message, Duration write) {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    return new FrontTimeouts(command, d.dataBlock(), message, d.session(), write, d.finalDot());
  }

  private static String message(int number) {
    return "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\n"
        + "DATA\r\nSubject: "
        + number
        + "\r\n\r\nQUIT\r\n..\r\n.\r\n";
  }

  /** RFC 2920 §3.1: everything in one write, RSET and QUIT in the middle. */
  @Test
  void aBurstOfThousandsOfCommandsIsAnsweredInOrder() throws Exception {
    StringBuilder burst = new StringBuilder("EHLO c.example\r\n");
    for (int i = 0; i < 3000; i++) {
      burst.append("NOOP\r\n");
    }
    for (int i = 0; i < 20; i++) {
      burst.append(message(i));
    }
    burst.append("MAIL FROM:<a@example.org>\r\nRCPT TO:<dropped@example.org>\r\nRSET\r\n");
    burst.append(message(20)).append("QUIT\r\n").append(message(21));
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayingFront fixture = new RelayingFront(nextHop);
        RawSmtpClient client = new RawSmtpClient(fixture.address())) {
      client.expect("220");
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.send(burst.toString());
                    } catch (IOException e) {
                      // What stands behind QUIT need not be read.
                    }
                  });
      client.expect("250-");
      for (int i = 0; i < 3000; i++) {
        client.expect("250 2.0.0 ok");
      }
      for (int i = 0; i < 20; i++) {
        expectMessage(client);
      }
      client.expect("250");
      client.expect("250");
      client.expect("250 2.0.0 ok");
      expectMessage(client);
      client.expect("221");
      assertNull(client.readLine());
      writer.join();
      fixture.awaitNothingLeft();
      List<Message> messages = nextHop.messages();
      assertEquals(21, messages.size());
      for (int i = 0; i < 21; i++) {
        String text = messages.get(i).text();
        assertTrue(text.endsWith("Subject: " + i + "\r\n\r\nQUIT\r\n.\r\n"), text);
      }
    }
  }

  private static void expectMessage(RawSmtpClient client) throws IOException {
    client.expect("250 2.1.0");
    client.expect("250 2.1.5");
    client.expect("250 2.1.5");
    client.expect("354");
    client.expect("250 2.0.0 Taken");
  }

  @Test
  void aSessionByteByByteIsTheSameSession() throws Exception {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayingFront fixture = new RelayingFront(nextHop);
        RawSmtpClient client = new RawSmtpClient(fixture.address())) {
      client.expect("220");
      byte[] session =
          ("EHLO c.example\r\n" + message(1) + "QUIT\r\n").getBytes(StandardCharsets.US_ASCII);
      for (byte each : session) {
        client.send(new byte[] {each});
      }
      client.expect("250-");
      expectMessage(client);
      client.expect("221");
      assertTrue(nextHop.messages().getFirst().text().endsWith("1\r\n\r\nQUIT\r\n.\r\n"));
    }
  }

  /** A deadline holds for a whole line and a whole message, not anew for each byte. */
  @Test
  void aDripOfBytesDoesNotHoldASession() throws Exception {
    FrontTimeouts quick = timeouts(Duration.ofMillis(600), Duration.ofMillis(600), BOUND);
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayingFront fixture = new RelayingFront(nextHop, BOUND, quick)) {
      try (RawSmtpClient client = new RawSmtpClient(fixture.address())) {
        client.expect("220");
        assertTrue(drip(client).startsWith("421 4.4.2"));
      }
      try (RawSmtpClient client = RawSmtpClient.greeted(fixture.address())) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("DATA", "354");
        assertTrue(drip(client).startsWith("421 4.4.2"));
      }
      fixture.awaitNothingLeft();
      assertEquals(List.of(), nextHop.messages());
      fixture.deliver("Subject: next");
    }
  }

  /** Sends a byte about every 50 ms until there is a reply. */
  private static String drip(RawSmtpClient client) throws IOException {
    client.socket().setSoTimeout(50);
    long end = System.nanoTime() + BOUND.toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        return client.readReply();
      } catch (SocketTimeoutException e) {
        client.send("x");
      }
    }
    throw new AssertionError("no reply to a drip of bytes");
  }

  private static final Duration BOUND = Duration.ofSeconds(10);

  /** Replies that nobody takes fill the socket's buffers; the session must not wait for ever. */
  @Test
  void aClientThatDoesNotReadIsCutOff() throws Exception {
    Queue<FrontMetrics.Limit> limits = new ConcurrentLinkedQueue<>();
    FrontMetrics metrics =
        new FrontMetrics() {
          @Override
          public void limit(FrontMetrics.Limit limit) {
            limits.add(limit);
          }
        };
    FrontTimeouts quick = timeouts(BOUND, BOUND, Duration.ofMillis(200));
    try (FrontFixture fixture =
            new FrontFixture(builder -> builder.timeouts(quick).metrics(metrics));
        RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org>", "250");
      byte[] noise = "NOOP\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        client.send(noise);
                      }
                    } catch (IOException e) {
                      // The front has closed the connection: that is what is wanted.
                    }
                  });
      RelayingFront.awaitTrue(() -> fixture.front.sessionCount() == 0, "no session");
      assertTrue(limits.contains(FrontMetrics.Limit.WRITE_TIME), limits.toString());
      assertEquals(List.of("mail <a@example.org>", "close"), List.copyOf(fixture.daemon.events));
      assertTrue(writer.join(BOUND));
    }
  }

  @Test
  void aMegabyteOfNonsenseEndsTheSession() throws Exception {
    try (FrontFixture fixture = new FrontFixture()) {
      try (RawSmtpClient client = fixture.connect()) {
        client.expect("220");
        Thread writer = sendInBackground(client, "\u0001\u00ff nonsense\r\n".repeat(80_000));
        for (int i = 0; i < ErrorCount.MOST_WITHOUT_MAIL; i++) {
          client.expect("500 5.5");
        }
        client.expect("421 4.7.0");
        assertTrue(writer.join(BOUND));
      }
      try (RawSmtpClient client = fixture.connect()) {
        client.expect("220");
        // One line of a megabyte is one error.
        Thread writer = sendInBackground(client, "x".repeat(1 << 20) + "\r\nNOOP\r\n");
        client.expect("500 5.5.2 command line too long");
        client.expect("250");
        assertTrue(writer.join(BOUND));
      }
      RelayingFront.awaitTrue(() -> fixture.front.sessionCount() == 0, "no session");
      try (RawSmtpClient client = fixture.inTransaction()) {
        assertTrue(client.data(FrontFixture.bytes("x\r\n")).startsWith("250"));
      }
    }
  }

  private static Thread sendInBackground(RawSmtpClient client, String text) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                client.send(text);
              } catch (SocketException e) {
                // The session ended before all was said.
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
  }
}
