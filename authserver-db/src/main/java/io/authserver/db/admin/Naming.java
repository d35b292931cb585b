package io.authserver.db.admin;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How things of one kind are found by what an administrator calls them. Ids are in text form. */
interface Naming {
  /** Returns the thing that is called exactly so. */
  Optional<String> find(Sql sql, String name) throws SQLException, RefusedException;

  /** Returns what a pattern matches. */
  List<String> match(Sql sql, String pattern) throws SQLException, RefusedException;

  /** Returns the refusal of a name that nothing has. */
  RefusedException missing(String name) throws RefusedException;

  /**
   * Returns the ids of what is named, each once.
   *
   * @throws RefusedException where a name or a pattern stands for nothing
   */
  static List<String> resolve(Sql sql, Naming naming, List<String> names)
      throws SQLException, RefusedException {
    Set<String> ids = new LinkedHashSet<>();
    for (String name : names) {
      Optional<String> exact = naming.find(sql, name);
      if (exact.isPresent()) {
        ids.add(exact.get());
        continue;
      }
      List<String> matched = isPattern(name) ? naming.match(sql, name) : List.of();
      if (matched.isEmpty()) {
        throw isPattern(name)
            ? new RefusedException("nothing matches " + Quoting.quote(name))
            : naming.missing(name);
      }
      ids.addAll(matched);
    }
    return List.copyOf(ids);
  }

  /** Returns whether a name that nothing has may be a pattern. */
  static boolean isPattern(String name) {
    return name.indexOf('*') >= 0 || name.indexOf('?') >= 0;
  }

  /** Returns a pattern as LIKE has it. */
  static String like(String pattern) {
    StringBuilder like = new StringBuilder(pattern.length() + 8);
    pattern
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '*' -> like.append('%');
                case '?' -> like.append('_');
                case '%', '_', '\\' -> like.append('\\').appendCodePoint(c);
                default -> like.appendCodePoint(c);
              }
            });
    return like.toString();
  }
}
