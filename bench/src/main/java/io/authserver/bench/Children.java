package io.authserver.bench;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * The processes that a run has started. Each is ended by its own id, the last one first: when the
 * run is over, and when it is interrupted.
 */
final class Children implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 5;

  /** Guarded by this: the shutdown hook ends what the main thread has started. */
  private final Deque<Process> running = new ArrayDeque<>();

  private boolean closed;

  Children() {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::close));
  }

  /** Starts a process and takes note of it. */
  synchronized Process start(ProcessBuilder builder) throws IOException {
    if (closed) {
      throw new BenchFailure("interrupted");
    }
    Process process = builder.start();
    running.removeIf(each -> !each.isAlive());
    running.addFirst(process);
    return process;
  }

  /** Ends one process now. */
  static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all of them. */
  @Override
  public synchronized void close() {
    closed = true;
    running.forEach(Children::end);
    running.clear();
  }
}
