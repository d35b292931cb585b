package io.authserver.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The demo as a process, with a directory of its own for temporary files. */
final class DemoProcess implements AutoCloseable {
  private final Path base;
  private final Path out;
  private final Path err;
  private final Process process;

  DemoProcess(Path directory, String... arguments) throws IOException {
    base = Files.createDirectory(directory.toRealPath().resolve("tmp"));
    out = directory.resolve("out");
    err = directory.resolve("err");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + base,
                "-cp",
                System.getProperty("java.class.path"),
                "io.authserver.demo.DemoMain"));
    command.addAll(List.of(arguments));
    process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
  }

  Process process() {
    return process;
  }

  /** Waits until the process ends and returns its status. */
  int awaitEnd() throws Exception {
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      throw new AssertionError("the demo does not end:\n" + everything());
    }
    return process.exitValue();
  }

  /** Waits for READY and returns the lines before it. */
  Map<String, String> awaitReady() throws Exception {
    await("READY", () -> out().lines().anyMatch("READY"::equals));
    Map<String, String> lines = new HashMap<>();
    out()
        .lines()
        .filter(line -> line.contains("="))
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              lines.put(line.substring(0, equals), line.substring(equals + 1));
            });
    return lines;
  }

  /** Waits for a condition, with a bound. */
  void await(String what, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what + ":\n" + everything());
      }
      // Bounded polling of another process: it has no other way to tell.
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  String everything() {
    return out() + "\n--- standard error:\n" + err();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns what is left of it: directories, and processes that work in them. */
  List<String> left() {
    try (Stream<Path> directories = Files.list(base);
        Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      return Stream.concat(
              directories
                  .map(Path::toString)
                  // The driver and the native libraries unpack files of their own here.
                  .filter(path -> path.contains("authserver-demo-")),
              processes
                  .filter(one -> workingDirectory(one).startsWith(base.toString()))
                  .map(one -> "process " + one.pid()))
          .toList();
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  private static String workingDirectory(ProcessHandle process) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** Ends it the hard way, where a test has not ended it; the guard does the rest. */
  @Override
  public void close() throws Exception {
    if (process.isAlive()) {
      process.destroyForcibly().waitFor();
    }
  }
}
