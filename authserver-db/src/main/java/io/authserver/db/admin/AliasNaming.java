package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Aliases by address; the domain in A-labels or U-labels. */
final class AliasNaming implements Naming {
  @Override
  public Optional<String> find(Sql sql, String name) throws SQLException, RefusedException {
    Address address;
    try {
      address = Address.parse(name);
    } catch (RefusedException e) {
      if (Naming.isPattern(name)) {
        return Optional.empty();
      }
      throw e;
    }
    return sql.first(
        """
        SELECT a.id::text
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE d.name = ? AND a.local_part = ?\
        """,
        row -> row.getString(1),
        address.domain().name(),
        address.localPart());
  }

  @Override
  public List<String> match(Sql sql, String pattern) throws SQLException, RefusedException {
    return sql.list(
        """
        SELECT a.id::text
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE a.local_part || '@' || d.name LIKE ?\
        """,
        row -> row.getString(1),
        like(pattern));
  }

  @Override
  public RefusedException missing(String name) throws RefusedException {
    return new RefusedException("alias " + Address.parse(name) + " does not exist");
  }

  /** Returns a pattern for addresses as LIKE has it. */
  static String like(String pattern) throws RefusedException {
    int at = pattern.lastIndexOf('@');
    return Naming.like(
        AsciiCase.lower(pattern.substring(0, at + 1))
            + (at < 0
                ? AsciiCase.lower(pattern)
                : DomainName.parsePart(pattern.substring(at + 1))));
  }

  /** Returns a text that addresses may contain as they contain it. */
  static String part(String text) {
    int at = text.lastIndexOf('@');
    return AsciiCase.lower(text.substring(0, at + 1)) + DomainNaming.part(text.substring(at + 1));
  }
}
