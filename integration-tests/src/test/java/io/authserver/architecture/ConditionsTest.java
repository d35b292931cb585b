package io.authserver.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests are skipped by {@code @Needs} of a class, and by nothing else. Symptom: on a machine
 * without nsd {@code bin/test} failed. Cause: an assumption in {@code @BeforeEach}, after which
 * {@code @AfterEach} closed what had never been opened.
 *
 * <p>It reads sources and not classes as the rules of ArchUnit do: not all modules are built before
 * this one.
 */
class ConditionsTest {
  private static final Path ROOT = Path.of("..");
  private static final String THE_CONDITION = "NeedsCondition.java";
  private static final Pattern ANOTHER_WAY =
      Pattern.compile(
          "\\bAssumptions\\b|\\bassum(?:e[A-Z]|ingThat\\b)\\w*|\\bTestAbortedException\\b"
              + "|org\\.junit\\.jupiter\\.api\\.condition\\b|\\bExecutionCondition\\b"
              + "|\\bAUTHSERVER_REQUIRE_ALL\\b");

  @Test
  void testsAreSkippedByTheConditionOfTheirClassAlone() throws IOException {
    List<String> found = new ArrayList<>();
    int read = 0;
    for (Path file : testSources()) {
      String name = file.getFileName().toString();
      if (name.equals(THE_CONDITION) || name.equals("ConditionsTest.java")) {
        continue;
      }
      read++;
      // What Javadoc says is no code.
      Matcher matcher = ANOTHER_WAY.matcher(withoutJavadoc(Files.readString(file)));
      while (matcher.find()) {
        found.add(ROOT.relativize(file) + ": " + matcher.group());
      }
    }
    assertEquals(List.of(), found);
    assertTrue(read > 200, "only " + read + " sources of tests");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Assumptions.abort(\"oracle missing: nsd\");",
        "assumeTrue(Files.exists(nsd));",
        "import static org.junit.jupiter.api.Assumptions.*;",
        "throw new TestAbortedException(\"oracle missing: nsd\");",
        "import org.junit.jupiter.api.condition.EnabledIf;",
        "final class Mine implements ExecutionCondition {",
        "System.getenv(\"AUTHSERVER_REQUIRE_ALL\")"
      })
  void eachOtherWayIsFound(String line) {
    assertTrue(ANOTHER_WAY.matcher(withoutJavadoc("/** A test. */\n" + line)).find());
  }

  private static String withoutJavadoc(String source) {
    return source.replaceAll("(?s)/\\*\\*.*?\\*/", "");
  }

  private static List<Path> testSources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> sources = new ArrayList<>();
      for (Path tests : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            sources.addAll(files.filter(file -> file.toString().endsWith(".java")).toList());
          }
        }
      }
      return sources;
    }
  }
}
