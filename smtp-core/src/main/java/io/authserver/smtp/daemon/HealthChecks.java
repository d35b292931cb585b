package io.authserver.smtp.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checks of a daemon by their names. Safe for many threads. */
final class HealthChecks {
  private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

  private final Map<String, HealthCheck> checks = new ConcurrentSkipListMap<>();

  void add(String name, HealthCheck check) {
    if (checks.putIfAbsent(name, check) != null) {
      throw new IllegalArgumentException("health check defined twice: " + name);
    }
  }

  /** Returns what is wrong, as {@code name: problem}, in the order of the names. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    checks.forEach(
        (name, check) ->
            problemOf(name, check)
                .ifPresent(
                    problem -> problems.add(name + ": " + ControlCharacters.escape(problem))));
    return problems;
  }

  private static Optional<String> problemOf(String name, HealthCheck check) {
    try {
      return check.problem();
    } catch (RuntimeException e) {
      LOG.error("event=health_check_failed check={}", name, e);
      return Optional.of("the check itself failed");
    }
  }
}
