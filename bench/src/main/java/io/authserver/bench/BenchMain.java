package io.authserver.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** {@code bench/run}, apart from JMH: measures with processes and prints tables in Markdown. */
public final class BenchMain {
  private static final String USAGE = "usage: bench/run relay [--quick | --full | --memory]";

  private BenchMain() {}

  /** Runs one measurement; the report goes to standard output, what it does to standard error. */
  public static void main(String[] arguments) throws InterruptedException {
    Path root = Path.of(Objects.requireNonNullElse(System.getProperty("bench.root"), "."));
    int status;
    try {
      status = run(List.of(arguments), root);
    } catch (IOException e) {
      System.err.println("bench: " + e.getMessage());
      status = 1;
    }
    System.exit(status);
  }

  private static int run(List<String> arguments, Path root)
      throws IOException, InterruptedException {
    if (arguments.isEmpty() || arguments.size() > 2 || !arguments.getFirst().equals("relay")) {
      System.err.println(USAGE);
      return 2;
    }
    Extent extent;
    switch (arguments.size() == 2 ? arguments.get(1) : "--quick") {
      case "--quick" -> extent = Extent.QUICK;
      case "--full" -> extent = Extent.FULL;
      case "--memory" -> extent = Extent.MEMORY;
      default -> {
        System.err.println(USAGE);
        return 2;
      }
    }
    Postfix postfix = Postfix.require(root.resolve("bench/target/postfix"));
    new RelayBench(extent, root, postfix, System.out, System.err).run();
    return 0;
  }
}
