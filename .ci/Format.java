import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Runs google-java-format over every Java source below the working directory.
 *
 * <p>{@code check} names each file that is not formatted and exits with 1; {@code fix} rewrites
 * them. Run by the build: {@code mvn validate} checks, {@code mvn -N validate -Dformat=fix} fixes.
 */
final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean fix = args.length == 1 && args[0].equals("fix");
    List<String> arguments = new ArrayList<>();
    if (fix) {
      arguments.add("--replace");
    } else {
      arguments.add("--dry-run");
      arguments.add("--set-exit-if-changed");
    }
    arguments.addAll(sources());
    int status =
        ToolProvider.findFirst("google-java-format")
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (status != 0 && !fix) {
      System.err.println(
          "The files named above are not formatted: run `mvn -N validate -Dformat=fix`.");
    }
    System.exit(status);
  }

  private static List<String> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("."))) {
      return files
          .filter(path -> path.toString().endsWith(".java"))
          .filter(path -> Stream.of("target", ".git").noneMatch(skipped -> has(path, skipped)))
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  private static boolean has(Path path, String directory) {
    for (Path name : path) {
      if (name.toString().equals(directory)) {
        return true;
      }
    }
    return false;
  }
}
