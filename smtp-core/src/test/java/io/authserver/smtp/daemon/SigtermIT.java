package io.authserver.smtp.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.NullRelayMain;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SIGTERM to a real process whose sessions are in each state that there is. */
@Timeout(180)
class SigtermIT {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private static ChildProcess start(ScriptedNextHop nextHop, String... arguments)
      throws IOException {
    return new ChildProcess(
        ChildProcess.java(NullRelayMain.class, arguments),
        Map.of(
            "NULLRELAY_LISTEN",
            "127.0.0.1:0",
            "NULLRELAY_NEXT_HOP",
            nextHop.host() + ":" + nextHop.port(),
            "NULLRELAY_HOSTNAME",
            "relay.example",
            "NULLRELAY_STOP_LINGER",
            "0s"));
  }

  private static InetSocketAddress addressOf(ChildProcess daemon) throws Exception {
    daemon.awaitLine("event=ready");
    int port = Integer.parseInt(daemon.awaitLine("listening ").replaceAll("\\D", ""));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** One client in each state, all of them connected. */
  private static final class Clients implements AutoCloseable {
    final RawSmtpClient connected;
    final RawSmtpClient greeted;
    final RawSmtpClient afterMail;
    final RawSmtpClient afterRcpt;
    final RawSmtpClient inData;
    final RawSmtpClient afterDot;

    Clients(InetSocketAddress address) throws IOException {
      connected = new RawSmtpClient(address);
      connected.expect("220");
      greeted = RawSmtpClient.greeted(address);
      afterMail = transaction(address, "mail", 1);
      afterRcpt = transaction(address, "rcpt", 2);
      inData = transaction(address, "data", 3);
      inData.send("Subject: data\r\nhalf\r\n");
      afterDot = transaction(address, "dot", 3);
      afterDot.send("Subject: dot\r\n.\r\n");
    }

    private static RawSmtpClient transaction(InetSocketAddress address, String name, int count)
        throws IOException {
      RawSmtpClient client = RawSmtpClient.greeted(address);
      List<String> commands =
          List.of("MAIL FROM:<" + name + "@x.example>", "RCPT TO:<b@x.example>", "DATA");
      for (String command : commands.subList(0, count)) {
        client.command(command, command.equals("DATA") ? "354" : "250");
      }
      return client;
    }

    List<RawSmtpClient> all() {
      return List.of(connected, greeted, afterMail, afterRcpt, inData, afterDot);
    }

    @Override
    public void close() throws IOException {
      for (RawSmtpClient each : all()) {
        each.close();
      }
    }
  }

  /** A next hop that thinks about the final dot of the message called dot. */
  private static ScriptedNextHop thinking(CountDownLatch latch) {
    List<Integer> theirs = new ArrayList<>();
    return ScriptedNextHop.builder()
        .on(
            Step.MAIL,
            event -> {
              if (event.line().contains("dot@")) {
                synchronized (theirs) {
                  theirs.add(event.connection());
                }
              }
              return Action.proceed();
            })
        .on(
            Step.FINAL_DOT,
            event -> {
              synchronized (theirs) {
                return theirs.contains(event.connection()) ? Action.await(latch) : Action.proceed();
              }
            })
        .start();
  }

  private static void expectLast421(RawSmtpClient client) throws IOException {
    client.expect("421 4.3.2");
    assertNull(client.readLine(), "the connection ends in order, not by a reset");
  }

  @Test
  void transactionsUnderWayFinishAndIdleSessionsAreToldToComeBack() throws Exception {
    CountDownLatch thought = new CountDownLatch(1);
    try (ScriptedNextHop nextHop = thinking(thought);
        ChildProcess daemon = start(nextHop);
        Clients clients = new Clients(addressOf(daemon))) {
      daemon.terminate();
      expectLast421(clients.connected);
      expectLast421(clients.greeted);
      clients.afterMail.command("RCPT TO:<b@x.example>", "250");
      clients.afterMail.command("DATA", "354");
      clients.afterMail.send("Subject: mail\r\n.\r\n");
      clients.afterMail.expect("250 2.0.0 Taken");
      expectLast421(clients.afterMail);
      clients.afterRcpt.command("DATA", "354");
      clients.afterRcpt.send("Subject: rcpt\r\n.\r\n");
      clients.afterRcpt.expect("250 2.0.0 Taken");
      expectLast421(clients.afterRcpt);
      clients.inData.send("the other half\r\n.\r\n");
      clients.inData.expect("250 2.0.0 Taken");
      expectLast421(clients.inData);
      thought.countDown();
      clients.afterDot.expect("250 2.0.0 Taken");
      expectLast421(clients.afterDot);
      assertEquals(0, daemon.awaitExit());
      daemon.awaitLine("event=stopped ");
      assertEquals(4, nextHop.messages().stream().filter(Message::taken).count());
    }
  }

  /**
   * Symptom: after each restart of a daemon one message waited 400 s for its retry. Cause:
   * OpenSMTPD keeps an idle connection for 10 s, and took the 421 that lay there for the reply to
   * its next MAIL.
   */
  @Test
  void aKeptConnectionStillTakesItsNextMessage() throws Exception {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess daemon = start(nextHop, "--stop-linger", "2m");
        RawSmtpClient kept = RawSmtpClient.greeted(addressOf(daemon))) {
      daemon.terminate();
      daemon.awaitLine("event=stopping linger_s=120 ");
      kept.command("MAIL FROM:<a@x.example>", "250");
      kept.command("RCPT TO:<b@x.example>", "250");
      assertTrue(kept.data("Subject: next\r\n".getBytes(US_ASCII)).startsWith("250"));
      kept.command("QUIT", "221");
      assertEquals(0, daemon.awaitExit());
      daemon.awaitLine("event=stopped ");
      assertEquals(1, nextHop.messages().size());
    }
  }

