package io.authserver.systemd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The system that systemd/test has booted: its commands, its units. Refuses to be used on any
 * other, whose files and services the tests would change.
 */
final class Machine {
  private static final Path MARK = Path.of("/etc/authserver-test-machine");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Machine() {}

  /** What a command wrote, both streams, and how it ended. */
  record Ended(int status, String output) {}

  /** Fails where this is not the machine of systemd/test. */
  static void require() throws IOException {
    if (!Files.exists(MARK) || !Files.readString(Path.of("/proc/1/comm")).equals("systemd\n")) {
      throw new IllegalStateException("these tests change the system: run them by systemd/test");
    }
  }

  /** Runs a command and returns what it wrote; fails where its status is not 0. */
  static String run(String... command) throws Exception {
    return run(Map.of(), command);
  }

  /** Runs a command with variables over the environment's. */
  static String run(Map<String, String> environment, String... command) throws Exception {
    Ended ended = attempt(environment, command);
    if (ended.status() != 0) {
      throw new AssertionError(String.join(" ", command) + " ended with " + ended);
    }
    return ended.output();
  }

  /** Runs a command and says how it ended. */
  static Ended attempt(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.redirectInput(Path.of("/dev/null").toFile());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " does not end");
    }
    return new Ended(process.exitValue(), output.strip());
  }

  static void systemctl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("systemctl"));
    command.addAll(List.of(arguments));
    run(command.toArray(String[]::new));
  }

  /** Returns a property of a unit. */
  static String show(String unit, String property) throws Exception {
    return run("systemctl", "show", "--value", "--property=" + property, unit);
  }

  /** Waits until a property of a unit is so. */
  static String await(String unit, String property, Predicate<String> wanted) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String value = show(unit, property);
      if (wanted.test(value)) {
        return value;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            unit + " has " + property + "=" + value + "\n" + run("systemctl", "status", unit));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Stops a process, so that it looks as if it hung; returns when none of its threads runs. */
  static void hang(String pid) throws Exception {
    run("kill", "-STOP", pid);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!run("sh", "-c", "grep -Lx 'State:.T (stopped)' /proc/\"$0\"/task/*/status; true", pid)
        .isEmpty()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("process " + pid + " goes on");
      }
    }
  }

  /** Returns what a unit has logged. */
  static String journal(String unit) throws Exception {
    run("journalctl", "--sync");
    return run("journalctl", "--no-pager", "--output=cat", "--unit=" + unit);
  }

  /** Puts a drop-in beside a unit and has systemd read it. */
  static void dropIn(String unit, String... lines) throws Exception {
    Path folder = Files.createDirectories(Path.of("/run/systemd/system", unit + ".d"));
    Files.write(folder.resolve("test.conf"), List.of(lines));
    systemctl("daemon-reload");
  }

  static void removeDropIn(String unit) throws Exception {
    Files.deleteIfExists(Path.of("/run/systemd/system", unit + ".d", "test.conf"));
    systemctl("daemon-reload");
  }
}
