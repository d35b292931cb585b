package io.authserver.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file. */
final class LogTail {
  private static final int LINES = 40;
  private static final int BYTES = 32 * 1024;

  private LogTail() {}

  /** Returns its last lines; none where there is no log. */
  static List<String> of(Path file) {
    try {
      byte[] log = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      int from = Math.max(0, log.length - BYTES);
      List<String> lines =
          new String(log, from, log.length - from, StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - LINES), lines.size());
    } catch (IOException e) {
      return List.of("(the log cannot be read: " + e.getMessage() + ")");
    }
  }
}