  @Test
  void atTheDeadlineOnlyAFinalDotIsWaitedFor() throws Exception {
    CountDownLatch thought = new CountDownLatch(1);
    try (ScriptedNextHop nextHop = thinking(thought);
        ChildProcess daemon = start(nextHop, "--stop-timeout", "300ms");
        Clients clients = new Clients(addressOf(daemon))) {
      daemon.terminate();
      for (RawSmtpClient each : clients.all().subList(0, 5)) {
        expectLast421(each);
      }
      thought.countDown();
      clients.afterDot.expect("250 2.0.0 Taken");
      expectLast421(clients.afterDot);
      assertEquals(0, daemon.awaitExit());
      daemon.awaitLine("event=stopped_at_deadline ");
      List<Message> messages = nextHop.messages();
      assertEquals(1, messages.size());
      assertTrue(messages.getFirst().text().endsWith("Subject: dot\r\n"));
    }
  }

  /**
   * The client has no reply, so it keeps the message; the next hop has seen none of it. Symptom: a
   * daemon told to stop within 300 ms went on for the 30 s of a silent next hop's banner, since the
   * drain waited for every session as it must for a final dot.
   */
  @Test
  void aSessionThatWaitsForAConnectionToTheNextHopIsCutAtTheDeadline() throws Exception {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(
                    Step.BANNER,
                    event -> event.connection() == 1 ? Action.proceed() : Action.stall())
                .start();
        ChildProcess daemon = start(nextHop, "--stop-timeout", "300ms")) {
      InetSocketAddress address = addressOf(daemon);
      try (RawSmtpClient client = RawSmtpClient.greeted(address)) {
        nextHop.closeConnections();
        client.command("MAIL FROM:<a@x.example>", "250");
        client.sendLines("RCPT TO:<b@x.example>");
        long end = System.nanoTime() + BOUND.toNanos();
        while (nextHop.connections() < 2 && System.nanoTime() - end < 0) {
          LockSupport.parkNanos(1_000_000);
        }
        assertEquals(2, nextHop.connections());
        daemon.terminate();
        assertEquals("", client.readToEnd());
      }
      assertEquals(0, daemon.awaitExit());
      String stopped = daemon.awaitLine("event=stopped_at_deadline ");
      long ms = Long.parseLong(stopped.replaceAll(".*ms=", ""));
      assertTrue(ms < 20_000, stopped);
      assertEquals(List.of(), nextHop.messages());
    }
  }

  @Test
  void duringTheStartItStopsAsSoonAsItHasStarted() throws Exception {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.BANNER, Action.stall()).start();
        ChildProcess daemon = start(nextHop)) {
      daemon.awaitLine("listening ");
      daemon.terminate();
      assertEquals(0, daemon.awaitExit());
    }
  }

  /**
   * Both ends of 2,000 connections would be 4,000 descriptors in one process: here each has its
   * own. The heap of the daemon is 128 MB; a session at rest may not cost much of it.
   */
  @Test
  void twoThousandIdleSessionsLeaveRoomForMail() throws Exception {
    List<RawSmtpClient> idle = new ArrayList<>();
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess daemon = start(nextHop, "--max-sessions", "2001")) {
      InetSocketAddress address = addressOf(daemon);
      deliver(address, "first");
      long before = residentKilobytes(daemon);
      try {
        for (int i = 0; i < 2000; i++) {
          idle.add(new RawSmtpClient(address));
        }
        for (RawSmtpClient each : idle) {
          each.expect("220");
        }
        long growth = residentKilobytes(daemon) - before;
        // 8 KiB of buffer, a virtual thread and a socket: 40 KiB is plenty.
        assertTrue(growth < 2000 * 40, growth + " kB for 2,000 idle sessions");
        deliver(address, "second");
        daemon.terminate();
        for (RawSmtpClient each : idle) {
          expectLast421(each);
        }
        assertEquals(0, daemon.awaitExit());
        assertEquals(2, nextHop.messages().size());
      } finally {
        for (RawSmtpClient each : idle) {
          each.close();
        }
      }
    }
  }

  private static void deliver(InetSocketAddress address, String subject) throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(address)) {
      client.command("MAIL FROM:<a@x.example>", "250");
      client.command("RCPT TO:<b@x.example>", "250");
      client.command("DATA", "354");
      client.send("Subject: " + subject + "\r\n.\r\n");
      client.expect("250 2.0.0 Taken");
      client.command("QUIT", "221");
    }
  }

  private static long residentKilobytes(ChildProcess process) throws IOException {
    String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    return status
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
