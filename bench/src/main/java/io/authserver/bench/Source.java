package io.authserver.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends messages with smtp-source, which ends with an error at the first reply that is none of a
 * delivery: a run that succeeds was answered 250 for every message.
 */
final class Source {
  private static final long MOST_SECONDS = 180;

  private final Postfix postfix;
  private final Children children;
  private final Path log;

  /**
   * Makes a source.
   *
   * @param folder where the program's complaints go
   */
  Source(Postfix postfix, Children children, Path folder) {
    this.postfix = postfix;
    this.children = children;
    this.log = folder.resolve("smtp-source.log");
  }

  /** Sends messages, as many as told, and returns how many seconds that took. */
  double send(Load load, int messages, Target to) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    if (load.kept()) {
      arguments.add("-d");
    }
    Envelope envelope = to.envelope();
    if (envelope.numbered()) {
      arguments.add("-N");
    }
    if (envelope.recipients() > 1) {
      arguments.addAll(List.of("-r", Integer.toString(envelope.recipients())));
    }
    arguments.addAll(
        List.of(
            "-s",
            Integer.toString(Math.min(load.sessions(), messages)),
            "-l",
            Integer.toString(load.bytes()),
            "-m",
            Integer.toString(messages),
            "-f",
            envelope.author(),
            "-t",
            envelope.recipient(),
            "-M",
            "source.example",
            Ports.text(to.address())));
    long began = System.nanoTime();
    Process process =
        children.start(postfix.program("smtp-source", arguments).redirectOutput(log.toFile()));
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      Children.end(process);
      throw new BenchFailure(load + ": not over after " + MOST_SECONDS + " s");
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (process.exitValue() != 0) {
      throw new BenchFailure(load + ": smtp-source failed: " + Files.readString(log).strip());
    }
    return seconds;
  }
}
