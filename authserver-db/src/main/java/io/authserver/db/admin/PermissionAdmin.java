package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates, shows, changes and removes permissions, and says who holds them. */
public final class PermissionAdmin {
  private static final String SELECT =
      """
      SELECT p.id, p.name, p.description, p.active,
        ARRAY(SELECT u.identifier FROM authserver.user_permission up
          JOIN authserver.mail_user u ON u.id = up.user_id
          WHERE up.permission_id = p.id ORDER BY 1),
        ARRAY(SELECT g.name FROM authserver.user_group_permission gp
          JOIN authserver.user_group g ON g.id = gp.group_id
          WHERE gp.permission_id = p.id ORDER BY 1)
      FROM authserver.permission p
      """;

  private final AdminDatabase database;

  PermissionAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Creates a permission. */
  public void create(String name, String description)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "permission " + Quoting.quote(name),
        sql ->
            sql.update(
                "INSERT INTO authserver.permission (name, description) VALUES (?, ?)",
                name,
                description));
  }

  /** Returns permissions by name; a user's are those that count, also through a group. */
  public List<PermissionRow> select(Selection selection)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of permissions",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and(
                "p.id = ANY (?::bigint[])",
                Naming.resolve(sql, NameOrId.PERMISSIONS, selection.names()));
          }
          if (selection.contains() != null) {
            String text = AsciiCase.lower(selection.contains());
            where.and(
                "position(? IN lower(p.name COLLATE \"C\")) > 0"
                    + " OR position(? IN lower(p.description COLLATE \"C\")) > 0",
                text,
                text);
          }
          if (selection.user() != null) {
            UUID user = Things.user(sql, selection.user());
            where.and(
                """
                p.active AND (EXISTS (SELECT FROM authserver.user_permission up
                  WHERE up.permission_id = p.id AND up.user_id = ?)
                OR EXISTS (SELECT FROM authserver.user_group_member gm
                  JOIN authserver.user_group_permission gp ON gp.group_id = gm.group_id
                  JOIN authserver.user_group g ON g.id = gm.group_id AND g.active
                  WHERE gp.permission_id = p.id AND gm.user_id = ?))\
                """,
                user,
                user);
          }
          if (selection.group() != null) {
            where.and(
                "EXISTS (SELECT FROM authserver.user_group_permission gp"
                    + " WHERE gp.permission_id = p.id AND gp.group_id = ?)",
                Things.group(sql, selection.group()));
          }
          if (selection.state() != null) {
            where.and("p.active = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY p.name", PermissionAdmin::map, where.values());
        });
  }

  /** Changes permissions, all or none; null leaves as it is; the name for one only. */
  public void edit(
      List<PermissionRow> permissions, @Nullable String name, @Nullable String description)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        name == null ? Thing.subject(permissions) : "permission " + Quoting.quote(name),
        sql ->
            sql.change(
                permissions,
                """
                UPDATE authserver.permission SET name = coalesce(?, name),
                  description = coalesce(?, description)
                WHERE id = ANY (?::bigint[])\
                """,
                name,
                description));
  }

  /** Lets permissions count, or not, all or none; what is granted stays so. */
  public void setActive(List<PermissionRow> permissions, boolean active)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(permissions),
        sql ->
            sql.change(
                permissions,
                "UPDATE authserver.permission SET active = ? WHERE id = ANY (?::bigint[])",
                active));
  }

  /** Removes permissions, all or none; nobody holds them any more. */
  public void remove(List<PermissionRow> permissions)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(permissions),
        sql -> {
          sql.change(permissions, "DELETE FROM authserver.permission WHERE id = ANY (?::bigint[])");
          return permissions;
        });
  }

  /** Gives permissions to users and groups, all or none; who holds one already keeps it. */
  public void grant(List<PermissionRow> permissions, List<String> users, List<String> groups)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(permissions),
        sql -> {
          for (String user : users) {
            sql.update(
                """
                INSERT INTO authserver.user_permission (user_id, permission_id)
                SELECT ?, unnest(?::bigint[]) ON CONFLICT DO NOTHING\
                """,
                Things.user(sql, user),
                Thing.keys(permissions));
          }
          for (String group : groups) {
            sql.update(
                """
                INSERT INTO authserver.user_group_permission (group_id, permission_id)
                SELECT ?, unnest(?::bigint[]) ON CONFLICT DO NOTHING\
                """,
                Things.group(sql, group),
                Thing.keys(permissions));
          }
          return permissions;
        });
  }

  /**
   * Takes permissions from users and groups, all or none.
   *
   * @return a sentence for each user who still holds one through a group
   * @throws RefusedException where somebody does not hold one
   */
  public List<String> revoke(
      List<PermissionRow> permissions, List<String> users, List<String> groups)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        Thing.subject(permissions),
        sql -> {
          List<String> still = new ArrayList<>();
          for (PermissionRow permission : permissions) {
            // Groups first, so that what a user holds through one of them is not said to stay.
            for (String group : groups) {
              revokeFromGroup(sql, permission, group);
            }
            for (String user : users) {
              String through = revokeFromUser(sql, permission, user);
              if (!through.isEmpty()) {
                still.add(
                    "user %s still holds %s%s"
                        .formatted(Quoting.quote(user), permission.title(), through));
              }
            }
          }
          return still;
        });
  }

  private static void revokeFromGroup(Sql sql, PermissionRow permission, String group)
      throws SQLException, RefusedException {
    int taken =
        sql.update(
            """
            DELETE FROM authserver.user_group_permission WHERE group_id = ? AND permission_id = ?\
            """,
            Things.group(sql, group),
            permission.id());
    if (taken == 0) {
      throw new RefusedException(
          "group " + Quoting.quote(group) + " does not hold " + permission.title());
    }
  }

  /** Returns {@code through group "x"}, for each group that the user still holds it by. */
  private static String revokeFromUser(Sql sql, PermissionRow permission, String user)
      throws SQLException, RefusedException {
    UUID id = Things.user(sql, user);
    int taken =
        sql.update(
            "DELETE FROM authserver.user_permission WHERE user_id = ? AND permission_id = ?",
            id,
            permission.id());
    List<String> groups = through(sql, id, permission);
    String through = groups.isEmpty() ? "" : " through group " + String.join(" and ", groups);
    if (taken == 0) {
      throw new RefusedException(
          "user %s %s %s%s"
              .formatted(
                  Quoting.quote(user),
                  groups.isEmpty() ? "does not hold" : "holds",
                  permission.title(),
                  groups.isEmpty() ? "" : " only" + through));
    }
    return through;
  }

  private static List<String> through(Sql sql, UUID user, PermissionRow permission)
      throws SQLException, RefusedException {
    return sql.list(
        """
        SELECT g.name FROM authserver.user_group_member gm
          JOIN authserver.user_group_permission gp ON gp.group_id = gm.group_id
          JOIN authserver.user_group g ON g.id = gm.group_id AND g.active
        WHERE gm.user_id = ? AND gp.permission_id = ? ORDER BY g.name\
        """,
        row -> Quoting.quote(row.getString(1)),
        user,
        permission.id());
  }

  private static PermissionRow map(ResultSet row) throws SQLException {
    return new PermissionRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        UserAdmin.texts(row, 5),
        UserAdmin.texts(row, 6));
  }
}
