package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.GeneratedMessages;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Messages beyond the memory budget, in a process of their own and its files as Linux shows them.
 */
class SpoolIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path spool;

  /**
   * The system refuses to let a file grow, as it does when a disk is full: EFBIG takes the way of
   * ENOSPC. The message is refused for now, the session goes on, and nothing stays behind.
   */
  @Test
  void aFullDiskIsTemporaryAndLeavesNothing() throws Exception {
    byte[] fits = GeneratedMessages.withBody(new Random(1), 200_000);
    byte[] tooBig = GeneratedMessages.withBody(new Random(2), 2_000_000);
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess daemon = start(nextHop, "prlimit", "--fsize=400000");
        RawSmtpClient client = greeted(daemon)) {
      assertTrue(send(client, fits).startsWith("250"));
      long files = openFiles(daemon);
      for (int i = 0; i < 3; i++) {
        String reply = send(client, tooBig);
        assertTrue(reply.startsWith("452 4.3.1"), reply);
        client.command("NOOP", "250");
      }
      assertTrue(daemon.awaitLine("event=spool_failed").contains(spool.toString()));
      assertTrue(send(client, fits).startsWith("250"));
      assertEquals(2, nextHop.messages().size());
      nextHop.messages().forEach(message -> assertEndsWith(fits, message.data()));
      awaitTrue(() -> openFiles(daemon) <= files, "every file is closed");
      assertEquals(List.of(), names());
    }
  }

  /** While it is received it has no name, only its owner may read it, and SIGKILL removes it. */
  @Test
  void aSpooledMessageHasNoNameAndDiesWithTheProcess() throws Exception {
    byte[] wire = RawSmtpClient.stuffed(GeneratedMessages.withBody(new Random(3), 1_000_000));
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess daemon = start(nextHop);
        RawSmtpClient client = greeted(daemon)) {
      begin(client);
      client.send(wire, 0, 500_000);
      awaitTrue(() -> !spooled(daemon).isEmpty(), "the message is spooled");
      assertEquals(List.of(), names());
      Path file = spooled(daemon).getFirst();
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      daemon.signal("KILL");
      daemon.awaitExit();
      assertEquals(List.of(), names());
      assertEquals(List.of(), nextHop.messages());
    }
  }

  /** A client that goes away in the middle takes its file along. */
  @Test
  void aMessageThatIsCutLeavesNothing() throws Exception {
    byte[] wire = RawSmtpClient.stuffed(GeneratedMessages.withBody(new Random(4), 1_000_000));
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess daemon = start(nextHop)) {
      try (RawSmtpClient client = greeted(daemon)) {
        begin(client);
        client.send(wire, 0, 500_000);
        awaitTrue(() -> !spooled(daemon).isEmpty(), "the message is spooled");
      }
      awaitTrue(() -> spooled(daemon).isEmpty(), "its file is closed");
      assertEquals(List.of(), nextHop.messages());
    }
  }

  /** Many at once, far beyond the memory for messages: each arrives as it was sent. */
  @Test
  void manyBigMessagesAtOnceArriveIntact() throws Exception {
    int clients = 8;
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess daemon = start(nextHop);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<byte[]> sent = new ArrayList<>();
      List<Future<String>> replies = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        byte[] message = GeneratedMessages.withBody(new Random(100 + i), 2_000_000 + i);
        sent.add(message);
        replies.add(
            threads.submit(
                () -> {
                  try (RawSmtpClient client = greeted(daemon)) {
                    return send(client, message);
                  }
                }));
      }
      for (Future<String> reply : replies) {
        assertTrue(reply.get(60, TimeUnit.SECONDS).startsWith("250"));
      }
      List<ScriptedNextHop.Message> got = nextHop.awaitMessages(clients, SOON);
      for (byte[] message : sent) {
        assertEquals(1, got.stream().filter(each -> endsWith(message, each.data())).count());
      }
      awaitTrue(() -> spooled(daemon).isEmpty(), "every file is closed");
    }
  }

  // ---- before the start

  @Test
  void aDirectoryThatCannotBeUsedIsSaidBeforeTheStart() throws IOException {
    StartException missing =
        assertThrows(
            StartException.class, () -> SpoolDirectory.check(spool.resolve("no such directory")));
    assertTrue(missing.getMessage().startsWith("SPOOL_DIR: no directory: "), missing::getMessage);
    Path file = Files.createFile(spool.resolve("a file"));
    assertThrows(StartException.class, () -> SpoolDirectory.check(file));
    // where not even root can make a file
    StartException unwritable =
        assertThrows(StartException.class, () -> SpoolDirectory.check(Path.of("/proc/self")));
    assertTrue(unwritable.getMessage().startsWith("SPOOL_DIR: cannot make files in /proc/self"));
    SpoolDirectory.check(spool);
    assertEquals(List.of("a file"), names());
  }

  @Nested
  @Needs(Oracle.TMPFS)
  class InMemory {
    @Test
    void aDirectoryInMemoryIsWorthAWarning() throws IOException {
      Path memory = Path.of("/dev/shm");
      String warning = SpoolDirectory.warning(memory).orElseThrow();
      assertTrue(warning.startsWith("event=spool_in_memory directory=/dev/shm file_system=tmpfs"));
      assertEquals(Optional.empty(), SpoolDirectory.warning(Path.of("/proc/self")));
    }
  }

  // ---- parts

  private ChildProcess start(ScriptedNextHop nextHop, String... prefix) throws IOException {
    List<String> command = new ArrayList<>(Arrays.asList(prefix));
    command.addAll(
        ChildProcess.java(
            SpoolingRelay.class,
            nextHop.host(),
            Integer.toString(nextHop.port()),
            spool.toString()));
    return new ChildProcess(command, Map.of());
  }

  private static RawSmtpClient greeted(ChildProcess daemon) throws Exception {
    String line = daemon.awaitLine("listening ");
    int port = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    return RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static void begin(RawSmtpClient client) throws IOException {
    client.command("MAIL FROM:<a@example.org>", "250");
    client.command("RCPT TO:<b@example.org>", "250");
    client.command("DATA", "354");
  }

  private static String send(RawSmtpClient client, byte[] message) throws IOException {
    begin(client);
    client.send(RawSmtpClient.stuffed(message));
    return client.readReply();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static long openFiles(ChildProcess daemon) {
    return descriptors(daemon).size();
  }

  /** Returns the descriptors of files in the spool, whose names are gone. */
  private List<Path> spooled(ChildProcess daemon) {
    return descriptors(daemon).stream()
        .filter(
            descriptor -> {
              try {
                String target = Files.readSymbolicLink(descriptor).toString();
                return target.startsWith(spool + "/") && target.endsWith(" (deleted)");
              } catch (IOException e) {
                // closed meanwhile
                return false;
              }
            })
        .toList();
  }

  private static List<Path> descriptors(ChildProcess daemon) {
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "fd"))) {
      return files.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void awaitTrue(java.util.function.BooleanSupplier condition, String what) {
    long end = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      LockSupport.parkNanos(2_000_000);
    }
  }

  private static boolean endsWith(byte[] tail, byte[] whole) {
    return whole.length >= tail.length
        && Arrays.equals(whole, whole.length - tail.length, whole.length, tail, 0, tail.length);
  }

  private static void assertEndsWith(byte[] tail, byte[] whole) {
    assertArrayEquals(
        tail, Arrays.copyOfRange(whole, Math.max(0, whole.length - tail.length), whole.length));
  }
}
