package io.authserver.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Postfix's load generator and sink, smtp-source(1) and smtp-sink(1): out of Debian's package,
 * which is unpacked and not installed, or those of the machine.
 *
 * @param folder where the two programs are
 * @param libraries where their libraries are
 */
record Postfix(Path folder, Path libraries) {
  private static final List<Path> INSTALLED = List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"));
  private static final long FETCH_SECONDS = 120;

  /** Returns the programs where they are there already. */
  static Optional<Postfix> find(Path unpacked) {
    Postfix ours = new Postfix(unpacked.resolve("usr/sbin"), unpacked.resolve("usr/lib/postfix"));
    if (ours.isComplete()) {
      return Optional.of(ours);
    }
    return INSTALLED.stream()
        .map(folder -> new Postfix(folder, Path.of("/usr/lib/postfix")))
        .filter(Postfix::isComplete)
        .findFirst();
  }

  /** Returns the programs; fetches the package first where that is needed. */
  static Postfix require(Path unpacked) throws IOException, InterruptedException {
    Optional<Postfix> found = find(unpacked);
    if (found.isPresent()) {
      return found.get();
    }
    Files.createDirectories(unpacked);
    run(unpacked, "apt-get", "download", "postfix");
    try (var packages = Files.newDirectoryStream(unpacked, "postfix_*.deb")) {
      for (Path each : packages) {
        run(unpacked, "dpkg", "-x", each.toString(), unpacked.toString());
      }
    }
    return find(unpacked)
        .orElseThrow(() -> new BenchFailure("Debian's package postfix has no smtp-source"));
  }

  private static void run(Path folder, String... command) throws IOException, InterruptedException {
    String text = String.join(" ", command);
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(folder.resolve("fetch.log").toFile())
              .start();
    } catch (IOException e) {
      throw new BenchFailure(
          "smtp-source and smtp-sink are not installed (Debian's package is postfix), and "
              + text
              + " does not run here");
    }
    if (!process.waitFor(FETCH_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new BenchFailure(text + " takes more than " + FETCH_SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      throw new BenchFailure(
          text + " failed (apt-get update first?): see " + folder.resolve("fetch.log"));
    }
  }

  private boolean isComplete() {
    return Files.isExecutable(folder.resolve("smtp-source"))
        && Files.isExecutable(folder.resolve("smtp-sink"));
  }

  /** Returns a process of one of the programs, not started. */
  ProcessBuilder program(String name, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(folder.resolve(name).toString());
    builder.command().addAll(arguments);
    builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
    return builder
        .redirectErrorStream(true)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
  }
}
