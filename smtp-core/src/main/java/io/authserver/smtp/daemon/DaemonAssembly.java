package io.authserver.smtp.daemon;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a daemon together: its parts, its checks, its metrics, and every problem that keeps it from
 * starting. Used by one thread.
 */
public final class DaemonAssembly {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonAssembly.class);

  /**
   * Something that may fail for a reason that the operator can mend.
   *
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface Attempt<T> {
    /** Makes it; see {@link StartException}. */
    T run() throws IOException;
  }

  private final Settings settings;
  private final boolean checkOnly;
  private final ListeningSockets sockets;
  private final PrometheusRegistry metrics = new PrometheusRegistry();
  private final HealthChecks liveness = new HealthChecks();
  private final HealthChecks readiness = new HealthChecks();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean wrongSettings;
  private final List<DaemonPart> parts = new ArrayList<>();
  private final List<AutoCloseable> toClose = new ArrayList<>();

  DaemonAssembly(Settings settings, boolean checkOnly) {
    this.settings = settings;
    this.checkOnly = checkOnly;
    this.sockets = new ListeningSockets(!checkOnly);
    this.problems.addAll(settings.problems());
    JvmMetrics.register(metrics);
  }

  /** Returns the settings, which may have problems: those are thrown when such a one is read. */
  public Settings settings() {
    return settings;
  }

  /** Returns whether the configuration is only checked: nothing is bound, nothing will start. */
  public boolean isCheckOnly() {
    return checkOnly;
  }

  /**
   * Makes something, and takes note of why it cannot be made. What was made is closed in the end,
   * in reverse order, where it can be closed.
   *
   * @return what was made; nothing where it failed, or where a setting that it reads has a problem,
   *     which is reported already
   */
  public <T> Optional<T> attempt(Attempt<T> attempt) {
    try {
      T made = attempt.run();
      if (made instanceof AutoCloseable closeable) {
        toClose.add(closeable);
      }
      return Optional.of(made);
    } catch (Settings.UnusableSettingException e) {
      LOG.debug("event=not_attempted", e);
      return Optional.empty();
    } catch (IOException e) {
      problem(e);
      return Optional.empty();
    }
  }

  /**
   * Listens on an address, or takes over the socket that systemd handed over for it; to be called
   * in {@link #attempt}.
   *
   * @return a bound socket, unless {@link #isCheckOnly()}
   */
  public ServerSocket listen(HostPort address) throws IOException {
    return sockets.listen(address);
  }

  /**
   * Listens on an address beside the one whose socket systemd may have handed over; to be called in
   * {@link #attempt}.
   *
   * @return a bound socket, unless {@link #isCheckOnly()}
   */
  public ServerSocket bind(HostPort address) throws IOException {
    return sockets.bind(address);
  }

  /** Takes note of a problem, one line without secrets. */
  public void problem(String line) {
    problems.add(line);
  }

  /**
   * Warns of what the operator should change but need not, one line without secrets. Where the
   * configuration is checked strictly it becomes a problem.
   */
  public void warning(String line) {
    LOG.atWarn().addKeyValue("event", "setting").addKeyValue("problem", line).log();
    warnings.add(line);
  }

  /** Makes problems of the warnings so far. */
  void countWarnings() {
    problems.addAll(warnings);
    warnings.clear();
  }

  void problem(IOException e) {
    if (e instanceof StartException start) {
      problems.addAll(start.problems());
      wrongSettings |= start.isWrongSettings();
    } else {
      String message = e.getMessage();
      problems.add(message == null ? e.getClass().getSimpleName() : message);
    }
  }

  /** Returns whether no problem was found so far. */
  public boolean isSound() {
    return problems.isEmpty();
  }

  /** Returns whether a problem lies in the settings, or in a file that they name. */
  boolean hasWrongSettings() {
    return wrongSettings || !settings.problems().isEmpty();
  }

  /** Adds a part that is started after the ones added before it, and closed before them. */
  public void add(DaemonPart part) {
    parts.add(part);
    toClose.add(part);
  }

  /**
   * Adds a check that must hold while the process is worth keeping: systemd's watchdog and {@code
   * /healthz} rest on it.
   */
  public void liveness(String name, HealthCheck check) {
    liveness.add(name, check);
  }

  /** Adds a check that must hold for mail to get through: {@code /readyz} tells it. */
  public void readiness(String name, HealthCheck check) {
    readiness.add(name, check);
  }

  /** Returns where metrics are registered. */
  public PrometheusRegistry metrics() {
    return metrics;
  }

  HealthChecks liveness() {
    return liveness;
  }

  HealthChecks readiness() {
    return readiness;
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  List<DaemonPart> parts() {
    return List.copyOf(parts);
  }

  /** Closes everything, last made first. */
  void close() {
    for (AutoCloseable closeable : toClose.reversed()) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.warn("event=close_failed", e);
      }
    }
    toClose.clear();
  }
}
