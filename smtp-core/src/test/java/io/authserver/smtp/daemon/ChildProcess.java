package io.authserver.smtp.daemon;

import io.authserver.smtp.testing.DaemonProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of a test, with what it has written to standard error so far. */
final class ChildProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Process process;

  /** Guarded by itself. */
  private final List<String> lines = new ArrayList<>();

  ChildProcess(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.matches("(JOURNAL|NOTIFY|TRIVIAL).*"));
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    process = builder.start();
    DaemonProcess.reader("child-process-lines", this::readLines);
  }

  /** Returns the command that runs a class of the tests with Java. */
  static List<String> java(Class<?> main, String... arguments) {
    return java(List.of("-XX:TieredStopAtLevel=1", "-Xmx128m"), main, arguments);
  }

  /** Returns the command that runs a class of the tests with Java, with these options. */
  static List<String> java(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    // A process that was started in the background hands on that SIGINT is ignored.
    command.addAll(List.of("/usr/bin/env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private void readLines() {
    try (var in =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      synchronized (lines) {
        lines.add("unreadable: " + e);
        lines.notifyAll();
      }
    }
  }

  /** Waits for a line that contains a text, and returns it. */
  String awaitLine(String part) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    synchronized (lines) {
      while (true) {
        for (String line : lines) {
          if (line.contains(part)) {
            return line;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("no line with " + part + " in " + lines);
        }
        lines.wait(left);
      }
    }
  }

  /** Waits until so many lines contain a text, and returns the last of them. */
  String awaitLines(String part, int count) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    synchronized (lines) {
      while (true) {
        List<String> found = lines.stream().filter(line -> line.contains(part)).toList();
        if (found.size() >= count) {
          return found.get(count - 1);
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("not " + count + " lines with " + part + " in " + lines);
        }
        lines.wait(left);
      }
    }
  }

  /** Writes a line to its standard input. */
  void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Waits for its end and returns its exit status. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still runs: " + lines());
    }
    return process.exitValue();
  }

  List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** Sends SIGTERM; unlike {@link Process#destroy}, this leaves the streams open. */
  void terminate() {
    process.toHandle().destroy();
  }

  void signal(String name) throws Exception {
    // The shell's own: /bin/kill is a package that a small system has not.
    new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
