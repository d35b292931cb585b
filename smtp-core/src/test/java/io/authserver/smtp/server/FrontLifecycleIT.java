package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions at their limits, timeouts, and the orderly end (RFC 5321 §3.8). */
class FrontLifecycleIT {
  @Test
  void recipientsSessionsAndErrorsHaveTheirCodes() throws Exception {
    try (FrontFixture fixture =
            new FrontFixture(builder -> builder.limits(FrontFixture.limits(1000, 2, 1, 3)));
        RawSmtpClient client = fixture.greeted()) {
      client.sendLines(
          "MAIL FROM:<a@example.org>",
          "RCPT TO:<b@example.org>",
          "RCPT TO:<c@example.org>",
          "RCPT TO:<d@example.org>");
      client.expect("250");
      client.expect("250");
      client.expect("250");
      client.expect("452 4.5.3");
      try (RawSmtpClient second = fixture.connect()) {
        assertEquals("421 4.3.2 too many sessions", second.readReply());
        assertNull(second.readLine());
      }
      client.command("FOO", "500");
      client.command("FOO", "500");
      client.command("FOO", "500");
      client.expect("421 4.7.0");
      assertNull(client.readLine());
    }
  }

  /** A short wait ends by the socket's timeout, a long one by the watchdog. */
  @ParameterizedTest
  @ValueSource(ints = {300, 2500})
  void aClientThatSaysNothingOrTooSlowlyGets421(int millis) throws Exception {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick =
        new FrontTimeouts(
            Duration.ofMillis(millis),
            Duration.ofMillis(millis),
            d.message(),
            d.session(),
            d.write(),
            d.finalDot());
    try (FrontFixture fixture = new FrontFixture(builder -> builder.timeouts(quick))) {
      try (RawSmtpClient inData = fixture.inTransaction()) {
        inData.command("DATA", "354");
        inData.send("x\r\n.");
        try (RawSmtpClient inCommand = fixture.connect()) {
          inCommand.expect("220");
          inCommand.send("NOO");
          // Both wait at the same time.
          for (RawSmtpClient client : List.of(inData, inCommand)) {
            client.expect("421 4.4.2");
            assertNull(client.readLine());
          }
        }
      }
      assertTrue(fixture.daemon.messages.isEmpty());
    }
  }

  @Test
  @DisplayName("RFC 5321 §3.8, trap 3: draining lets transactions finish")
  void drainingLetsTransactionsFinishAndSays421ToIdleSessions() throws Exception {
    // Trap 3: SubEtha's stop() closes sockets at once: the client never saw its 250.
    CountDownLatch inMessage = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient idle = fixture.greeted();
        RawSmtpClient sending = fixture.inTransaction();
        RawSmtpClient waiting = fixture.inTransaction()) {
      fixture.daemon.onMessage =
          (message, recipients) -> {
            inMessage.countDown();
            try {
              assertTrue(release.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return List.of(Reply.of(250, "2.0.0", "taken"));
          };
      waiting.command("DATA", "354");
      waiting.send("body\r\n.\r\n");
      assertTrue(inMessage.await(10, TimeUnit.SECONDS));
      CompletableFuture<Boolean> drained = drain(fixture, Duration.ofSeconds(20));
      idle.expect("421 4.3.2");
      assertNull(idle.readLine());
      assertEquals("421 4.3.2 shutting down", greetingOfALateClient(fixture));
      release.countDown();
      waiting.expect("250 2.0.0 taken");
      waiting.expect("421 4.3.2");
      assertTrue(sending.data(FrontFixture.bytes("x\r\n")).startsWith("250"));
      sending.expect("421 4.3.2");
      assertTrue(drained.get(10, TimeUnit.SECONDS));
      assertEquals(0, fixture.front.sessionCount());
    }
  }

  @Test
  void afterTheLingerAnIdleSessionIsToldToComeBack() throws Exception {
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient idle = fixture.inTransaction()) {
      idle.command("RSET", "250");
      assertTrue(fixture.front.drain(Duration.ofMillis(200), Duration.ofSeconds(20)));
      idle.expect("421 4.3.2");
      assertNull(idle.readLine());
    }
  }

