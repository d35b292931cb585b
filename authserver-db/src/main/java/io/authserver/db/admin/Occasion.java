package io.authserver.db.admin;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When something is done, and by whom.
 *
 * @param at the time, in the microseconds that the database keeps
 * @param person the operating system's name of the caller; control characters are dropped
 */
public record Occasion(Instant at, String person) {
  private static final int MAX_OCTETS = 255;

  /** Makes the name fit for the database. */
  public Occasion {
    at = at.truncatedTo(ChronoUnit.MICROS);
    StringBuilder name = new StringBuilder();
    person
        .codePoints()
        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
        .limit(MAX_OCTETS / 4)
        .forEach(name::appendCodePoint);
    person = name.isEmpty() ? "unknown" : name.toString();
    if (person.getBytes(StandardCharsets.UTF_8).length > MAX_OCTETS) {
      throw new IllegalArgumentException("a person's name is too long");
    }
  }
}
