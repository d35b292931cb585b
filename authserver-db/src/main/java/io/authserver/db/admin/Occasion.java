package io.authserver.db.admin;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When something is done, and by whom.
 *
 * @param at the time, in the microseconds that the database keeps
 * @param person the operating system's name of the caller; control characters are dropped
 */
public record Occasion(Instant at, String person) {
  /** The database takes 255 octets, and a character may have four. */
  private static final int MAX_CHARACTERS = 63;

  private static final String SHORTENED = "...";

  /** Makes the name fit for the database; a longer one ends with three dots. */
  public Occasion {
    at = at.truncatedTo(ChronoUnit.MICROS);
    StringBuilder name = new StringBuilder();
    person
        .codePoints()
        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
        .forEach(name::appendCodePoint);
    if (name.codePointCount(0, name.length()) > MAX_CHARACTERS) {
      name.setLength(name.offsetByCodePoints(0, MAX_CHARACTERS - SHORTENED.length()));
      name.append(SHORTENED);
    }
    person = name.isEmpty() ? "unknown" : name.toString();
  }
}
