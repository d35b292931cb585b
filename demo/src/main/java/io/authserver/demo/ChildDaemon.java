package io.authserver.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A daemon as a site runs it: a process of its own with environment variables. It is started by a
 * script in the demo's directory, with which it can be started again by hand.
 */
final class ChildDaemon implements AutoCloseable {
  private static final Duration START_WAIT = Duration.ofSeconds(60);
  private static final Duration STOP_WAIT = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(50);

  /** As bin/.launch gives them to the daemons; a test compares. */
  static final String JVM_OPTIONS =
      " -XX:-UsePerfData -Xshare:auto --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC"
          + " -Xms64m -Xmx512m -Xmn48m -XX:SurvivorRatio=3 -XX:+ExitOnOutOfMemoryError ";

  private final Workspace workspace;
  private final String name;
  private final InetSocketAddress address;
  private final Path script;
  // Owned by the demo's thread.
  private @Nullable Process started;

  private ChildDaemon(Workspace workspace, String name, InetSocketAddress address, Path script) {
    this.workspace = workspace;
    this.name = name;
    this.address = address;
    this.script = script;
  }

  /**
   * Prepares a daemon.
   *
   * @param mainClass its main class, in this process' class path
   * @param address where it will listen
   * @param environment its settings
   */
  static ChildDaemon prepare(
      Workspace workspace,
      String name,
      String mainClass,
      InetSocketAddress address,
      Map<String, String> environment)
      throws IOException {
    StringBuilder script = new StringBuilder("#!/bin/sh\n");
    script
        .append("# Starts ")
        .append(name)
        .append(" as the demo does; add & to get the shell back.\n");
    script
        .append("cd ")
        .append(Shell.quote(workspace.directory().toString()))
        .append(" || exit 1\n");
    script.append(
        """
        if [ -r NAME.pid ] && [ "$(readlink "/proc/$(cat NAME.pid)/cwd")" = "$PWD" ]; then
          echo "NAME runs already: process $(cat NAME.pid)" >&2
          exit 1
        fi
        echo $$ >NAME.pid
        """
            .replace("NAME", name));
    environment.forEach(
        (variable, value) ->
            script
                .append("export ")
                .append(variable)
                .append('=')
                .append(Shell.quote(value))
                .append('\n'));
    script.append("export CLASSPATH=").append(Shell.quote(classPath())).append('\n');
    script.append("exec ").append(Shell.quote(java()));
    script.append(JVM_OPTIONS);
    script.append(mainClass).append(" >>").append(name).append(".log 2>&1 </dev/null\n");
    Path file = workspace.writePrivately("start-" + name + ".sh", script.toString(), true);
    return new ChildDaemon(workspace, name, address, file);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Returns this process' class path with absolute paths, for a process that works elsewhere. */
  private static String classPath() {
    return List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1))
        .stream()
        .map(entry -> Path.of(entry).toAbsolutePath().normalize().toString())
        .collect(java.util.stream.Collectors.joining(java.io.File.pathSeparator));
  }

  /** Starts the process; {@link #awaitReady} waits for it. */
  void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", script.toString())
            .directory(workspace.directory().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    // Only what the script sets: nothing that happens to be in the caller's environment.
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(variable -> !variable.equals("PATH") && !variable.equals("LANG"));
    started = builder.start();
  }

  /**
   * Waits until the daemon greets.
   *
   * @return its process id
   * @throws DemoFailure when it ended, or does not greet in time
   */
  long awaitReady() throws DemoFailure, InterruptedException {
    Process process = started;
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    long deadline = System.nanoTime() + START_WAIT.toNanos();
    while (!SmtpPeer.greets(address)) {
      if (!process.isAlive()) {
        throw new DemoFailure(
            name + " ended with status " + process.exitValue() + " instead of starting");
      }
      if (System.nanoTime() > deadline) {
        throw new DemoFailure(name + " does not greet after " + START_WAIT.toSeconds() + " s");
      }
      Thread.sleep(POLL);
    }
    return process.pid();
  }

  String name() {
    return name;
  }

  InetSocketAddress address() {
    return address;
  }

  Path script() {
    return script;
  }

  Path log() {
    return workspace.resolve(name + ".log");
  }

  /** Returns the process, whoever started it, or null while there is none. */
  @Nullable ProcessHandle process() {
    return workspace.child(name + ".pid");
  }

  /** Returns the last lines of its log. */
  List<String> logTail() {
    return LogTail.of(log());
  }

  /** Ends the process, whoever started it: SIGTERM, and after a while SIGKILL. */
  @Override
  public void close() {
    ProcessHandle process = process();
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      process.onExit().get(STOP_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
