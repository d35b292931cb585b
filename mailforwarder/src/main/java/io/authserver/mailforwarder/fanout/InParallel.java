package io.authserver.mailforwarder.fanout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Takes a step for several at once, a virtual thread each, and waits for all. */
final class InParallel {
  private InParallel() {}

  /** Takes the step for each; a single one in the caller's thread. */
  static <T> void each(List<T> items, Consumer<T> step) {
    if (items.size() < 2) {
      items.forEach(step);
      return;
    }
    // Every step ends by its own deadline, so closing the executor waits no longer than that.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      items.forEach(item -> running.add(threads.submit(() -> step.accept(item))));
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a step of the fan-out failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