  /**
   * Symptom: mail that OpenSMTPD sent after a restart waited 400 s for its retry. Cause: the linger
   * was counted from SIGTERM, so a connection that was still in use got its 421 at any moment.
   */
  @Test
  void aClientIsServedUntilItHasBeenIdleForTheLinger() throws Exception {
    Duration linger = Duration.ofSeconds(1);
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient busy = fixture.greeted()) {
      busy.command("MAIL FROM:<a@example.org>", "250");
      CompletableFuture<Boolean> drained = drain(fixture, linger, Duration.ofMinutes(2));
      long end = System.nanoTime() + linger.multipliedBy(2).toNanos();
      long lastSaid;
      String reply;
      do {
        busy.command("RCPT TO:<b@example.org>", "250");
        lastSaid = System.nanoTime();
        assertTrue(busy.data(FrontFixture.bytes("x\r\n")).startsWith("250"));
        if (lastSaid - end >= 0) {
          reply = busy.readReply();
        } else {
          reply = busy.command("MAIL FROM:<a@example.org>");
        }
      } while (reply.startsWith("250"));
      assertTrue(reply.startsWith("421 4.3.2"), reply);
      assertTrue(System.nanoTime() - lastSaid >= linger.toNanos(), "told before it was idle");
      assertTrue(drained.get(10, TimeUnit.SECONDS));
    }
  }

  /** A client that never stops is told when half of the grace is over. */
  @Test
  void aClientThatIsNeverIdleIsToldInTheEnd() throws Exception {
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient busy = fixture.greeted()) {
      CompletableFuture<Boolean> drained =
          drain(fixture, Duration.ofMinutes(1), Duration.ofSeconds(4));
      String reply;
      do {
        busy.sendLines("NOOP");
        reply = busy.readReply();
      } while (reply.startsWith("250"));
      assertTrue(reply.startsWith("421 4.3.2"), reply);
      assertTrue(drained.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void afterTheGraceOnlyAFinalDotIsWaitedFor() throws Exception {
    CountDownLatch inMessage = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient sending = fixture.inTransaction();
        RawSmtpClient waiting = fixture.inTransaction()) {
      fixture.daemon.onMessage =
          (message, recipients) -> {
            inMessage.countDown();
            try {
              assertTrue(release.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return List.of(Reply.of(250, "2.0.0", "taken"));
          };
      sending.command("DATA", "354");
      waiting.command("DATA", "354");
      waiting.send("body\r\n.\r\n");
      assertTrue(inMessage.await(10, TimeUnit.SECONDS));
      CompletableFuture<Boolean> drained = drain(fixture, Duration.ZERO);
      sending.expect("421 4.3.2");
      // The client was told to come again: taking the message now would double it.
      sending.send("late\r\n.\r\n");
      assertNull(sending.readLine());
      assertFalse(drained.isDone());
      release.countDown();
      waiting.expect("250 2.0.0 taken");
      waiting.expect("421 4.3.2");
      assertFalse(drained.get(10, TimeUnit.SECONDS), "one transaction was cut");
      assertEquals(1, fixture.daemon.messages.size(), "only the message that was answered 250");
    }
  }

  @Test
  void aClientThatSpeaksWhileItIsDismissedSeesNoReset() throws Exception {
    // Symptom: a client whose next command crossed our 421 on the way could see a reset connection.
    // Cause: the wait for its command was ended by closing our side of the input, so that nothing
    // could be read any more, and the connection was closed with its command unread.
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient client = fixture.inTransaction()) {
      client.command("RSET", "250");
      CompletableFuture<Boolean> drained = drain(fixture, Duration.ofSeconds(10));
      client.expect("421 4.3.2");
      for (int i = 0; i < 20; i++) {
        client.send("NOOP\r\n");
      }
      assertNull(client.readLine());
      client.close();
      assertTrue(drained.get(10, TimeUnit.SECONDS));
    }
  }

  /** A socket whose accept() returns a connection just when it is closed. */
  private static final class LastMoment extends ServerSocket {
    private final CountDownLatch accepted = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch drained = new CountDownLatch(1);
    private boolean late;

    LastMoment() throws IOException {
      super(0, 50, InetAddress.getLoopbackAddress());
    }

    @Override
    public Socket accept() throws IOException {
      if (late) {
        throw new SocketException("closed");
      }
      Socket client = super.accept();
      accepted.countDown();
      try {
        assertTrue(stopped.await(10, TimeUnit.SECONDS));
        // A drain that does not wait for this thread is over meanwhile.
        drained.await(300, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      late = true;
      return client;
    }

    @Override
    public void close() throws IOException {
      stopped.countDown();
      super.close();
    }
  }

  @Test
  void aConnectionAcceptedInTheLastMomentGetsItsReply() throws Exception {
    // Symptom: a client's connection was closed without a word by a daemon that was told to stop.
    // Cause: between accept() and its session a connection was counted by nobody, so the drain
    // found
    // no session, and closed everything.
    LastMoment listener = new LastMoment();
    InetSocketAddress address = (InetSocketAddress) listener.getLocalSocketAddress();
    try (FrontFixture fixture = new FrontFixture(builder -> builder.listener(() -> listener));
        RawSmtpClient client = new RawSmtpClient(address)) {
      assertTrue(listener.accepted.await(10, TimeUnit.SECONDS));
      CompletableFuture<Boolean> drained = drain(fixture, Duration.ofSeconds(10));
      CompletableFuture<Void> _ = drained.thenRun(listener.drained::countDown);
      client.expect("421 4.3.2");
      assertNull(client.readLine());
      assertTrue(drained.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aSocketThatListensAlreadyIsTakenAndPortsInUseAreNamed() throws Exception {
    ServerSocket handedOver = new ServerSocket(0, 50, InetAddress.ofLiteral("::1"));
    InetSocketAddress address =
        new InetSocketAddress(handedOver.getInetAddress(), handedOver.getLocalPort());
    try (FrontFixture fixture = new FrontFixture(builder -> builder.listener(() -> handedOver));
        RawSmtpClient client = RawSmtpClient.greeted(address)) {
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.data(FrontFixture.bytes("x\r\n"));
      String trace = fixture.daemon.take().trace();
      assertTrue(trace.contains("([IPv6:0:0:0:0:0:0:0:1])"), trace);
      BindException inUse =
          assertThrows(
              BindException.class,
              () -> new FrontFixture(builder -> builder.listen(fixture.address())).close());
      assertTrue(inUse.getMessage().contains(":" + fixture.address().getPort()));
    }
  }

  @Test
  void hundredsOfIdleSessionsLeaveRoomForMail() throws Exception {
    List<RawSmtpClient> idle = new ArrayList<>();
    try (FrontFixture fixture = new FrontFixture()) {
      try {
        for (int i = 0; i < 500; i++) {
          idle.add(fixture.connect());
        }
        for (RawSmtpClient each : idle) {
          each.expect("220");
        }
        try (RawSmtpClient client = fixture.inTransaction()) {
          assertTrue(client.data(FrontFixture.bytes("x\r\n")).startsWith("250"));
        }
        assertTrue(fixture.front.drain(Duration.ofSeconds(10)));
        for (RawSmtpClient each : idle) {
          each.expect("421");
        }
      } finally {
        for (RawSmtpClient each : idle) {
          each.close();
        }
      }
    }
  }

  /** A connection is refused, or was accepted in the last moment and gets its 421. */
  private static String greetingOfALateClient(FrontFixture fixture) {
    try (RawSmtpClient late = fixture.connect()) {
      return late.readReply();
    } catch (IOException e) {
      return "421 4.3.2 shutting down";
    }
  }

  private static CompletableFuture<Boolean> drain(FrontFixture fixture, Duration grace) {
    return drain(fixture, Duration.ZERO, grace);
  }

  private static CompletableFuture<Boolean> drain(
      FrontFixture fixture, Duration linger, Duration grace) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                done.complete(fixture.front.drain(linger, grace));
              } catch (InterruptedException | RuntimeException e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }
}
