package io.authserver.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/rfc-coverage.md names classes and tests that exist. */
class RfcCoverageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = ROOT.resolve("docs/rfc-coverage.md");
  private static final Pattern NAME = Pattern.compile("`([A-Za-z0-9]+)(?:#([A-Za-z0-9]+))?`");

  @Test
  void everyNameExists() throws IOException {
    List<String> missing = missing(Files.readAllLines(DOCUMENT), sources());
    assertEquals(List.of(), missing, "named in docs/rfc-coverage.md and not found");
  }

  /** Guards the check itself: it must see what is not there. */
  @Test
  void aMissingNameIsFound() throws IOException {
    Map<String, Path> sources = sources();
    assertTrue(sources.size() > 200, () -> "only " + sources.size() + " sources");
    assertEquals(
        List.of(
            "line 1: class NoSuchClass",
            "line 1: method RfcCoverageTest#noSuchMethod",
            "line 2: a class and no test",
            "line 3: four columns expected"),
        missing(
            List.of(
                "| §1 | x | `NoSuchClass` | `RfcCoverageTest#noSuchMethod` |",
                "| §2 | x | `RfcCoverageTest` | |",
                "| §3 | x | — |"),
            sources));
  }

  private static List<String> missing(List<String> lines, Map<String, Path> sources)
      throws IOException {
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.startsWith("| §")) {
        continue;
      }
      String where = "line " + (i + 1) + ": ";
      String[] cells = line.substring(1, line.length() - 1).split("\\|", -1);
      if (cells.length != 4) {
        missing.add(where + "four columns expected");
        continue;
      }
      Matcher name = NAME.matcher(cells[2] + cells[3]);
      while (name.find()) {
        Path source = sources.get(name.group(1));
        if (source == null) {
          missing.add(where + "class " + name.group(1));
        } else if (name.group(2) != null && !hasMethod(source, name.group(2))) {
          missing.add(where + "method " + name.group(1) + "#" + name.group(2));
        }
      }
      if (!cells[2].strip().equals("—") && cells[3].isBlank()) {
        missing.add(where + "a class and no test");
      }
    }
    return missing;
  }

  private static boolean hasMethod(Path source, String method) throws IOException {
    return Pattern.compile("\\b(?:void|Stream<DynamicTest>) " + method + "\\(")
        .matcher(Files.readString(source))
        .find();
  }

  /** Returns the sources of all modules by the names of their classes. */
  private static Map<String, Path> sources() throws IOException {
    Map<String, Path> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(each -> Files.isDirectory(each.resolve("src"))).toList()) {
        try (Stream<Path> files = Files.walk(module.resolve("src"))) {
          files
              .filter(file -> file.toString().endsWith(".java"))
              .forEach(
                  file -> sources.put(file.getFileName().toString().replace(".java", ""), file));
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    }
    return sources;
  }
}
