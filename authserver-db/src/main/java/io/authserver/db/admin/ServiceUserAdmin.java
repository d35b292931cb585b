package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates, shows, changes and removes service users. One is inactive while its hash is marked with
 * {@code !}, as {@code usermod --lock} does; the hash itself stays.
 */
public final class ServiceUserAdmin {
  private static final String LOCK = "!";

  private static final String SELECT =
      """
      SELECT s.id, s.username, u.identifier, s.description,
        s.password <> '' AND s.password !~ '^[!*]', u.active
      FROM authserver.service_user s JOIN authserver.mail_user u ON u.id = s.user_id
      """;

  private final AdminDatabase database;

  ServiceUserAdmin(AdminDatabase database) {
    this.database = database;
  }

  /**
   * Creates a service user.
   *
   * @param user whose login it is: UUID, identifier or address
   * @param hash a crypt(3) hash, or null for no password
   */
  public void create(String username, String user, String description, @Nullable String hash)
      throws RefusedException, AuthDatabaseException {
    String folded = AsciiCase.lower(username);
    database.transact(
        "service user " + Quoting.quote(folded),
        sql ->
            sql.update(
                """
                INSERT INTO authserver.service_user (user_id, username, password, description)
                VALUES (?, ?, ?, ?)\
                """,
                Things.user(sql, user),
                folded,
                hash == null ? LOCK : hash,
                description));
  }

  /** Returns service users by name. */
  public List<ServiceUserRow> select(Selection selection)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of service users",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and(
                "s.id = ANY (?::bigint[])",
                Naming.resolve(sql, NameOrId.SERVICE_USERS, selection.names()));
          }
          if (selection.contains() != null) {
            String text = AsciiCase.lower(selection.contains());
            where.and(
                "position(? IN s.username) > 0"
                    + " OR position(? IN lower(s.description COLLATE \"C\")) > 0",
                text,
                text);
          }
          if (selection.user() != null) {
            where.and("s.user_id = ?", Things.user(sql, selection.user()));
          }
          if (selection.state() != null) {
            where.and("(s.password <> '' AND s.password !~ '^[!*]') = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY s.username",
              ServiceUserAdmin::map,
              where.values());
        });
  }

  /**
   * Changes service users, all or none; null leaves as it is.
   *
   * @param username the new name, for one service user only
   * @param user whose they become
   */
  public void edit(
      List<ServiceUserRow> serviceUsers,
      @Nullable String username,
      @Nullable String description,
      @Nullable String user)
      throws RefusedException, AuthDatabaseException {
    String folded = username == null ? null : AsciiCase.lower(username);
    database.transact(
        folded == null ? Thing.subject(serviceUsers) : "service user " + Quoting.quote(folded),
        sql -> {
          UUID owner = user == null ? null : Things.user(sql, user);
          return sql.change(
              serviceUsers,
              """
              UPDATE authserver.service_user SET username = coalesce(?, username),
                description = coalesce(?, description), user_id = coalesce(?::uuid, user_id)
              WHERE id = ANY (?::bigint[])\
              """,
              folded,
              description,
              owner);
        });
  }

  /**
   * Replaces the password, which makes the service user active.
   *
   * @param hash a crypt(3) hash, or null for no password
   */
  public void setPassword(ServiceUserRow serviceUser, @Nullable String hash)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        serviceUser.title(),
        sql ->
            sql.change(
                List.of(serviceUser),
                "UPDATE authserver.service_user SET password = ? WHERE id = ANY (?::bigint[])",
                hash == null ? LOCK : hash));
  }

  /** Lets nobody log in as these until they are activated again, all or none. */
  public void deactivate(List<ServiceUserRow> serviceUsers)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(serviceUsers),
        sql ->
            sql.update(
                """
                UPDATE authserver.service_user SET password = '!' || password
                WHERE id = ANY (?::bigint[]) AND password !~ '^[!*]'\
                """,
                Thing.keys(serviceUsers)));
  }

  /**
   * Lets these log in with the password that they had, all or none.
   *
   * @throws RefusedException where one never had a password
   */
  public void activate(List<ServiceUserRow> serviceUsers)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(serviceUsers),
        sql -> {
          List<String> keys = Thing.keys(serviceUsers);
          List<String> without =
              sql.list(
                  """
                  SELECT username FROM authserver.service_user
                  WHERE id = ANY (?::bigint[]) AND password !~ '^!?[$]' ORDER BY username\
                  """,
                  row -> row.getString(1),
                  keys);
          if (!without.isEmpty()) {
            throw new RefusedException(
                "service user "
                    + Quoting.quote(without.getFirst())
                    + " has no password; set one with authserver serviceuser set-password");
          }
          return sql.update(
              """
              UPDATE authserver.service_user SET password = substr(password, 2)
              WHERE id = ANY (?::bigint[]) AND password ~ '^!'\
              """,
              keys);
        });
  }

  /** Removes service users, all or none. */
  public void remove(List<ServiceUserRow> serviceUsers)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(serviceUsers),
        sql -> {
          sql.change(
              serviceUsers, "DELETE FROM authserver.service_user WHERE id = ANY (?::bigint[])");
          return serviceUsers;
        });
  }

  private static ServiceUserRow map(ResultSet row) throws SQLException {
    return new ServiceUserRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getBoolean(5),
        row.getBoolean(6));
  }
}
