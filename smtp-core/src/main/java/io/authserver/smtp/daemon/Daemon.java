package io.authserver.smtp.daemon;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a daemon: reads its settings, has it assembled, reports every problem at once or starts it,
 * and stops it in order.
 *
 * <p>Exit status: 0 after a stop by SIGTERM or SIGINT, whatever was left at its deadline; 78
 * (EX_CONFIG) where a setting is wrong; 1 where the settings are right and it cannot start, and on
 * a second signal; 70 (EX_SOFTWARE) on a bug.
 */
public final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /** Exit status where a setting is wrong (EX_CONFIG of sysexits.h). */
  public static final int EXIT_CONFIG = 78;

  private static final int EXIT_SOFTWARE = 70;

  /** Assembles a daemon. */
  @FunctionalInterface
  public interface Assembler {
    /** Adds parts and checks, and takes note of problems; starts nothing. */
    void assemble(DaemonAssembly assembly);
  }

  private final SettingsTable table;
  private final DaemonSettings common;
  private final Assembler assembler;
  private final CountDownLatch stopAsked = new CountDownLatch(1);

  private Daemon(SettingsTable table, Assembler assembler) {
    this.common = DaemonSettings.of(table.program());
    this.table = allSettings(table);
    this.assembler = assembler;
  }

  /**
   * Makes a daemon.
   *
   * @param table its own settings; those of every daemon (log level, health, stop) are added
   */
  public static Daemon of(SettingsTable table, Assembler assembler) {
    return new Daemon(table, assembler);
  }

  /** Returns a daemon's own settings and, after them, those that every daemon has. */
  public static SettingsTable allSettings(SettingsTable table) {
    return table.with(DaemonSettings.of(table.program()).all());
  }

  /** Runs until a signal, then ends the process. */
  public void run(String[] arguments) {
    // RFC 5746 §5: a client has no reason to negotiate anew, and could keep us busy with it.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    AtomicInteger signals = new AtomicInteger();
    Signals.handle(
        () -> {
          if (signals.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(1);
          }
          stop();
        });
    int status = execute(List.of(arguments), System.getenv(), System.out, System.err);
    System.out.flush();
    // Not exit: nothing may register a shutdown hook that is waited for without a bound.
    Runtime.getRuntime().halt(status);
  }

  /** Asks a running daemon to stop; returns at once. */
  void stop() {
    stopAsked.countDown();
  }

  /** Runs until {@link #stop} and returns the exit status. */
  int execute(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    Settings settings = Settings.read(table, arguments, environment);
    switch (settings.action()) {
      case HELP -> {
        out.print(table.help());
        return 0;
      }
      case SETTINGS -> {
        out.print(table.markdown());
        return 0;
      }
      case RUN, CHECK_CONFIG -> {}
    }
    if (settings.isUsable(common.logLevel())) {
      Logging.setLevel(settings.get(common.logLevel()));
    }
    boolean checkOnly = settings.action() == Settings.Action.CHECK_CONFIG;
    DaemonAssembly assembly = new DaemonAssembly(settings, checkOnly);
    settings.warnings().forEach(assembly::warning);
    try {
      HealthServer health = new HealthServer(assembly);
      assemble(assembly, health);
      if (settings.isStrict()) {
        assembly.countWarnings();
      }
      if (!assembly.isSound()) {
        return report(assembly, environment, err);
      }
      if (checkOnly) {
        out.println("configuration ok");
        return 0;
      }
      return serve(assembly, health, environment, err);
    } catch (RuntimeException e) {
      LOG.error("event=bug", e);
      return EXIT_SOFTWARE;
    } finally {
      assembly.close();
    }
  }

  private void assemble(DaemonAssembly assembly, HealthServer health) {
    Settings settings = assembly.settings();
    if (settings.isUsable(common.health())) {
      settings
          .find(common.health())
          .ifPresent(
              address ->
                  assembly.attempt(
                      () -> {
                        if (!assembly.isCheckOnly()) {
                          health.bind(address);
                        }
                        return health;
                      }));
    }
    try {
      assembler.assemble(assembly);
    } catch (Settings.UnusableSettingException e) {
      if (assembly.isSound()) {
        throw e;
      }
      LOG.debug("event=assembly_ended", e);
    }
  }

  private int report(DaemonAssembly assembly, Map<String, String> environment, PrintStream err) {
    String prefix = environment.containsKey("JOURNAL_STREAM") ? "<3>" : "";
    for (String problem : assembly.problems()) {
      err.println(prefix + table.program() + ": " + ControlCharacters.escape(problem));
    }
    err.flush();
    return assembly.hasWrongSettings() || assembly.isCheckOnly() ? EXIT_CONFIG : 1;
  }

  private int serve(
      DaemonAssembly assembly,
      HealthServer health,
      Map<String, String> environment,
      PrintStream err) {
    SystemdNotifier notifier = SystemdNotifier.of(environment);
    for (DaemonPart part : assembly.parts()) {
      try {
        part.start();
      } catch (IOException e) {
        assembly.problem(e);
      }
    }
    if (!assembly.isSound()) {
      return report(assembly, environment, err);
    }
    try (Monitor monitor =
        new Monitor(assembly, notifier, SystemdNotifier.watchdogInterval(environment))) {
      health.start();
      monitor.start();
      notifier.ready("ready");
      LOG.info("event=ready program={}", table.program());
      stopAsked.await();
      health.stopping();
      monitor.stopping();
      stop(assembly, notifier);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private void stop(DaemonAssembly assembly, SystemdNotifier notifier) throws InterruptedException {
    Duration linger = assembly.settings().get(common.stopLinger());
    Duration limit = assembly.settings().get(common.stopTimeout());
    LOG.info("event=stopping linger_s={} limit_s={}", linger.toSeconds(), limit.toSeconds());
    notifier.stopping("waiting for transactions under way, " + limit.toSeconds() + " s at most");
    long begun = System.nanoTime();
    for (DaemonPart part : assembly.parts()) {
      part.beginStop(linger, limit);
    }
    boolean drained = true;
    for (DaemonPart part : assembly.parts()) {
      Duration left = limit.minusNanos(System.nanoTime() - begun);
      drained &= part.awaitDrained(left.isNegative() ? Duration.ZERO : left);
    }
    long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    if (drained) {
      LOG.info("event=stopped ms={}", ms);
    } else {
      LOG.warn("event=stopped_at_deadline ms={}", ms);
    }
  }
}
