package io.authserver.realservers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of our daemons as a process of the site; it can be stopped, killed and started. */
final class JavaDaemon {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private @Nullable Process process;

  JavaDaemon(String name, Class<?> main, Map<String, String> environment) {
    this.name = name;
    this.environment = Map.copyOf(environment);
    command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
  }

  /** Starts it and waits until it is ready. */
  void start() throws IOException {
    long seen = Files.exists(log()) ? Files.size(log()) : 0;
    Process started = Place.start(name, Place.onSite(command), environment);
    process = started;
    Place.await(
        name + " is ready",
        SOON,
        () -> {
          if (!started.isAlive()) {
            throw new AssertionError(name + " ended; see " + log());
          }
          return logSince(seen).contains("event=ready");
        });
  }

  String name() {
    return name;
  }

  /** Returns the command, for somebody else to run. */
  List<String> command() {
    return command;
  }

  Map<String, String> environment() {
    return environment;
  }

  private Path log() {
    return Place.log(name);
  }

  /** Returns how long its log is by now. */
  long logSize() throws IOException {
    return Files.size(log());
  }

  /** Returns what it has logged since its log was so long. */
  String logSince(long offset) throws IOException {
    byte[] all = Files.readAllBytes(log());
    return new String(all, (int) offset, (int) (all.length - offset), StandardCharsets.UTF_8);
  }

  /** Returns whether the process that was started last still runs. */
  boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Sends SIGTERM and waits for the end. */
  void stop() throws InterruptedException {
    Process running = Objects.requireNonNull(process, name + " does not run");
    running.destroy();
    Place.awaitEnd(name, running);
    process = null;
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() throws InterruptedException {
    Process running = Objects.requireNonNull(process, name + " does not run");
    running.destroyForcibly();
    Place.awaitEnd(name, running);
    process = null;
  }
}
