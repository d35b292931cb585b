package io.authserver.smtp.daemon;

import java.util.Optional;

/** Looks whether a part of the daemon works. Called by several threads; ends within a second. */
@FunctionalInterface
public interface HealthCheck {
  /** Returns what is wrong, in one line without secrets, or nothing. */
  Optional<String> problem();
}
