package io.authserver.bench;

import io.authserver.dkim.key.DkimPrivateKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Signing: in this process against {@code openssl}, and by dkimsigner against the null relay and
 * source straight into sink.
 */
final class SignerBench {
  private static final int SMALL = 4 << 10;
  private static final int LARGE = 100 << 10;

  private final Extent extent;
  private final Path root;
  private final Postfix postfix;
  private final PrintStream out;
  private final PrintStream err;

  SignerBench(Extent extent, Path root, Postfix postfix, PrintStream out, PrintStream err) {
    this.extent = extent;
    this.root = root;
    this.postfix = postfix;
    this.out = out;
    this.err = err;
  }

  /** Measures and prints the tables. */
  void run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("authserver-bench-");
    try (Children children = new Children()) {
      SigningSpeed alone = new SigningSpeed(children, this::progress);
      alone.run(extent.rounds(), extent.roundSeconds());
      out.println("Signing. " + Machine.describe(root));
      out.println();
      out.println(alone.report());
      throughTheDaemon(children, folder);
    } finally {
      Folders.delete(folder);
    }
  }

  private void throughTheDaemon(Children children, Path folder)
      throws IOException, InterruptedException {
    Daemons daemons = new Daemons(postfix, children, folder);
    Source source = new Source(postfix, children, folder);
    DkimPrivateKey rsa = DkimPrivateKey.generateRsa(DkimPrivateKey.DEFAULT_RSA_BITS);
    DkimPrivateKey ed25519 = DkimPrivateKey.generateEd25519();
    progress("starting PostgreSQL and the daemons");
    Target sink = daemons.sink(List.of());
    try (BenchDatabase database = BenchDatabase.start(folder);
        SigningSetUp one =
            new SigningSetUp("RSA", List.of(rsa), database, daemons, source, folder, sink);
        SigningSetUp two =
            new SigningSetUp(
                "RSA and Ed25519",
                List.of(rsa, ed25519),
                database,
                daemons,
                source,
                folder,
                sink)) {
      Target relay = RelayBench.relay(daemons, sink.address(), Map.of());
      List<Target> targets = List.of(sink, relay, one.target(), two.target());
      Rounds rounds = new Rounds(source, targets, this::progress);
      progress("warming up");
      rounds.warmUp(warmUpLoads(), extent.warmUpSeconds());
      rounds.beforeEachRound(
          () -> {
            for (SigningSetUp setUp : List.of(one, two)) {
              setUp.verifyOne(SMALL);
              setUp.verifyOne(LARGE);
            }
          });
      rounds.run(loads(), extent.rounds(), extent.roundSeconds());
      out.println(
          "Options of the daemons' JVM: `" + System.getProperty(Daemons.OPTIONS_PROPERTY) + "`.");
      out.println();
      out.printf(
          Locale.ROOT,
          "Median and range of %d rounds, in turns.%n%n%s%n",
          extent.rounds(),
          rounds.table());
      Table memory = new Table(List.of("daemon", "peak RSS, MiB"));
      for (Target target : List.of(relay, one.target(), two.target())) {
        ProcessStat stat = new ProcessStat(target.process().orElseThrow());
        memory.row(List.of(target.name(), RelayBench.mebibytes(stat.peakResidentBytes())));
      }
      out.println(memory);
    }
  }

  private static List<Load> warmUpLoads() {
    return List.of(
        new Load(SMALL, 10, true),
        new Load(LARGE, 10, true),
        new Load(SMALL, 10, false),
        new Load(SMALL, 50, true));
  }

  private List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    for (int bytes : new int[] {SMALL, LARGE}) {
      for (int sessions : new int[] {1, 10, 50}) {
        for (boolean kept : new boolean[] {true, false}) {
          if (extent.everything() || bytes == SMALL || (sessions == 10 && kept)) {
            loads.add(new Load(bytes, sessions, kept));
          }
        }
      }
    }
    return loads.stream().filter(extent::has).toList();
  }

  private void progress(String text) {
    err.println("bench: " + text);
  }
}
