package io.authserver.smtp.daemon;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the checks from time to time: keeps systemd's watchdog content while the liveness checks
 * hold, and reports when readiness comes and goes. A check that hangs keeps the watchdog waiting,
 * which is what it is for.
 */
final class Monitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);
  private static final Duration USUAL = Duration.ofSeconds(10);

  private final DaemonAssembly assembly;
  private final SystemdNotifier notifier;
  private final boolean watched;
  private final Duration interval;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("monitor").factory());
  private volatile boolean stopping;

  /** Owned by the executor's thread. */
  private List<String> lastProblems = List.of();

  Monitor(DaemonAssembly assembly, SystemdNotifier notifier, Optional<Duration> watchdog) {
    this.assembly = assembly;
    this.notifier = notifier;
    this.watched = watchdog.isPresent();
    // sd_watchdog_enabled(3): at least twice in the interval.
    Duration half = watchdog.orElse(USUAL).dividedBy(2);
    this.interval = half.compareTo(USUAL) < 0 ? half : USUAL;
  }

  void start() {
    long nanos = interval.toNanos();
    var _ = executor.scheduleAtFixedRate(this::look, 0, nanos, TimeUnit.NANOSECONDS);
  }

  /** Reports readiness no more: it ends on purpose. */
  void stopping() {
    stopping = true;
  }

  private void look() {
    List<String> dead = assembly.liveness().problems();
    if (watched && dead.isEmpty()) {
      notifier.watchdog();
    }
    if (stopping) {
      return;
    }
    List<String> problems = dead.isEmpty() ? assembly.readiness().problems() : dead;
    if (problems.equals(lastProblems)) {
      return;
    }
    lastProblems = problems;
    if (problems.isEmpty()) {
      LOG.info("event=ready_again");
      notifier.status("ready");
    } else {
      String text = String.join("; ", problems);
      LOG.atWarn().addKeyValue("event", "not_ready").addKeyValue("problem", text).log();
      notifier.status("not ready: " + text);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
