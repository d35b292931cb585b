package io.authserver.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The null relay against source straight into sink, and its memory with many sessions. */
final class RelayBench {
  private static final int MANY = 1000;
  private static final int SMALL = 4 << 10;
  private static final int MIDDLE = 100 << 10;
  private static final int LARGE = 1 << 20;

  private final Extent extent;
  private final Path root;
  private final Postfix postfix;
  private final PrintStream out;
  private final PrintStream err;

  RelayBench(Extent extent, Path root, Postfix postfix, PrintStream out, PrintStream err) {
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
      Daemons daemons = new Daemons(postfix, children, folder);
      Source source = new Source(postfix, children, folder);
      Optional<Table> speed =
          extent.rounds() > 0 ? Optional.of(speed(daemons, source)) : Optional.empty();
      out.println("Null relay. " + Machine.describe(root));
      out.println("Options of the JVM: `" + System.getProperty(Daemons.OPTIONS_PROPERTY) + "`.");
      out.println();
      speed.ifPresent(
          table ->
              out.printf(
                  Locale.ROOT,
                  "Median and range of %d rounds, in turns.%n%n%s%n",
                  extent.rounds(),
                  table));
      if (extent.memory()) {
        out.println(memory(daemons, source));
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private Table speed(Daemons daemons, Source source) throws IOException, InterruptedException {
    Target sink = daemons.sink(List.of());
    Target relay = relay(daemons, sink.address(), Map.of());
    Rounds rounds = new Rounds(source, List.of(sink, relay), this::progress);
    progress("warming up");
    rounds.warmUp(warmUpLoads(), extent.warmUpSeconds());
    rounds.run(loads(), extent.rounds(), extent.roundSeconds());
    return rounds.table();
  }

  private static List<Load> warmUpLoads() {
    return List.of(
        new Load(SMALL, 10, true),
        new Load(SMALL, 10, false),
        new Load(MIDDLE, 10, true),
        new Load(LARGE, 10, true),
        new Load(SMALL, 1, true),
        new Load(SMALL, 50, true));
  }

  private List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    for (int bytes : new int[] {SMALL, MIDDLE, LARGE}) {
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

  /**
   * A fresh daemon for each: with its own limits, where most sessions wait for a connection to the
   * next hop, and with a connection for each session to a next hop that keeps them waiting at DATA,
   * so that all messages are held at once.
   */
  private Table memory(Daemons daemons, Source source) throws IOException, InterruptedException {
    Table table =
        new Table(
            List.of(
                MANY + " sessions at once",
                "messages",
                "peak RSS, MiB",
                "peak heap used, MiB",
                "seconds"));
    progress("memory");
    Target sink = daemons.sink(List.of());
    memory(table, "100 KB each, own limits", source, daemons, sink, Map.of());
    Target slow = daemons.sink(List.of("-W", "DATA:3"));
    memory(
        table,
        "100 KB each, next hop answers DATA after 3 s",
        source,
        daemons,
        slow,
        Map.of("NULLRELAY_NEXT_HOP_CONNECTIONS", Integer.toString(MANY)));
    return table;
  }

  private static void memory(
      Table table,
      String name,
      Source source,
      Daemons daemons,
      Target sink,
      Map<String, String> settings)
      throws IOException, InterruptedException {
    InetSocketAddress health = Ports.free();
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("NULLRELAY_HEALTH_LISTEN", Ports.text(health));
    all.put("NULLRELAY_MAX_SESSIONS", Integer.toString(2 * MANY));
    Target relay = relay(daemons, sink.address(), all);
    int messages = 4 * MANY;
    MemoryRun.Result result =
        new MemoryRun(source).run(new Load(MIDDLE, MANY, true), messages, relay, health);
    table.row(
        List.of(
            name,
            Integer.toString(messages),
            mebibytes(result.peakResident()),
            mebibytes(result.peakHeap()),
            String.format(Locale.ROOT, "%.1f", result.seconds())));
    ProcessHandle.of(relay.process().orElseThrow()).ifPresent(ProcessHandle::destroy);
  }

  /** Returns how many MiB that is. */
  static String mebibytes(long bytes) {
    return Long.toString(bytes >> 20);
  }

  /** Starts a null relay. */
  static Target relay(Daemons daemons, InetSocketAddress nextHop, Map<String, String> settings)
      throws IOException, InterruptedException {
    InetSocketAddress address = Ports.free();
    Map<String, String> environment = new LinkedHashMap<>(settings);
    environment.put("NULLRELAY_LISTEN", Ports.text(address));
    environment.put("NULLRELAY_NEXT_HOP", Ports.text(nextHop));
    Process process = daemons.java("nullrelay", NullRelay.class.getName(), address, environment);
    return Target.daemon("null relay", address, process);
  }

  private void progress(String text) {
    err.println("bench: " + text);
  }
}
