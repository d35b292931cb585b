package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs of Debian that are not ours, for tests that skip without them. */
public final class Oracle {
  private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

  private Oracle() {}

  /** Returns a program's path, or skips the test; with AUTHSERVER_REQUIRE_ALL=1 it fails. */
  public static Path require(String program) {
    for (String folder : FOLDERS) {
      Path path = Path.of(folder, program);
      if (Files.isExecutable(path)) {
        return path;
      }
    }
    String missing = "oracle missing: " + program;
    if ("1".equals(System.getenv("AUTHSERVER_REQUIRE_ALL"))) {
      fail(missing);
    }
    Assumptions.abort(missing);
    throw new IllegalStateException(missing);
  }

  /** Runs a program to its end and returns what it wrote; it must end with 0 within 30 s. */
  public static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> command[0] + " did not end");
      String text = Files.readString(output);
      assertTrue(process.exitValue() == 0, () -> String.join(" ", command) + ": " + text);
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
