package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Very many very large header sections at once, in a process with as little memory as a daemon may
 * have: each message is held, or refused with the limit's reply, and the process goes on.
 */
class HeaderFloodIT {
  private static final List<String> SMALL_HEAP =
      List.of("-Xmx256m", "-Xmn48m", "-XX:SurvivorRatio=3", "-XX:+ExitOnOutOfMemoryError");

  private static final int HEADER_BYTES = 1 << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final String TAKEN = "250 2.0.0 read";
  private static final String NO_MEMORY = "452 4.3.1 not enough memory for the header section now";
  private static final String TOO_MANY = "552 5.3.4 too many header fields";

  private static final Pattern STATE =
      Pattern.compile(
          "state sessions=(\\d+) budget=(\\d+) working=(\\d+) quota=(\\d+) heap=(\\d+)");

  @TempDir Path spool;

  /**
   * Symptom: 45 messages at once whose header sections were a megabyte of {@code a:} ended the
   * daemon. Cause: an object for each of 260,000 fields, and copies, none of them counted.
   */
  @ParameterizedTest
  @CsvSource({
    // As many fields as fit: not with our default, but where somebody allows it.
    "45, 1000000, 262143",
    "200, 1000000, 262143",
    // The default: one field more than there may be, and all that there may be.
    "200, 5000, 262143",
    "200, 5000, 5001",
    "200, 5000, 5000"
  })
  void manyLargeHeadersAtOnce(int clients, int mostFields, int fields) throws Exception {
    byte[] wire = RawSmtpClient.stuffed(message(fields));
    try (ChildProcess daemon =
            new ChildProcess(
                ChildProcess.java(
                    SMALL_HEAP, ReadingFront.class, spool.toString(), Integer.toString(mostFields)),
                Map.of());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      InetSocketAddress address = address(daemon);
      BlockingQueue<String> refused = new LinkedBlockingQueue<>();
      List<Future<String>> replies = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        replies.add(threads.submit(() -> send(address, wire, refused)));
      }
      int held = clients - awaitRefused(daemon, replies, refused);
      long milliseconds = serveAnother(address);
      Matcher full = state(daemon);
      daemon.say("go");
      Map<String, Integer> counts = new HashMap<>();
      for (Future<String> reply : replies) {
        counts.merge(reply.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), 1, Integer::sum);
      }
      System.out.printf(
          "%d clients with %d fields, %d allowed: %d held, another served in %d ms, heap %d MiB,"
              + " %s%n",
          clients,
          fields,
          mostFields,
          held,
          milliseconds,
          Long.parseLong(full.group(5)) >> 20,
          counts);
      if (fields > mostFields) {
        assertEquals(Map.of(TOO_MANY, clients), counts);
      } else {
        assertTrue(held > 0, "some were held");
        assertEquals(held, counts.get(TAKEN), counts::toString);
        assertEquals(clients - held, counts.getOrDefault(NO_MEMORY, 0), counts::toString);
      }
      awaitNothingInUse(daemon);
    }
  }

  private static byte[] message(int fields) {
    int each = HEADER_BYTES / fields;
    StringBuilder text = new StringBuilder("hold:\r\n");
    String field = "a:" + (each > 90 ? (" " + "x".repeat(each - 5)) : "") + "\r\n";
    text.append(field.repeat(fields - 1));
    assertTrue(text.length() <= HEADER_BYTES && text.length() > HEADER_BYTES * 0.98);
    return text.append("\r\nbody\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static String send(InetSocketAddress address, byte[] wire, BlockingQueue<String> refused)
      throws IOException {
    try (RawSmtpClient client = new RawSmtpClient(address)) {
      client.setPatience(PATIENCE);
      client.expect("220");
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.command("DATA", "354");
      client.send(wire);
      String reply = client.readReply();
      if (!reply.equals(TAKEN)) {
        refused.add(reply);
      }
      client.command("NOOP", "250");
      return reply;
    }
  }

  /** Waits until each message is held or refused, and returns how many are refused. */
  private static int awaitRefused(
      ChildProcess daemon, List<Future<String>> replies, BlockingQueue<String> refused)
      throws Exception {
    int count = 0;
    while (count + held(daemon) < replies.size()) {
      count += refused.poll(20, TimeUnit.MILLISECONDS) == null ? 0 : 1;
      assertTrue(daemon.isAlive(), () -> "the daemon lives: " + daemon.lines());
      for (Future<String> reply : replies) {
        if (reply.state() == Future.State.FAILED) {
          throw new AssertionError("a client failed", reply.exceptionNow());
        }
      }
    }
    return count;
  }

  private static int held(ChildProcess daemon) {
    return (int) daemon.lines().stream().filter(line -> line.startsWith("held ")).count();
  }

  /** Another client's message goes through meanwhile; returns how long that took. */
  private static long serveAnother(InetSocketAddress address) throws IOException {
    long began = System.nanoTime();
    try (RawSmtpClient client = new RawSmtpClient(address)) {
      client.setPatience(PATIENCE);
      client.expect("220");
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals(TAKEN, client.data("X: y\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII)));
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  private static Matcher state(ChildProcess daemon) throws Exception {
    int before = (int) daemon.lines().stream().filter(line -> line.startsWith("state ")).count();
    daemon.say("state");
    Matcher state = STATE.matcher(daemon.awaitLines("state ", before + 1));
    assertTrue(state.matches());
    return state;
  }

  /** Sessions end after their clients have gone, and with the last one everything is given back. */
  private static void awaitNothingInUse(ChildProcess daemon) throws Exception {
    Matcher state = state(daemon);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!state.group(1).equals("0") && System.nanoTime() < end) {
      state = state(daemon);
    }
    assertTrue(
        state.group().startsWith("state sessions=0 budget=0 working=0 quota=0 "), state.group());
  }

  private static InetSocketAddress address(ChildProcess daemon) throws Exception {
    String line = daemon.awaitLine("listening ");
    int port = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
