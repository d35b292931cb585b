package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Domains by name, in A-labels or U-labels. */
final class DomainNaming implements Naming {
  @Override
  public Optional<String> find(Sql sql, String name) throws SQLException, RefusedException {
    // What has a wildcard is no name of a domain.
    return Naming.isPattern(name)
        ? Optional.empty()
        : sql.first(
            "SELECT id::text FROM authserver.domain WHERE name = ?",
            row -> row.getString(1),
            DomainName.parse(name).name());
  }

  @Override
  public List<String> match(Sql sql, String pattern) throws SQLException, RefusedException {
    return sql.list(
        "SELECT id::text FROM authserver.domain WHERE name LIKE ?",
        row -> row.getString(1),
        Naming.like(DomainName.parsePart(pattern)));
  }

  @Override
  public RefusedException missing(String name) throws RefusedException {
    return new RefusedException("domain " + DomainName.parse(name) + " does not exist");
  }

  /** Returns a text that names may contain as they contain it. */
  static String part(String text) {
    try {
      return DomainName.parsePart(text);
    } catch (RefusedException _) {
      // No label, so no name has it.
      return AsciiCase.lower(text);
    }
  }
}
