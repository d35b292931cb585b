package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs programs that are not ours. */
public final class ExternalProgram {
  private ExternalProgram() {}

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
