package io.authserver.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What a forwarder's memory comes to while it meets ever more recipients. */
final class ForwarderMemory {
  private static final int STAGES = 5;
  private static final int RECIPIENTS = 100;
  private static final int SESSIONS = 10;
  private static final long COLLECTION_SECONDS = 30;

  private final Source source;
  private final Process process;
  private final InetSocketAddress address = Ports.free();
  private final InetSocketAddress health = Ports.free();

  /** Starts a daemon of its own. */
  ForwarderMemory(
      String url, Daemons daemons, Source source, InetSocketAddress nextHop, Path secret)
      throws IOException, InterruptedException {
    this.source = source;
    this.process = ForwardingSetUp.start(daemons, "memory", url, secret, address, nextHop, health);
  }

  /**
   * Sends messages with many recipients each until so many different ones have been looked up; they
   * are in a domain of ours and nobody's, so that each is an answer of its own.
   */
  Table run(int recipients) throws IOException, InterruptedException {
    Table table =
        new Table(
            List.of(
                "different recipients",
                "answers kept",
                "peak RSS, MiB",
                "heap used, MiB",
                "of that in use after a full collection, MiB"));
    ProcessStat stat = new ProcessStat(process.pid());
    int each = recipients / STAGES;
    try (MetricsPage metrics = new MetricsPage(health)) {
      for (int stage = 1; stage <= STAGES; stage++) {
        Target target =
            new Target(
                "memory",
                address,
                new Envelope(
                    Envelope.ANYBODY.author(), "stage" + stage + "@d1.example", true, RECIPIENTS),
                OptionalLong.of(process.pid()),
                Optional.empty(),
                Target.Proof.NONE);
        source.send(new Load(1 << 10, SESSIONS, true), Math.max(1, each / RECIPIENTS), target);
        double used = metrics.sum("jvm_heap_used_bytes");
        collectGarbage();
        table.row(
            List.of(
                number(events(metrics, "miss")),
                number(
                    events(metrics, "miss")
                        - events(metrics, "evicted")
                        - events(metrics, "dropped")),
                RelayBench.mebibytes(stat.peakResidentBytes()),
                RelayBench.mebibytes((long) used),
                RelayBench.mebibytes((long) metrics.sum("jvm_heap_used_bytes"))));
      }
    }
    Children.end(process);
    return table;
  }

  /** Lets the daemon tell what it holds from what it has not yet thrown away. */
  private void collectGarbage() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process collection =
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!collection.waitFor(COLLECTION_SECONDS, TimeUnit.SECONDS) || collection.exitValue() != 0) {
      collection.destroyForcibly();
      throw new BenchFailure("jcmd could not collect the daemon's garbage");
    }
  }

  private static double events(MetricsPage metrics, String event)
      throws IOException, InterruptedException {
    return metrics.sum(
        "authserver_cache_events_total{cache=\"resolution\",event=\"" + event + "\"}");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }
}
