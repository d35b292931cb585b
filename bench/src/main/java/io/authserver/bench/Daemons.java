package io.authserver.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Starts the processes of a run: a sink, and a daemon with the JVM's options of bin/dkimsigner. */
final class Daemons {
  /** Has what bin/.launch gives to daemons, so that what is measured is what runs. */
  static final String OPTIONS_PROPERTY = "bench.daemonOptions";

  private final Postfix postfix;
  private final Children children;
  private final Path folder;

  /**
   * Makes it.
   *
   * @param folder for logs and spool files
   */
  Daemons(Postfix postfix, Children children, Path folder) {
    this.postfix = postfix;
    this.children = children;
    this.folder = folder;
  }

  /** Starts a sink and waits until it greets. */
  Target sink(List<String> options) throws IOException, InterruptedException {
    return sink(options, ProcessBuilder.Redirect.DISCARD);
  }

  /**
   * Starts a sink that counts what it gets.
   *
   * @param count where it writes that
   */
  Target countingSink(Path count) throws IOException, InterruptedException {
    return sink(List.of("-c"), ProcessBuilder.Redirect.to(count.toFile()));
  }

  private Target sink(List<String> options, ProcessBuilder.Redirect output)
      throws IOException, InterruptedException {
    InetSocketAddress address = Ports.free();
    List<String> arguments = new ArrayList<>(options);
    if (System.getProperty("user.name").equals("root")) {
      arguments.addAll(List.of("-u", "root"));
    }
    // -m: sessions at once; the last argument is the backlog
    arguments.addAll(List.of("-m", "5000", Ports.text(address), "1024"));
    Process process =
        children.start(postfix.program("smtp-sink", arguments).redirectOutput(output));
    Ports.awaitGreeting("smtp-sink", process, address);
    return Target.sink(address);
  }

  /**
   * Starts a daemon and waits until it greets.
   *
   * @param environment its settings
   */
  Process java(
      String name, String mainClass, InetSocketAddress address, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : System.getProperty(OPTIONS_PROPERTY, "").split(" ", -1)) {
      if (!option.isBlank()) {
        command.add(option);
      }
    }
    command.addAll(
        List.of("-cp", Objects.requireNonNull(System.getProperty("java.class.path")), mainClass));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(folder.resolve(name + ".log").toFile());
    // Only what is said here: no setting of the caller's environment.
    builder.environment().keySet().removeIf(variable -> !variable.equals("PATH"));
    builder.environment().putAll(environment);
    builder.environment().put("SPOOL_DIR", folder.toString());
    Process process = children.start(builder);
    Ports.awaitGreeting(name, process, address);
    return process;
  }
}
