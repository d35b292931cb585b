package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
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
          WHERE a.user_id = u.id ORDER BY a.id),
        ARRAY(SELECT s.username FROM authserver.service_user s WHERE s.user_id = u.id ORDER BY 1),
        ARRAY(SELECT l.name FROM authserver.mailing_list l WHERE l.owner_id = u.id ORDER BY 1),
        ARRAY(SELECT g.name FROM authserver.user_group_member gm
          JOIN authserver.user_group g ON g.id = gm.group_id WHERE gm.user_id = u.id ORDER BY 1),
        ARRAY(SELECT p.name FROM authserver.permission p WHERE p.active AND p.id IN (
            SELECT up.permission_id FROM authserver.user_permission up WHERE up.user_id = u.id
            UNION ALL
            SELECT gp.permission_id FROM authserver.user_group_member gm
              JOIN authserver.user_group_permission gp ON gp.group_id = gm.group_id
              JOIN authserver.user_group g ON g.id = gm.group_id AND g.active
            WHERE gm.user_id = u.id) ORDER BY 1)
      FROM authserver.mail_user u
      """;

  private static final String HOLDS =
      """
      EXISTS (SELECT FROM authserver.permission p WHERE p.id = ? AND p.active AND (
        EXISTS (SELECT FROM authserver.user_permission up
          WHERE up.user_id = u.id AND up.permission_id = p.id)
        OR EXISTS (SELECT FROM authserver.user_group_member gm
          JOIN authserver.user_group_permission gp ON gp.group_id = gm.group_id
          JOIN authserver.user_group g ON g.id = gm.group_id AND g.active
          WHERE gm.user_id = u.id AND gp.permission_id = p.id)))\
      """;

  private static final Naming NAMING = new UserNaming();

  private final AdminDatabase database;

  UserAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Creates a user with aliases; the first of them becomes the delivery mailbox. */
  public UserRow create(NewUser user) throws RefusedException, AuthDatabaseException {
    String identifier = AsciiCase.lower(user.identifier());
    return database.transact(
        "user " + Quoting.quote(identifier),
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

  /** Returns users by identifier. */
  public List<UserRow> select(Selection selection) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of users",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and("u.id = ANY (?::uuid[])", Naming.resolve(sql, NAMING, selection.names()));
          }
          if (selection.contains() != null) {
            String text = AsciiCase.lower(selection.contains());
            where.and(
                "position(? IN u.identifier) > 0"
                    + " OR position(? IN lower(u.full_name COLLATE \"C\")) > 0",
                text,
                text);
          }
          DomainName domain = selection.domain();
          if (domain != null) {
            where.and(
                "EXISTS (SELECT FROM authserver.email_alias a"
                    + " WHERE a.user_id = u.id AND a.domain_id = ?)",
                Things.domain(sql, domain).id());
          }
          if (selection.group() != null) {
            where.and(
                "EXISTS (SELECT FROM authserver.user_group_member gm"
                    + " WHERE gm.user_id = u.id AND gm.group_id = ?)",
                Things.group(sql, selection.group()));
          }
          if (selection.permission() != null) {
            where.and(HOLDS, Things.permission(sql, selection.permission()));
          }
          if (selection.state() != null) {
            where.and("u.active = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY u.identifier", UserAdmin::map, where.values());
        });
  }

  private static UserRow get(Sql sql, UUID id) throws SQLException, RefusedException {
    return sql.one(SELECT + "WHERE u.id = ?", UserAdmin::map, id);
  }

  /** Removes users with their aliases and service users, all or none. */
  public void remove(List<UserRow> users) throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(users),
        sql -> {
          sql.change(users, "DELETE FROM authserver.mail_user WHERE id = ANY (?::uuid[])");
          return users;
        });
  }

  /**
   * Changes users, all or none; null leaves as it is.
   *
   * @param identifier the new name of the account, for one user only
   */
  public void edit(
      List<UserRow> users,
      @Nullable String identifier,
      @Nullable String fullName,
      @Nullable Boolean staff)
      throws RefusedException, AuthDatabaseException {
    String folded = identifier == null ? null : AsciiCase.lower(identifier);
    database.transact(
        folded == null ? Thing.subject(users) : "user " + Quoting.quote(folded),
        sql ->
            sql.change(
                users,
                """
                UPDATE authserver.mail_user SET identifier = coalesce(?, identifier),
                  full_name = coalesce(?, full_name), staff = coalesce(?::boolean, staff)
                WHERE id = ANY (?::uuid[])\
                """,
                folded,
                fullName,
                staff));
  }

  /** Makes one of the user's aliases the primary address. */
  public void setDeliveryMailbox(String selector, Address address)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "user " + Quoting.quote(selector),
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
    // Mail stores make folders of an address: /alice@ would open the mailbox of alice@.
    if (address.localPart().contains("/")) {
      throw new RefusedException(
          "alias " + address + " has a slash in it, so it cannot be a delivery mailbox");
    }
    sql.update(
        "UPDATE authserver.mail_user SET delivery_mailbox_id = ? WHERE id = ?", alias.id(), user);
  }

  /**
   * Replaces the password.
   *
   * @param hash a crypt(3) hash, or null for no password
   */
  public void setPassword(UserRow user, @Nullable String hash)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        user.title(),
        sql ->
            sql.change(
                List.of(user),
                "UPDATE authserver.mail_user SET password = ? WHERE id = ANY (?::uuid[])",
                hash));
  }

  /** Lets users log in and receive mail, or not, all or none. */
  public void setActive(List<UserRow> users, boolean active)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(users),
        sql ->
            sql.change(
                users,
                "UPDATE authserver.mail_user SET active = ? WHERE id = ANY (?::uuid[])",
                active));
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
        texts(row, 8),
        texts(row, 9),
        texts(row, 10),
        texts(row, 11),
        texts(row, 12));
  }

  static List<String> texts(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((String[]) array.getArray());
  }
}
