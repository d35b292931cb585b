package io.authserver.smtp.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The public corpora beside the project, read in place where they are. */
public final class Corpora {
  private Corpora() {}

  /**
   * Returns a corpus' folder.
   *
   * @throws IllegalStateException where it is not there: the test's class lacks its {@link Needs}
   */
  public static Path folder(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalStateException("a class that reads " + name + " @Needs it"));
  }

  /** Returns a corpus' folder, or with an empty name that of all, where it is there. */
  static Optional<Path> find(String name) {
    for (Path root = Path.of("").toAbsolutePath(); root != null; root = root.getParent()) {
      Path corpora = root.resolveSibling("shared").resolve("corpora").resolve(name);
      if (root.getParent() != null && Files.isDirectory(corpora)) {
        return Optional.of(corpora);
      }
    }
    return Optional.empty();
  }

  /** Returns every file of every corpus, in a fixed order. */
  public static List<Path> allFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder(""))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** Returns a file's bytes with every line end made CRLF: some files were stored without. */
  public static byte[] withCrlf(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1)
        .replace("\r\n", "\n")
        .replace("\n", "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
