package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates, shows, changes and removes users. A selector is a UUID, an identifier, or one of the
 * user's addresses.
 */
public final class UserAdmin {
  private static final String SELECT =
      """
      SELECT u.id, u.identifier, u.full_name, u.active, u.staff,
        coalesce(u.password <> '' AND u.password !~ '^[!*]', false),
        (SELECT a.local_part || '@' || d.name
          FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
          WHERE a.id = u.delivery_mailbox_id),
        ARRAY(SELECT a.local_part || '@' || d.name
          FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
          WHERE a.user_id = u.id ORDER BY a.id)
      FROM authserver.mail_user u
      """;

  private final AdminDatabase database;

  UserAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Creates a user with aliases; the first of them becomes the delivery mailbox. */
  public UserRow create(NewUser user) throws RefusedException, AuthDatabaseException {
    String identifier = Folding.fold(user.identifier());
    return database.transact(
        "user " + Folding.quote(identifier),
        sql -> {
          UUID id =
              sql.one(
                  """
                  INSERT INTO authserver.mail_user (identifier, full_name, password, staff)
                  VALUES (?, ?, ?, ?)
                  RETURNING id\
                  """,
                  row -> row.getObject(1, UUID.class),
                  identifier,
                  user.fullName(),
                  user.passwordHash(),
                  user.staff());
          for (int i = 0; i < user.aliases().size(); i++) {
            Address address = user.aliases().get(i);
            AliasAdmin.insert(sql, address, new AliasTarget.User(id.toString()), null);
            if (i == 0) {
              setDeliveryMailbox(sql, id, address);
            }
          }
          return get(sql, id);
        });
  }

  /**
   * Returns users by identifier.
   *
   * @param contains a text that identifier or full name has in it, or null for all
   */
  public List<UserRow> list(@Nullable String contains)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of users",
        sql ->
            contains == null
                ? sql.list(SELECT + "ORDER BY u.identifier", UserAdmin::map)
                : sql.list(
                    SELECT
                        + """
                        WHERE position(lower(?) IN u.identifier) > 0
                          OR position(lower(?) IN lower(u.full_name)) > 0
                        ORDER BY u.identifier\
                        """,
                    UserAdmin::map,
                    contains,
                    contains));
  }

  /** Returns a user. */
  public UserRow get(String selector) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "user " + Folding.quote(selector), sql -> get(sql, Things.user(sql, selector)));
  }

  private static UserRow get(Sql sql, UUID id) throws SQLException, RefusedException {
    return sql.one(SELECT + "WHERE u.id = ?", UserAdmin::map, id);
  }

  /** Removes users with their aliases and service users. */
  public void remove(List<String> selectors) throws RefusedException, AuthDatabaseException {
    database.transact(
        "the user",
        sql -> {
          for (UUID id : Things.users(sql, selectors)) {
            sql.update("DELETE FROM authserver.mail_user WHERE id = ?", id);
          }
          return selectors;
        });
  }

  /** Makes one of the user's aliases the primary address. */
  public void setDeliveryMailbox(String selector, Address address)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "user " + Folding.quote(selector),
        sql -> {
          setDeliveryMailbox(sql, Things.user(sql, selector), address);
          return address;
        });
  }

  private static void setDeliveryMailbox(Sql sql, UUID user, Address address)
      throws SQLException, RefusedException {
    AliasAdmin.Found alias = AliasAdmin.find(sql, address);
    if (alias.userId() == null || !alias.userId().equals(user)) {
      throw new RefusedException(
          "alias "
              + address
              + (alias.userId() == null ? " is no user's" : " belongs to another user")
              + ", so it cannot be this user's delivery mailbox");
    }
    sql.update(
        "UPDATE authserver.mail_user SET delivery_mailbox_id = ? WHERE id = ?", alias.id(), user);
  }

  /**
   * Replaces the password.
   *
   * @param hash a crypt(3) hash, or null for no password
   */
  public void setPassword(String selector, @Nullable String hash)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "user " + Folding.quote(selector),
        sql ->
            sql.update(
                "UPDATE authserver.mail_user SET password = ? WHERE id = ?",
                hash,
                Things.user(sql, selector)));
  }

  /** Lets users log in and receive mail, or not, all or none. */
  public void setActive(List<String> selectors, boolean active)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "the user",
        sql -> {
          for (UUID id : Things.users(sql, selectors)) {
            sql.update("UPDATE authserver.mail_user SET active = ? WHERE id = ?", active, id);
          }
          return selectors;
        });
  }

  private static UserRow map(ResultSet row) throws SQLException {
    return new UserRow(
        row.getObject(1, UUID.class),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        row.getBoolean(5),
        row.getBoolean(6),
        row.getString(7),
        texts(row, 8));
  }

  static List<String> texts(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((String[]) array.getArray());
  }
}
