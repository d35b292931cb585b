package io.authserver.bench;

import io.authserver.bench.Site.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Forwarding one message to the three addresses of a list, with an SRS address: by mailforwarder
 * with a large database, its look-ups cached or not, against the null relay and source straight
 * into sink. Then the look-ups alone, and the memory.
 */
final class ForwarderBench {
  private static final int SMALL = 4 << 10;
  private static final int LARGE = 100 << 10;
  private static final int SAMPLES = 10;
  private static final Load AIMED_AT = new Load(SMALL, 10, true);

  private final Extent extent;
  private final Path root;
  private final Postfix postfix;
  private final PrintStream out;
  private final PrintStream err;

  ForwarderBench(Extent extent, Path root, Postfix postfix, PrintStream out, PrintStream err) {
    this.extent = extent;
    this.root = root;
    this.postfix = postfix;
    this.out = out;
    this.err = err;
  }

  /** Measures and prints the tables. */
  void run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("authserver-bench-");
    try (Children children = new Children();
        BenchDatabase database = database(folder)) {
      Daemons daemons = new Daemons(postfix, children, folder);
      Source source = new Source(postfix, children, folder);
      Path secret =
          Files.createFile(
              folder.resolve("srs.secret"),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(secret, "a secret of the benchmark\n");
      String url = database.loginRole("bench", "authserver_forwarder");
      out.println("Forwarder. " + Machine.describe(root));
      out.println(
          "Options of the daemons' JVM: `" + System.getProperty(Daemons.OPTIONS_PROPERTY) + "`.");
      Site site = extent.site();
      out.printf(
          Locale.ROOT,
          "%,d aliases, %,d lists, %,d domains in %s.%n%n",
          site.aliases(),
          site.lists(),
          site.domains(),
          database.version());
      if (extent.rounds() > 0) {
        Aims aims = new Aims();
        out.println(speed(daemons, source, database, secret, folder, url, aims));
        progress("look-ups alone");
        LookUpSpeed lookUps = new LookUpSpeed(database, url, site);
        lookUps.run();
        out.println(lookUps.table());
        for (Kind kind : List.of(Kind.USER, Kind.LIST, Kind.NESTED)) {
          aims.atMost("look-up without a cache, 1 ms: " + kind, 1, lookUps.asked(kind), 3);
        }
        out.println(aims);
      }
      if (extent.recipients() > 0) {
        progress("memory");
        Target sink = daemons.sink(List.of());
        out.println(
            new ForwarderMemory(url, daemons, source, sink.address(), secret)
                .run(extent.recipients()));
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private BenchDatabase database(Path folder) throws IOException {
    progress("starting PostgreSQL and making a site");
    BenchDatabase database = BenchDatabase.start(folder);
    boolean done = false;
    try {
      for (String statement : extent.site().statements()) {
        database.execute(statement);
      }
      done = true;
      return database;
    } finally {
      if (!done) {
        database.close();
      }
    }
  }

  private String speed(
      Daemons daemons,
      Source source,
      BenchDatabase database,
      Path secret,
      Path folder,
      String url,
      Aims aims)
      throws IOException, InterruptedException {
    progress("starting the daemons");
    Site site = extent.site();
    try (ForwardingSetUp cached =
            new ForwardingSetUp(
                "forwarder, cached",
                "bench_cached",
                true,
                site,
                database,
                daemons,
                secret,
                folder);
        ForwardingSetUp asking =
            new ForwardingSetUp(
                "forwarder, looking up",
                "bench_asking",
                false,
                site,
                database,
                daemons,
                secret,
                folder)) {
      ForwardedCopies copies = new ForwardedCopies(site, url, daemons, source, secret, folder);
      Target sink = daemons.sink(List.of());
      Target relay = RelayBench.relay(daemons, sink.address(), Map.of());
      List<Target> targets = List.of(sink, relay, cached.target(), asking.target());
      Rounds rounds = new Rounds(source, targets, this::progress);
      progress("warming up");
      rounds.warmUp(warmUpLoads(), extent.warmUpSeconds());
      rounds.beforeEachRound(
          () -> {
            copies.verify(SMALL, SAMPLES);
            copies.verify(LARGE, SAMPLES);
          });
      rounds.run(loads(), extent.rounds(), extent.roundSeconds());
      for (Target each : List.of(cached.target(), asking.target())) {
        aims.atLeast(
            "2,000 messages a second, " + AIMED_AT + ": " + each.name(),
            2000,
            rounds.series(AIMED_AT, each, Sample::rate),
            0);
        aims.atMost(
            "0.7 ms CPU a message, PostgreSQL's included, " + AIMED_AT + ": " + each.name(),
            0.7,
            rounds.series(AIMED_AT, each, Sample::allMillis),
            3);
      }
      Table memory = new Table(List.of("daemon", "peak RSS, MiB"));
      for (Target each : List.of(relay, cached.target(), asking.target())) {
        ProcessStat stat = new ProcessStat(each.process().orElseThrow());
        memory.row(List.of(each.name(), RelayBench.mebibytes(stat.peakResidentBytes())));
      }
      return String.format(
          Locale.ROOT,
          "Median and range of %d rounds, in turns.%n%n%s%n%s",
          extent.rounds(),
          rounds.table(),
          memory);
    }
  }

  private static List<Load> warmUpLoads() {
    return List.of(
        AIMED_AT, new Load(LARGE, 10, true), new Load(SMALL, 10, false), new Load(SMALL, 50, true));
  }

  private List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    for (int bytes : new int[] {SMALL, LARGE}) {
      for (int sessions : new int[] {1, 10, 50}) {
        for (boolean kept : new boolean[] {true, false}) {
          if (extent.everything() || bytes == SMALL || sessions == 10) {
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
