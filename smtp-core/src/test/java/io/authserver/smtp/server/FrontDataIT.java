package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.testing.EndOfDataVectors;
import io.authserver.smtp.testing.GeneratedMessages;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of a message over a raw socket (RFC 5321 §4.1.1.4, §4.5.2), and their limits. */
class FrontDataIT {
  @TempDir Path spool;

  @Test
  void noBadSequenceEndsDataNorIsPassedOn() throws Exception {
    // Trap 9: bare CR and LF reached the handler unchanged.
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient client = fixture.greeted()) {
      for (String sequence : EndOfDataVectors.mustNotEndData()) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("DATA", "354");
        client.send("a" + sequence + "MAIL FROM:<smuggled@example.org>\r\n.\r\n");
        client.expect("250 2.0.0 taken");
        String got = new String(fixture.daemon.take().bytes(), StandardCharsets.ISO_8859_1);
        assertTrue(got.contains("smuggled"));
        assertFalse(got.replace("\r\n", "").matches("(?s).*[\r\n].*"), sequence);
      }
      for (String sequence : EndOfDataVectors.mustEndData()) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("DATA", "354");
        client.send("a" + sequence);
        client.expect("250 2.0.0 taken");
      }
    }
  }

  @Test
  void strayLineEndsAreRefusedWhereTheOperatorChoseSo() throws Exception {
    try (FrontFixture fixture =
            new FrontFixture(builder -> builder.strayLineEnds(StrayLineEnds.REFUSE));
        RawSmtpClient client = fixture.greeted()) {
      for (String sequence : EndOfDataVectors.mustNotEndData()) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("DATA", "354");
        client.send("a" + sequence + "QUIT\r\n.\r\n");
        // The one sequence without a stray CR or LF has a NUL before its dot, and passes.
        client.expect(
            sequence.equals("\r\n\u0000.\r\n") || sequence.equals("\r\n.\u0000\r\n")
                ? "250"
                : "550 5.6.11");
      }
      client.command("NOOP", "250");
    }
  }

  @Test
  void whatComesGoesOnUnchangedHoweverItIsCut() throws Exception {
    Random random = new Random(99);
    try (FrontFixture fixture =
            new FrontFixture(builder -> builder.spoolDirectory(spool), new MemoryBudget(300_000));
        RawSmtpClient client = fixture.greeted()) {
      for (int size : new int[] {0, 1, 100, 8191, 8192, 8193, 70_000, 400_000, 3_000_000}) {
        byte[] message = size == 0 ? new byte[0] : GeneratedMessages.withBody(random, size);
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("DATA", "354");
        byte[] wire = RawSmtpClient.stuffed(message);
        for (int at = 0; at < wire.length; ) {
          int length = Math.min(wire.length - at, 1 + random.nextInt(50_000));
          client.send(wire, at, length);
          at += length;
        }
        client.expect("250 2.0.0 taken");
        assertArrayEquals(message, fixture.daemon.take().bytes());
      }
      assertEquals(0, fixture.budget.used());
    }
  }

  @Test
  void everySplitOfASmallMessagePassesThroughASocket() throws Exception {
    byte[] message = FrontFixture.bytes("A: b\r\n\r\n.\r\n..x\r\n\u0000\u00ff\r\n");
    byte[] wire = RawSmtpClient.stuffed(message);
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient client = fixture.greeted()) {
      for (int cut = 1; cut < wire.length; cut++) {
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        client.command("DATA", "354");
        client.send(wire, 0, cut);
        client.send(wire, cut, wire.length - cut);
        client.expect("250 2.0.0 taken");
        assertArrayEquals(message, fixture.daemon.take().bytes());
      }
    }
  }

  @Test
  void sizeIsEnforcedWhileReadingAndReadToTheEnd() throws Exception {
    // Trap 5: SubEtha enforces nothing while reading. RFC 1870 §6.3.
    try (FrontFixture fixture =
            new FrontFixture(builder -> builder.limits(FrontFixture.limits(1000, 1000, 100, 100)));
        RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org> SIZE=1001", "552 5.3.4");
      client.command("MAIL FROM:<a@example.org> SIZE=1000 BODY=7BIT", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      String big = "x".repeat(998) + "\r\n";
      assertEquals("250 2.0.0 taken", client.data(FrontFixture.bytes(big)));
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertTrue(
          client
              .data(FrontFixture.bytes(big + "QUIT\r\n".repeat(100_000)))
              .startsWith("552 5.3.4"));
      client.command("NOOP", "250");
      assertEquals(0, fixture.budget.used());
    }
  }

  @Test
  void headerLineAndHopLimitsHaveTheirCodes() throws Exception {
    try (FrontFixture fixture = new FrontFixture()) {
      check(fixture, "X: y\r\n".repeat(180_000) + "\r\nbody\r\n", "552 5.3.4");
      check(fixture, "\r\n" + "x".repeat(65_537) + "\r\n", "554 5.6.0");
      check(fixture, "\r\n" + "x".repeat(65_536) + "\r\n", "250");
      check(fixture, "Received: x\r\n".repeat(101) + "\r\nbody\r\n", "554 5.4.6");
      check(fixture, "received : x\r\n".repeat(100) + "\r\nReceived: x\r\n", "250");
    }
  }

  @Test
  void noRoomForTheMessageIsTemporary() throws Exception {
    AtomicInteger limits = new AtomicInteger();
    FrontMetrics metrics =
        new FrontMetrics() {
          @Override
          public void limit(Limit limit) {
            if (limit == Limit.STORAGE) {
              limits.incrementAndGet();
            }
          }
        };
    try (FrontFixture fixture =
        new FrontFixture(
            builder -> builder.spoolDirectory(spool.resolve("missing")).metrics(metrics),
            new MemoryBudget(10_000))) {
      check(fixture, "\r\n" + "x\r\n".repeat(10_000), "452 4.3.1");
      check(fixture, "\r\nsmall\r\n", "250");
    }
    assertEquals(1, limits.get());
  }

  private static void check(FrontFixture fixture, String message, String expected)
      throws IOException {
    try (RawSmtpClient client = fixture.inTransaction()) {
      String reply = client.data(FrontFixture.bytes(message));
      assertTrue(reply.startsWith(expected), reply);
      client.command("NOOP", "250");
    }
  }
}
