package io.authserver.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Where and with what a run was made. */
final class Machine {
  private Machine() {}

  /** Returns a line with the date, the machine, the JDK and the revision. */
  static String describe(Path root) throws IOException, InterruptedException {
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %s, %s, JDK %s, revision %s.",
        LocalDate.now(ZoneOffset.UTC),
        Runtime.getRuntime().availableProcessors(),
        cpuModel(),
        "Linux " + System.getProperty("os.version"),
        Runtime.version(),
        revision(root));
  }

  private static String cpuModel() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }

  private static String revision(Path root) throws InterruptedException {
    String revision = git(root, "rev-parse", "--short", "HEAD");
    if (revision.isEmpty()) {
      return "unknown";
    }
    boolean clean = git(root, "status", "--porcelain", "--untracked-files=no").isEmpty();
    return clean ? revision : revision + " with changes";
  }

  private static String git(Path root, String... arguments) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("git", "-C", root.toString());
    builder.command().addAll(java.util.List.of(arguments));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? out.strip() : "";
    } catch (IOException e) {
      return "";
    }
  }
}
