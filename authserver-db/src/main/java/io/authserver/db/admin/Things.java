package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/** Finds things by what an administrator calls them. */
final class Things {
  private Things() {}

  /**
   * A domain's key and name.
   *
   * @param id the row's id
   */
  record Domain(long id, DomainName name) {}

  /** Finds a domain. */
  static Domain domain(Sql sql, DomainName name) throws SQLException, RefusedException {
    return sql.first(
            "SELECT id FROM authserver.domain WHERE name = ?",
            row -> new Domain(row.getLong(1), name),
            name.name())
        .orElseThrow(() -> new RefusedException("domain " + name + " does not exist"));
  }

  /** Finds a user by UUID, identifier or address, in this order. */
  static UUID user(Sql sql, String selector) throws SQLException, RefusedException {
    return findUser(sql, selector)
        .orElseThrow(() -> new RefusedException("user " + Quoting.quote(selector) + " not found"));
  }

  static Optional<UUID> findUser(Sql sql, String selector) throws SQLException, RefusedException {
    if (selector.matches("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")) {
      return sql.first(
          "SELECT id FROM authserver.mail_user WHERE id = ?",
          row -> row.getObject(1, UUID.class),
          UUID.fromString(selector));
    }
    Optional<UUID> byIdentifier =
        sql.first(
            "SELECT id FROM authserver.mail_user WHERE identifier = ?",
            row -> row.getObject(1, UUID.class),
            AsciiCase.lower(selector));
    if (byIdentifier.isPresent() || selector.indexOf('@') < 0) {
      return byIdentifier;
    }
    Address address;
    try {
      address = Address.parse(selector);
    } catch (RefusedException _) {
      // An identifier that holds an @ and is not there.
      return Optional.empty();
    }
    return sql.first(
        """
        SELECT a.user_id
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE d.name = ? AND a.local_part = ? AND a.user_id IS NOT NULL\
        """,
        row -> row.getObject(1, UUID.class),
        address.domain().name(),
        address.localPart());
  }

  /** Finds a mailing list by name, then by id. */
  static long list(Sql sql, String selector) throws SQLException, RefusedException {
    return NameOrId.LISTS.get(sql, selector);
  }

  /** Finds a permission by name, then by id. */
  static long permission(Sql sql, String selector) throws SQLException, RefusedException {
    return NameOrId.PERMISSIONS.get(sql, selector);
  }

  /** Finds a group by name, then by id. */
  static long group(Sql sql, String selector) throws SQLException, RefusedException {
    return NameOrId.GROUPS.get(sql, selector);
  }

  /** Finds what {@code --postmaster} names. */
  static AliasTarget userOrList(Sql sql, String selector) throws SQLException, RefusedException {
    if (selector.startsWith("user:")) {
      return new AliasTarget.User(selector.substring("user:".length()));
    }
    if (selector.startsWith("list:")) {
      return new AliasTarget.MailingList(selector.substring("list:".length()));
    }
    boolean isUser = findUser(sql, selector).isPresent();
    boolean isList = NameOrId.LISTS.find(sql, selector).isPresent();
    String quoted = Quoting.quote(selector);
    if (isUser && isList) {
      throw new RefusedException(
          quoted + " is a user and a mailing list; write user:NAME or list:NAME");
    }
    if (!isUser && !isList) {
      throw new RefusedException(quoted + " is neither a user nor a mailing list");
    }
    return isUser ? new AliasTarget.User(selector) : new AliasTarget.MailingList(selector);
  }
}
