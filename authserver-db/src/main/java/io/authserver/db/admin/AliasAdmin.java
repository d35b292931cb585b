package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates, shows, blocks and removes aliases. */
public final class AliasAdmin {
  private static final String SELECT =
      """
      SELECT a.id, a.local_part, d.name, u.identifier, l.name, a.blocked,
        coalesce(u.delivery_mailbox_id = a.id, false)
      FROM authserver.email_alias a
        JOIN authserver.domain d ON d.id = a.domain_id
        LEFT JOIN authserver.mail_user u ON u.id = a.user_id
        LEFT JOIN authserver.mailing_list l ON l.id = a.list_id
      """;

  private final AdminDatabase database;

  AliasAdmin(AdminDatabase database) {
    this.database = database;
  }

  /**
   * An alias in a transaction.
   *
   * @param id the row's id
   */
  record Found(long id, @Nullable UUID userId) {}

  /**
   * Creates an alias.
   *
   * @param blocked what happens to its mail, or null where it is not blocked
   */
  public void create(Address address, AliasTarget target, @Nullable String blocked)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "alias " + address,
        sql -> {
          insert(sql, address, target, blocked);
          return address;
        });
  }

  static void insert(
      Sql sql, Address address, @Nullable AliasTarget target, @Nullable String blocked)
      throws SQLException, RefusedException {
    Things.Domain domain = Things.domain(sql, address.domain());
    UUID user = null;
    Long list = null;
    switch (target) {
      case null -> {}
      case AliasTarget.User(String selector) -> user = Things.user(sql, selector);
      case AliasTarget.MailingList(String selector) -> {
        list = Things.list(sql, selector);
        refuseReturnPath(sql, list, address);
      }
    }
    if (find(sql, domain, address).isPresent()) {
      throw new RefusedException("alias " + address + " exists already");
    }
    sql.update(
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        VALUES (?, ?, ?, ?, ?)\
        """,
        domain.id(),
        address.localPart(),
        user,
        list,
        blocked);
  }

  /** A list's new_mailfrom must not lead back to the list: each bounce would go to all members. */
  private static void refuseReturnPath(Sql sql, long list, Address address)
      throws SQLException, RefusedException {
    Optional<String> name =
        sql.first(
            """
            SELECT name FROM authserver.mailing_list
            WHERE id = ? AND lower(new_mailfrom COLLATE "C") = ?\
            """,
            row -> row.getString(1),
            list,
            address.toString());
    if (name.isPresent()) {
      throw new RefusedException(
          "alias "
              + address
              + " is the new_mailfrom of mailing list "
              + Folding.quote(name.get())
              + ", so it cannot lead to that list");
    }
  }

  private static Optional<Found> find(Sql sql, Things.Domain domain, Address address)
      throws SQLException, RefusedException {
    return sql.first(
        """
        SELECT id, user_id FROM authserver.email_alias
        WHERE domain_id = ? AND local_part = ? FOR UPDATE\
        """,
        row -> new Found(row.getLong(1), row.getObject(2, UUID.class)),
        domain.id(),
        address.localPart());
  }

  /** Finds an alias and locks its row. */
  static Found find(Sql sql, Address address) throws SQLException, RefusedException {
    return find(sql, Things.domain(sql, address.domain()), address)
        .orElseThrow(() -> new RefusedException("alias " + address + " does not exist"));
  }

  /** Returns aliases by domain and local part. */
  public List<AliasRow> list(AliasFilter filter) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of aliases",
        sql -> {
          DomainName domain = filter.domain();
          Long domainId = domain == null ? null : Things.domain(sql, domain).id();
          UUID user = filter.user() == null ? null : Things.user(sql, filter.user());
          Long list = filter.list() == null ? null : Things.list(sql, filter.list());
          String contains = filter.contains() == null ? null : Folding.fold(filter.contains());
          return sql.list(
              SELECT
                  + """
                  WHERE (?::bigint IS NULL OR a.domain_id = ?)
                    AND (?::text IS NULL OR position(? IN a.local_part || '@' || d.name) > 0)
                    AND (?::uuid IS NULL OR a.user_id = ?)
                    AND (?::bigint IS NULL OR a.list_id = ?)
                    AND (?::boolean IS NULL OR (a.blocked IS NOT NULL) = ?)
                  ORDER BY d.name, a.local_part\
                  """,
              AliasAdmin::map,
              domainId,
              domainId,
              contains,
              contains,
              user,
              user,
              list,
              list,
              filter.blocked(),
              filter.blocked());
        });
  }

  /** Returns the alias of each address; all must exist. */
  public List<AliasRow> get(List<Address> addresses)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of aliases",
        sql -> {
          List<AliasRow> rows = new ArrayList<>();
          for (Address address : addresses) {
            rows.add(
                sql.first(
                        SELECT + "WHERE d.name = ? AND a.local_part = ?",
                        AliasAdmin::map,
                        address.domain().name(),
                        address.localPart())
                    .orElseThrow(
                        () -> new RefusedException("alias " + address + " does not exist")));
          }
          return rows;
        });
  }

  /** Removes aliases, all or none. */
  public void remove(List<Address> addresses) throws RefusedException, AuthDatabaseException {
    database.transact(
        addresses.size() == 1 ? "alias " + addresses.get(0) : "one of the aliases",
        sql -> {
          for (Address address : addresses) {
            sql.update("DELETE FROM authserver.email_alias WHERE id = ?", find(sql, address).id());
          }
          return addresses;
        });
  }

  /**
   * Blocks addresses, all or none.
   *
   * @param action {@code reject}, {@code drop} or {@code defer}
   * @param createIfMissing whether an address without an alias gets one
   * @param target what such a new alias stands for once it is unblocked, or null for nothing
   */
  public void block(
      List<Address> addresses, String action, boolean createIfMissing, @Nullable AliasTarget target)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        addresses.size() == 1 ? "alias " + addresses.get(0) : "one of the aliases",
        sql -> {
          for (Address address : addresses) {
            Things.Domain domain = Things.domain(sql, address.domain());
            Optional<Found> alias = find(sql, domain, address);
            if (alias.isPresent()) {
              sql.update(
                  "UPDATE authserver.email_alias SET blocked = ? WHERE id = ?",
                  action,
                  alias.get().id());
            } else if (createIfMissing) {
              insert(sql, address, target, action);
            } else {
              throw new RefusedException(
                  "alias " + address + " does not exist; --create-if-missing creates it blocked");
            }
          }
          return addresses;
        });
  }

  /** Unblocks addresses, all or none. */
  public void unblock(List<Address> addresses) throws RefusedException, AuthDatabaseException {
    database.transact(
        addresses.size() == 1 ? "alias " + addresses.get(0) : "one of the aliases",
        sql -> {
          for (Address address : addresses) {
            sql.update(
                "UPDATE authserver.email_alias SET blocked = NULL WHERE id = ?",
                find(sql, address).id());
          }
          return addresses;
        });
  }

  private static AliasRow map(ResultSet row) throws SQLException {
    return new AliasRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getBoolean(7));
  }
}
