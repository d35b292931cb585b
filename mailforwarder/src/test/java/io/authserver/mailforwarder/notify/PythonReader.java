package io.authserver.mailforwarder.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.Oracle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Reads a composed message with the parser of Python's library, which is not ours: {@link
 * Oracle#PYTHON}.
 */
final class PythonReader {
  private static final String PYTHON = "/usr/bin/python3";

  private PythonReader() {}

  /** Returns what it finds, a line each. */
  static List<String> read(byte[] message) throws Exception {
    Process process =
        new ProcessBuilder(PYTHON, "-X", "utf8", "-c", script()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().write(message);
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it ends");
      assertEquals(0, process.exitValue(), output);
      return output.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String script() throws IOException {
    try (InputStream in = PythonReader.class.getResourceAsStream("report.py")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
