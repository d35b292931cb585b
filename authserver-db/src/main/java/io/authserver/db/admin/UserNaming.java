package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Users by UUID, identifier or address; a pattern with an {@code @} is one for addresses too. */
final class UserNaming implements Naming {
  @Override
  public Optional<String> find(Sql sql, String name) throws SQLException, RefusedException {
    return Things.findUser(sql, name).map(UUID::toString);
  }

  @Override
  public List<String> match(Sql sql, String pattern) throws SQLException, RefusedException {
    String identifiers = Naming.like(AsciiCase.lower(pattern));
    if (pattern.indexOf('@') < 0) {
      return sql.list(
          "SELECT id::text FROM authserver.mail_user WHERE identifier LIKE ?",
          row -> row.getString(1),
          identifiers);
    }
    return sql.list(
        """
        SELECT id::text FROM authserver.mail_user WHERE identifier LIKE ?
        UNION
        SELECT a.user_id::text
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE a.user_id IS NOT NULL AND a.local_part || '@' || d.name LIKE ?\
        """,
        row -> row.getString(1),
        identifiers,
        AliasNaming.like(pattern));
  }

  @Override
  public RefusedException missing(String name) {
    return new RefusedException("user " + Quoting.quote(name) + " not found");
  }
}
