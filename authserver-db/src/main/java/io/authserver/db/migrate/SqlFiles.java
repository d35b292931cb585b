package io.authserver.db.migrate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The SQL that is packaged with the program, from {@code sql/} in the class path. */
final class SqlFiles {
  private SqlFiles() {}

  /** What only a privileged role can do. */
  static String bootstrap() {
    try (InputStream in = SqlFiles.class.getResourceAsStream("/sql/bootstrap.sql")) {
      if (in == null) {
        throw new IllegalStateException("sql/bootstrap.sql is not packaged");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The migrations, by number. */
  static List<SqlFile> migrations() {
    return folder("migrations");
  }

  /** The routines, in the order in which they need each other. */
  static List<SqlFile> routines() {
    return folder("routines");
  }

  private static List<SqlFile> folder(String folder) {
    URL anchor = SqlFiles.class.getResource("/sql/bootstrap.sql");
    if (anchor == null) {
      throw new IllegalStateException("sql/bootstrap.sql is not packaged");
    }
    try {
      URI uri = anchor.toURI();
      if (!uri.getScheme().equals("jar")) {
        return files(Path.of(uri).resolveSibling(folder));
      }
      String text = uri.toString();
      Path jar = Path.of(URI.create(text.substring("jar:".length(), text.indexOf("!/"))));
      try (FileSystem inside = FileSystems.newFileSystem(jar, Map.of())) {
        return files(inside.getPath("sql", folder));
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<SqlFile> files(Path folder) throws IOException {
    List<SqlFile> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path file : entries.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".sql")) {
          files.add(new SqlFile(name.substring(0, name.length() - 4), Files.readString(file)));
        }
      }
    }
    return List.copyOf(files);
  }
}
