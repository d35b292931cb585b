package io.authserver.smtp.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder with a file for each environment variable, as daemontools' envdir reads it: the value is
 * the first line without trailing white space, NUL stands for a line end, and an empty file removes
 * the variable.
 */
final class EnvDirectory {
  private static final int MAX_BYTES = 1 << 20;

  private EnvDirectory() {}

  /** Returns the environment with the folder's variables over it; adds what cannot be read. */
  static Map<String, String> over(
      Map<String, String> environment, Path directory, List<String> problems) {
    Map<String, String> result = new HashMap<>(environment);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Path fileName = file.getFileName();
        String name = fileName == null ? "" : fileName.toString();
        if (name.startsWith(".") || Files.isDirectory(file)) {
          continue;
        }
        if (name.indexOf('=') >= 0) {
          problems.add("--env-dir: not the name of a variable: " + quote(file));
          continue;
        }
        try {
          String content = read(file);
          if (content.isEmpty()) {
            result.remove(name);
          } else {
            result.put(name, firstLine(content));
          }
        } catch (IOException e) {
          problems.add("--env-dir: " + describe(file, e));
        }
      }
    } catch (IOException e) {
      problems.add("--env-dir: " + describe(directory, e));
    }
    return result;
  }

  private static String firstLine(String content) {
    int end = content.indexOf('\n');
    return content
        .substring(0, end < 0 ? content.length() : end)
        .stripTrailing()
        .replace('\0', '\n');
  }

  /** Returns the text of a file of at most 1 MiB. */
  static String read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("larger than " + MAX_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Returns in one line why a file cannot be read. */
  static String describe(Path file, IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such file or folder: " + quote(file);
      case java.nio.file.NotDirectoryException _ -> "not a folder: " + quote(file);
      case java.nio.file.AccessDeniedException _ -> "may not read " + quote(file);
      default -> {
        String message = e.getMessage();
        yield "cannot read "
            + quote(file)
            + ": "
            + ControlCharacters.escape(message == null ? e.getClass().getSimpleName() : message);
      }
    };
  }

  private static String quote(Path file) {
    return ControlCharacters.escape(file.toString());
  }
}
