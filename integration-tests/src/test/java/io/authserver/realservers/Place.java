package io.authserver.realservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The namespaces and private roots that integration-tests/run has made for the site. */
final class Place {
  static final String SITE_ADDRESS = "192.0.2.1";
  private static final Duration COMMAND = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(25);

  /** Where the copies of the private roots are mounted. */
  static final Path ROOTS = Path.of(property("realservers.roots"));

  private static final Path LOGS = Path.of(property("realservers.logs"));
  private static final String NETWORK = "--net=/proc/" + property("realservers.site") + "/ns/net";

  private Place() {}

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException(name + " is not set: run integration-tests/run");
    }
    return value;
  }

  /** Returns a path in a private root, where this process finds it. */
  static Path in(String root, String path) {
    return ROOTS.resolve(root).resolve(path.substring(1));
  }

  /** Writes a file of a private root that root alone may read. */
  static void write(String root, String path, String content) throws IOException {
    Path file = in(root, path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
  }

  /** Returns a command that runs in the site's network. */
  static List<String> onSite(List<String> command) {
    List<String> all = new ArrayList<>(List.of("nsenter", NETWORK));
    all.addAll(command);
    return all;
  }

  /** Returns a command that runs in the site's network and a private root. */
  static List<String> inRoot(String root, String user, List<String> command) {
    List<String> all = new ArrayList<>();
    all.add("chroot");
    if (!user.isEmpty()) {
      all.add("--userspec=" + user + ":" + user);
    }
    all.add(ROOTS.resolve(root).toString());
    all.addAll(command);
    return onSite(all);
  }

  /** Returns the file that a server's output goes to. */
  static Path log(String name) {
    return LOGS.resolve(name + ".log");
  }

  /** Starts a server; its output is added to its log. */
  static Process start(String name, List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> !variable.equals("PATH"));
    builder.environment().putAll(environment);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()))
        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
        .start();
  }

  /** Runs a command to its end and returns what it says; anything but status 0 is an error. */
  static String run(List<String> command) throws IOException, InterruptedException {
    return run(command, "");
  }

  /** The same with a text, in Latin-1, on its standard input. */
  static String run(List<String> command, String input) throws IOException, InterruptedException {
    Path file = Files.createTempFile("input", "");
    Files.writeString(file, input, StandardCharsets.ISO_8859_1);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(file.toFile()).start();
    // It has it open by now.
    Files.delete(file);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(command + ": " + output);
    }
    return output;
  }

  /** Waits for the end of a process that was told to end. */
  static void awaitEnd(String name, Process process) throws InterruptedException {
    if (!process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(name + " does not end; see " + log(name));
    }
  }

  /** Waits until a condition holds. */
  static void await(String what, Duration most, Callable<Boolean> condition) {
    long end = System.nanoTime() + most.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() > end) {
          throw new AssertionError("not within " + most.toSeconds() + " s: " + what);
        }
        Thread.sleep(POLL);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(what, e);
    } catch (Exception e) {
      throw new IllegalStateException(what, e);
    }
  }
}
