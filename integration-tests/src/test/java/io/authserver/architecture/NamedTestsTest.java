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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests exist by which the documents say that something is shown. */
final class NamedTestsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))`");

  @ParameterizedTest
  @ValueSource(strings = {"docs/reliability.md", "docs/security.md"})
  void everyTestExists(String document) throws IOException {
    Set<String> named = named(Files.readString(ROOT.resolve(document)));
    assertTrue(named.size() > 15, named::toString);
    List<String> missing = new ArrayList<>(named);
    missing.removeAll(tests());
    assertEquals(List.of(), missing);
  }

  /** Guards the check itself: it must see what is not there. */
  @Test
  void aTestIsSeen() {
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
