package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.ResultSet;
import java.sql.SQLException;
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

  private static final Naming NAMING = new AliasNaming();

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
        refuseReturnPath(sql, list, List.of(address.toString()));
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
  private static void refuseReturnPath(Sql sql, long list, List<String> addresses)
      throws SQLException, RefusedException {
    Optional<RefusedException> refusal =
        sql.first(
            """
            SELECT name, lower(new_mailfrom COLLATE "C") FROM authserver.mailing_list
            WHERE id = ? AND lower(new_mailfrom COLLATE "C") = ANY (?::text[])\
            """,
            row ->
                new RefusedException(
                    "alias "
                        + row.getString(2)
                        + " is the new_mailfrom of mailing list "
                        + Quoting.quote(row.getString(1))
                        + ", so it cannot lead to that list"),
            list,
            addresses);
    if (refusal.isPresent()) {
      throw refusal.get();
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
  public List<AliasRow> select(Selection selection) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of aliases",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and("a.id = ANY (?::bigint[])", Naming.resolve(sql, NAMING, selection.names()));
          }
          String text = selection.contains();
          if (text != null) {
            where.and(
                "position(? IN a.local_part || '@' || d.name) > 0"
                    + " OR position(? IN a.local_part || '@' || d.name) > 0",
                AsciiCase.lower(text),
                AliasNaming.part(text));
          }
          DomainName domain = selection.domain();
          if (domain != null) {
            where.and("a.domain_id = ?", Things.domain(sql, domain).id());
          }
          if (selection.user() != null) {
            where.and("a.user_id = ?", Things.user(sql, selection.user()));
          }
          if (selection.list() != null) {
            where.and("a.list_id = ?", Things.list(sql, selection.list()));
          }
          if (selection.state() != null) {
            where.and("(a.blocked IS NOT NULL) = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY d.name, a.local_part",
              AliasAdmin::map,
              where.values());
        });
  }

  /** Removes aliases, all or none. */
  public void remove(List<AliasRow> aliases) throws RefusedException, AuthDatabaseException {
    refuseMailbox(aliases);
    database.transact(
        Thing.subject(aliases),
        sql -> {
          sql.change(aliases, "DELETE FROM authserver.email_alias WHERE id = ANY (?::bigint[])");
          return aliases;
        });
  }

  /** Makes aliases stand for something else, all or none. */
  public void retarget(List<AliasRow> aliases, AliasTarget target)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(aliases),
        sql -> {
          UUID user = null;
          Long list = null;
          switch (target) {
            case AliasTarget.User(String selector) -> user = Things.user(sql, selector);
            case AliasTarget.MailingList(String selector) -> {
              list = Things.list(sql, selector);
              refuseReturnPath(sql, list, aliases.stream().map(AliasRow::address).toList());
            }
          }
          return sql.change(
              aliases,
              """
              UPDATE authserver.email_alias SET user_id = ?, list_id = ?
              WHERE id = ANY (?::bigint[])\
              """,
              user,
              list);
        });
  }

  /** Refuses by name what the database would refuse without one. */
  private static void refuseMailbox(List<AliasRow> aliases) throws RefusedException {
    for (AliasRow alias : aliases) {
      if (alias.deliveryMailbox()) {
        throw new RefusedException(
            alias.title() + " is a user's delivery mailbox; give that user another one first");
      }
    }
  }

  /**
   * Blocks aliases, or unblocks them, all or none.
   *
   * @param action {@code reject}, {@code drop}, {@code defer}, or null to unblock
   */
  public void setBlocked(List<AliasRow> aliases, @Nullable String action)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(aliases),
        sql ->
            sql.change(
                aliases,
                "UPDATE authserver.email_alias SET blocked = ? WHERE id = ANY (?::bigint[])",
                action));
  }

  /**
   * Blocks addresses, all or none; one without an alias gets one.
   *
   * @param action {@code reject}, {@code drop} or {@code defer}
   * @param target what such a new alias stands for once it is unblocked, or null for nothing
   */
  public void block(List<Address> addresses, String action, @Nullable AliasTarget target)
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
            } else {
              insert(sql, address, target, action);
            }
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
