package io.authserver.demo;

import io.authserver.smtp.daemon.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * {@code authserver demo}: the whole line in one command, with nothing installed.
 *
 * <p>Exit status: 0 when every expectation held, or {@code --keep} was told to stop; 1 when not; 2
 * for wrong usage.
 */
public final class DemoMain {
  private static final String USAGE =
      """
      usage: authserver demo [--keep]

      Sets up a site in a temporary directory (PostgreSQL, auth database, dkimsigner, mailforwarder,
      a sink), sends messages through both daemons, and tells what became of each, hop by hop, with
      the verdicts of verifiers that are not ours.

        --keep   send nothing; print where everything listens on standard output, then READY, and run
                 until SIGTERM or Ctrl-C
        --help   print this
      """;

  /** How long a signal waits for everything to be cleaned up. */
  private static final Duration CLEAN_UP_WAIT = Duration.ofSeconds(60);

  private final PrintStream out;
  private final PrintStream err;
  private final boolean keep;
  private final CountDownLatch cleaned = new CountDownLatch(1);
  // Written by the thread of a signal, read by the demo's.
  private volatile boolean told;

  private DemoMain(PrintStream out, PrintStream err, boolean keep) {
    this.out = out;
    this.err = err;
    this.keep = keep;
  }

  /** Runs the demo. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  /**
   * Runs the demo.
   *
   * @return the exit status
   */
  public static int run(PrintStream out, PrintStream err, String... arguments) {
    return switch (String.join(" ", arguments)) {
      case "" -> new DemoMain(out, err, false).run();
      case "--keep" -> new DemoMain(out, err, true).run();
      case "--help", "-h" -> {
        out.print(USAGE);
        yield 0;
      }
      default -> {
        err.print(USAGE);
        yield 2;
      }
    };
  }

  private int run() {
    Logging.quiet();
    Progress progress = new Progress(keep ? err : out);
    Thread worker = Thread.currentThread();
    Thread hook = new Thread(() -> endBySignal(worker), "demo-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    boolean held = false;
    try {
      for (Path leftover : Workspace.removeLeftovers()) {
        progress.step("removed what a killed demo had left: " + leftover);
      }
      try (Workspace workspace = Workspace.create()) {
        held = inWorkspace(progress, workspace);
      }
    } catch (DemoFailure | IOException e) {
      tell("demo: " + e.getMessage());
    } catch (InterruptedException e) {
      tell("demo: interrupted");
    } catch (RuntimeException e) {
      if (!told) {
        e.printStackTrace(err);
      }
    } finally {
      cleaned.countDown();
    }
    if (!told) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
    return held ? 0 : 1;
  }

  /** Says why the demo ends, unless it was told to. */
  private void tell(String reason) {
    if (!told) {
      err.println(reason);
    }
  }

  private boolean inWorkspace(Progress progress, Workspace workspace)
      throws IOException, DemoFailure, InterruptedException {
    try (DemoSite site = DemoSite.create(progress, workspace)) {
      try {
        if (keep) {
          new KeepRun(progress, out, Clock.systemUTC()).run(site, workspace);
          return true;
        }
        return new DemoRun(progress, Clock.systemUTC()).run(site, workspace);
      } catch (DemoFailure | IOException e) {
        if (!told) {
          site.daemons().forEach(daemon -> DemoRun.tellLog(err, daemon));
        }
        throw e;
      } finally {
        // Whatever was interrupted is over; cleaning up must not be.
        boolean interrupted = Thread.interrupted();
        if (keep && (interrupted || told)) {
          progress.step("stopping");
        }
      }
    }
  }

  /**
   * Runs as the shutdown hook: interrupts the demo and waits until it has cleaned up. The status of
   * a virtual machine that a signal ends is 128 and more, unless a hook halts it: being told to
   * stop is how {@code --keep} ends well.
   */
  private void endBySignal(Thread worker) {
    told = true;
    worker.interrupt();
    boolean done = false;
    try {
      done = cleaned.await(CLEAN_UP_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.flush();
    err.flush();
    if (keep && done) {
      Runtime.getRuntime().halt(0);
    }
  }
}
