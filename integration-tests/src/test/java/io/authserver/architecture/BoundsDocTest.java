package io.authserver.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/reliability.md names for its bounds exist. */
final class BoundsDocTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))`");

  @Test
  void everyTestExists() throws IOException {
    String text = Files.readString(ROOT.resolve("docs/reliability.md"));
    Set<String> named = named(text.substring(text.indexOf("\n## Bounds\n")));
    assertTrue(named.size() > 15, named::toString);
    List<String> missing = new ArrayList<>(named);
    missing.removeAll(tests());
    assertEquals(List.of(), missing);
    assertEquals(Set.of("NoSuchIT"), named("| a bound | `NoSuchIT` | `notATest` |"));
  }

  private static Set<String> named(String text) {
    return TEST.matcher(text)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> tests() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }
}
