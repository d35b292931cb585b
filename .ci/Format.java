import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;

/**
 * Runs google-java-format over every Java source below the working directory.
 *
 * <p>{@code check} names each file that is not formatted and exits with 1; {@code fix} rewrites
 * them. Run by the build: {@code mvn validate} checks, {@code mvn -N validate -Dformat=fix} fixes.
 *
 * <p>Contents that were found formatted are remembered under {@code target}, by their hash together
 * with that of the formatter, and not looked at again.
 */
final class Format {
  private static final Path FORMATTER = Path.of("target/tools/google-java-format.jar");
  private static final Path REMEMBERED = Path.of("target/tools/formatted.sha256");

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean fix = args.length == 1 && args[0].equals("fix");
    byte[] formatter = Files.readAllBytes(FORMATTER);
    Set<String> formatted =
        Files.exists(REMEMBERED) ? Set.copyOf(Files.readAllLines(REMEMBERED)) : Set.of();
    Map<Path, String> sources = sources(formatter);
    List<String> arguments = new ArrayList<>();
    sources.forEach(
        (file, hash) -> {
          if (!formatted.contains(hash)) {
            arguments.add(file.toString());
          }
        });
    int status = arguments.isEmpty() ? 0 : format(fix, arguments);
    if (status == 0) {
      Map<Path, String> now = fix ? sources(formatter) : sources;
      Files.write(REMEMBERED, new TreeSet<>(now.values()));
    } else if (!fix) {
      System.err.println(
          "The files named above are not formatted: run `mvn -N validate -Dformat=fix`.");
    }
    System.exit(status);
  }

  private static int format(boolean fix, List<String> files) {
    List<String> arguments =
        new ArrayList<>(fix ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    arguments.addAll(files);
    return ToolProvider.findFirst("google-java-format")
        .orElseThrow()
        .run(System.out, System.err, arguments.toArray(String[]::new));
  }

  /** Returns the sources, each with the hash of the formatter and its content. */
  private static Map<Path, String> sources(byte[] formatter)
      throws IOException, GeneralSecurityException {
    MessageDigest begun = MessageDigest.getInstance("SHA-256");
    begun.update(formatter);
    Map<Path, String> hashes = new LinkedHashMap<>();
    try {
      for (Path source : javaFiles()) {
        MessageDigest hash = (MessageDigest) begun.clone();
        hashes.put(source, HexFormat.of().formatHex(hash.digest(Files.readAllBytes(source))));
      }
    } catch (CloneNotSupportedException e) {
      throw new GeneralSecurityException(e);
    }
    return hashes;
  }

  /** What is built may change meanwhile, and hold whole systems: it is not looked into. */
  private static List<Path> javaFiles() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Path.of("."),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return name.equals("target") || name.equals(".git")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files.stream().sorted().toList();
  }
}
