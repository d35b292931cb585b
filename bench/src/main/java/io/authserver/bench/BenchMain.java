package io.authserver.bench;

import io.authserver.smtp.daemon.Logging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** {@code bench/run}, apart from JMH: measures with processes and prints tables in Markdown. */
public final class BenchMain {
  private static final String USAGE =
      "usage: bench/run relay [--quick | --full | --memory] | signer [--quick | --full]"
          + " | forwarder [--quick | --full | --memory] | spapi";

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
    if (arguments.isEmpty() || arguments.size() > 2) {
      return usage();
    }
    Optional<Extent> extent =
        switch (arguments.size() == 2 ? arguments.get(1) : "--quick") {
          case "--quick" -> Optional.of(Extent.QUICK);
          case "--full" -> Optional.of(Extent.FULL);
          case "--memory" -> Optional.of(Extent.MEMORY);
          default -> Optional.empty();
        };
    String what = arguments.getFirst();
    boolean knows =
        what.equals("relay")
            || what.equals("forwarder")
            || (what.equals("spapi") && arguments.size() == 1)
            || (what.equals("signer") && !extent.equals(Optional.of(Extent.MEMORY)));
    if (extent.isEmpty() || !knows) {
      return usage();
    }
    Logging.quiet();
    if (what.equals("spapi")) {
      new SpapiBench(extent.get(), root, System.out, System.err).run();
      return 0;
    }
    Postfix postfix = Postfix.require(root.resolve("bench/target/postfix"));
    switch (what) {
      case "relay" -> new RelayBench(extent.get(), root, postfix, System.out, System.err).run();
      case "signer" -> new SignerBench(extent.get(), root, postfix, System.out, System.err).run();
      default -> new ForwarderBench(extent.get(), root, postfix, System.out, System.err).run();
    }
    return 0;
  }

  private static int usage() {
    System.err.println(USAGE);
    return 2;
  }
}
