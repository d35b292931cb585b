import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Counts the tests of all modules from Surefire's reports, groups the reasons why some were
 * skipped, and ends with one line: {@code N passed, N failed, N skipped}.
 *
 * <p>Arguments: a file that is as old as the run (older reports do not count), and the project's
 * root.
 */
final class TestCounts {
  private static final Pattern KNOWN_REASON =
      Pattern.compile("(oracle missing|corpus missing): *[^\\r\\n]*");
  private static final int REASON_LENGTH = 160;

  private final Map<String, Integer> reasons = new TreeMap<>();
  private int tests;
  private int failed;
  private int skipped;

  private TestCounts() {}

  public static void main(String[] args) throws Exception {
    FileTime begun = Files.getLastModifiedTime(Path.of(args[0]));
    TestCounts counts = new TestCounts();
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    DocumentBuilder builder = factory.newDocumentBuilder();
    for (Path report : reports(Path.of(args[1]))) {
      if (Files.getLastModifiedTime(report).compareTo(begun) >= 0) {
        counts.add(builder.parse(report.toFile()).getDocumentElement());
      }
    }
    counts.print();
  }

  private static List<Path> reports(Path root) throws IOException {
    try (Stream<Path> modules = Files.list(root)) {
      return modules
          .map(module -> module.resolve("target").resolve("surefire-reports"))
          .filter(Files::isDirectory)
          .flatMap(TestCounts::filesOf)
          .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
          .sorted()
          .toList();
    }
  }

  private static Stream<Path> filesOf(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void add(Element suite) {
    NodeList cases = suite.getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      tests++;
      if (has(test, "failure") || has(test, "error")) {
        failed++;
      } else if (has(test, "skipped")) {
        skipped++;
        Element skip = (Element) test.getElementsByTagName("skipped").item(0);
        // Surefire puts the message into an attribute, or only into the stack trace in the text.
        String message = skip.getAttribute("message");
        reasons.merge(reason(message.isEmpty() ? skip.getTextContent() : message), 1, Integer::sum);
      }
    }
  }

  private static boolean has(Element test, String name) {
    return test.getElementsByTagName(name).getLength() > 0;
  }

  private static String reason(String message) {
    Matcher known = KNOWN_REASON.matcher(message);
    String text =
        known.find()
            ? known.group()
            : message
                .strip()
                .lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^[\\w.$]+Exception: ", "");
    text = text.strip();
    if (text.isEmpty()) {
      return "no reason given";
    }
    return text.length() > REASON_LENGTH ? text.substring(0, REASON_LENGTH) : text;
  }

  private void print() {
    if (!reasons.isEmpty()) {
      System.out.println("Skipped:");
      reasons.forEach((reason, times) -> System.out.println("  " + reason + " x " + times));
    }
    int passed = tests - failed - skipped;
    System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
  }
}
