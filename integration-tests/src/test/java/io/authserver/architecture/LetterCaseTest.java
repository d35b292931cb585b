package io.authserver.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Collator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One rule for letter case, ASCII alone: {@code AsciiCase} in Java, {@code lower(x COLLATE "C")} in
 * SQL (docs/architecture.md). What is called, {@link ArchitectureTest} looks at; what no class file
 * shows is looked for here, in the sources.
 */
class LetterCaseTest {
  private static final Path ROOT = Path.of("..");

  /** Regular expressions fold ASCII alone unless they are told otherwise. */
  private static final Pattern UNICODE_PATTERN =
      Pattern.compile("UNICODE_(?:CASE|CHARACTER_CLASS)|\\(\\?[a-zA-Z]*[uU][a-zA-Z]*[:)]");

  /** What folds in PostgreSQL by the collation of its argument, or of the database. */
  private static final Pattern SQL_FUNCTION =
      Pattern.compile("(?<!AsciiCase\\.)(?<!\\w)(lower|upper|initcap|casefold)\\s*\\(");

  private static final Pattern SQL_OTHER = Pattern.compile("\\b(?i:ilike|citext)\\b|~\\*");

  @Test
  void nothingInTheSourcesFoldsByUnicode() throws IOException {
    List<String> faults = new ArrayList<>();
    int sources = 0;
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        for (Path file : files(module.resolve("src/main/java"), ".java")) {
          sources++;
          if (!file.endsWith("AsciiCase.java")) {
            javaFaults(Files.readString(file)).forEach(fault -> faults.add(file + ": " + fault));
          }
        }
      }
    }
    int scripts = 0;
    for (String folder : List.of("migrations", "routines")) {
      for (Path file : files(ROOT.resolve("sql").resolve(folder), ".sql")) {
        scripts++;
        sqlFaults(Files.readString(file)).forEach(fault -> faults.add(file + ": " + fault));
      }
    }
    assertEquals(List.of(), faults);
    assertTrue(sources > 200 && scripts > 30, sources + " sources, " + scripts + " scripts");
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static List<String> javaFaults(String text) {
    List<String> faults = sqlFaults(text.replace("\\\"", "\""));
    UNICODE_PATTERN.matcher(text).results().forEach(found -> faults.add(found.group()));
    return faults;
  }

  private static List<String> sqlFaults(String text) {
    List<String> faults = new ArrayList<>();
    SQL_OTHER.matcher(text).results().forEach(found -> faults.add(found.group()));
    Matcher call = SQL_FUNCTION.matcher(text);
    while (call.find()) {
      String argument = argument(text, call.end());
      if (!call.group(1).equals("lower") || !argument.endsWith(" COLLATE \"C\"")) {
        faults.add(call.group() + argument + ")");
      }
    }
    return faults;
  }

  /** Returns the text up to the parenthesis that closes the one before it. */
  private static String argument(String text, int start) {
    int depth = 0;
    int at = start;
    while (at < text.length() && (depth > 0 || text.charAt(at) != ')')) {
      depth += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
      at++;
    }
    return text.substring(start, at);
  }

  /** Guards the check itself: it must see what is wrong. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "WHERE lower(name) = ?",
        "WHERE lower( split_part(name, '@', 1)) COLLATE \"C\" = ?",
        "WHERE pg_catalog.lower(name COLLATE \"en_US\") = ?",
        "WHERE upper(name COLLATE \"C\") = ?",
        "WHERE casefold(name) = ?",
        "WHERE name ilike ?",
        "WHERE name !~* ?",
        "name citext NOT NULL",
        "sql.first(\"SELECT lower(\" + column + \")\")",
        "Pattern.compile(x, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)",
        "Pattern.compile(\"(?iu)x\")",
        "Pattern.compile(\"(?U:x)\")"
      })
  void aFaultIsFound(String text) {
    assertEquals(1, javaFaults(text).size(), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WHERE lower(split_part(name, '@', 1) COLLATE \"C\") COLLATE \"default\" = ?",
        "sql.first(\"WHERE lower(name COLLATE \\\"C\\\") LIKE ?\", AsciiCase.lower(name))",
        "Pattern.compile(\"(?i)x(?:u)(?<u>)\", Pattern.CASE_INSENSITIVE)"
      })
  void whatFoldsAsciiAloneIsNone(String text) {
    assertEquals(List.of(), javaFaults(text));
  }

  /** Guards the rule about what is called. */
  @Test
  void callsAndReferencesAreFound() {
    List<String> details =
        ArchitectureTest.LETTER_CASE_IS_ASCII
            .evaluate(new ClassFileImporter().importClasses(Culprit.class))
            .getFailureReport()
            .getDetails();
    assertEquals(
        Culprit.class.getDeclaredMethods().length,
        details.size(),
        () -> String.join("\n", details));
  }

  /** Each method does one thing that is forbidden. */
  @SuppressWarnings({"unused", "StringCaseLocaleUsage"})
  static final class Culprit {
    private Culprit() {}

    static String lower(String text) {
      return text.toLowerCase(Locale.ROOT);
    }

    static String upper(String text) {
      return text.toUpperCase(Locale.ROOT);
    }

    static UnaryOperator<String> reference() {
      return String::toLowerCase;
    }

    static boolean equal(String one, String other) {
      return one.equalsIgnoreCase(other);
    }

    static BiPredicate<String, String> equality() {
      return String::equalsIgnoreCase;
    }

    static int compare(String one, String other) {
      return one.compareToIgnoreCase(other);
    }

    static Comparator<String> order() {
      return String.CASE_INSENSITIVE_ORDER;
    }

    static boolean region(String one, String other) {
      return one.regionMatches(true, 0, other, 0, 1);
    }

    static char character(char c) {
      return Character.toUpperCase(c);
    }

    static int codePoint(int point) {
      return Character.toLowerCase(point);
    }

    static int title(int point) {
      return Character.toTitleCase(point);
    }

    static Object collator() {
      return Collator.getInstance(Locale.ROOT);
    }
  }
}
