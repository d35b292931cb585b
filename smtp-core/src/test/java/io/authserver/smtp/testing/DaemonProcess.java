package io.authserver.smtp.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A daemon as a process of its own, with the tests' class path. */
public final class DaemonProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final List<String> seenUntilReady = new ArrayList<>();

  private DaemonProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a daemon.
   *
   * @param environment its settings; those of the test's own process are not handed on
   */
  public static DaemonProcess start(
      Class<?> main, Map<String, String> environment, String... arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(
            // A process that was started in the background hands on that SIGINT is ignored.
            "/usr/bin/env",
            "--default-signal=INT",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    builder.command().addAll(List.of(arguments));
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(DKIMSIGNER|MAILFORWARDER|AUTHSERVER|DATABASE)_.*"));
    builder.environment().putAll(environment);
    try {
      return new DaemonProcess(builder.redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads its log until it says that it is ready. */
  public void awaitReady() throws IOException {
    BufferedReader log = process.inputReader(StandardCharsets.UTF_8);
    String line = log.readLine();
    while (line != null && !line.contains("event=ready")) {
      seenUntilReady.add(line);
      line = log.readLine();
    }
    if (line == null) {
      throw new AssertionError(
          "the daemon ended instead of becoming ready:\n" + String.join("\n", seenUntilReady));
    }
    // a log that nobody reads would stop the daemon when the pipe is full
    reader("daemon-log", () -> drain(log));
  }

  /**
   * Starts a thread that reads what a process says.
   *
   * <p>Symptom: a test on two processors hung, each of its clients waiting for another's turn.
   * Cause: a virtual thread that reads from a pipe keeps its carrier. The JDK's scheduler starts
   * another one for the rest, but lets it end when it has been idle for 30 s, and with as many
   * pipes as processors none is started any more: no virtual thread of the process runs until
   * something comes out of one of the pipes. Hence no virtual thread.
   */
  public static void reader(String name, Runnable reading) {
    Thread.ofPlatform().daemon().name(name).start(reading);
  }

  private static void drain(BufferedReader log) {
    try {
      log.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // it has ended
    }
  }

  /**
   * Goes on reading its log, so that it never waits for a reader. To be called once, when it is
   * ready.
   *
   * @return its lines, growing
   */
  public Queue<String> followLog() {
    Queue<String> lines = new ConcurrentLinkedQueue<>(seenUntilReady);
    BufferedReader log = process.inputReader(StandardCharsets.UTF_8);
    reader(
        "daemon-log",
        () -> {
          try {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
              lines.add(line);
            }
          } catch (IOException _) {
            // The process was ended and its stream closed.
          }
        });
    return lines;
  }

  /** Returns all that it says, when it has ended by itself. */
  public String outputAtEnd() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    exitStatus();
    return output;
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for its end and returns its status. */
  public int exitStatus() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the daemon does not end");
    }
    return process.exitValue();
  }

  /** Returns a port of the loopback interface that was free a moment ago. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
