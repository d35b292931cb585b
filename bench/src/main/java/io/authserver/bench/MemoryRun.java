package io.authserver.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Watches a daemon's memory while many sessions send at once. */
final class MemoryRun {
  private static final int LOOK_MILLIS = 100;

  /**
   * What was seen.
   *
   * @param peakHeap the most heap in use, garbage included, in bytes
   * @param peakResident the most resident memory, in bytes
   */
  record Result(long peakHeap, long peakResident, double seconds) {}

  private final Source source;

  MemoryRun(Source source) {
    this.source = source;
  }

  /** Sends the messages, and looks at the process all the while. */
  Result run(Load load, int messages, Target target, InetSocketAddress health)
      throws IOException, InterruptedException {
    FutureTask<Double> sending = new FutureTask<>(() -> source.send(load, messages, target));
    Thread.ofVirtual().start(sending);
    ProcessStat stat = new ProcessStat(target.process().orElseThrow());
    long peakHeap = 0;
    try (MetricsPage metrics = new MetricsPage(health)) {
      while (!sending.isDone()) {
        peakHeap = Math.max(peakHeap, (long) metrics.sum("jvm_heap_used_bytes"));
        Thread.sleep(LOOK_MILLIS);
      }
    }
    try {
      return new Result(peakHeap, stat.peakResidentBytes(), sending.get());
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }
}
