package io.authserver.db.mailauth;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes names of which the reference wants nothing fit for our database, where they are unique. The
 * same names in the same order come out the same.
 */
final class Names {
  private static final int MAX_OCTETS = 255;

  private final Set<String> taken = new HashSet<>();

  /**
   * Returns the name, trimmed; where it is empty, too long, or another's already, with the row's
   * key after it.
   */
  String take(@Nullable String given, long id) {
    StringBuilder printable = new StringBuilder();
    if (given != null) {
      given
          .codePoints()
          .map(c -> Character.isISOControl(c) ? ' ' : c)
          .forEach(printable::appendCodePoint);
    }
    String name = printable.toString().strip();
    if (!name.isEmpty() && UserStep.octets(name) <= MAX_OCTETS && taken.add(name)) {
      return name;
    }
    String suffix = " (" + id + ")";
    while (UserStep.octets(name) + suffix.length() > MAX_OCTETS) {
      name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
    }
    String unique = (name + suffix).strip();
    while (!taken.add(unique)) {
      unique = "(" + id + ") " + taken.size();
    }
    return unique;
  }
}
