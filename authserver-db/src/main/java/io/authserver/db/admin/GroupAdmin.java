package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates, shows, changes and removes groups of users. */
public final class GroupAdmin {
  private static final String SELECT =
      """
      SELECT g.id, g.name, g.description, g.active,
        ARRAY(SELECT u.identifier FROM authserver.user_group_member gm
          JOIN authserver.mail_user u ON u.id = gm.user_id
          WHERE gm.group_id = g.id ORDER BY 1),
        ARRAY(SELECT p.name FROM authserver.user_group_permission gp
          JOIN authserver.permission p ON p.id = gp.permission_id
          WHERE gp.group_id = g.id ORDER BY 1)
      FROM authserver.user_group g
      """;

  private final AdminDatabase database;

  GroupAdmin(AdminDatabase database) {
    this.database = database;
  }

  /** Creates a group. */
  public void create(String name, String description)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "group " + Quoting.quote(name),
        sql ->
            sql.update(
                "INSERT INTO authserver.user_group (name, description) VALUES (?, ?)",
                name,
                description));
  }

  /** Returns groups by name. */
  public List<GroupRow> select(Selection selection) throws RefusedException, AuthDatabaseException {
    return database.transact(
        "the list of groups",
        sql -> {
          Where where = new Where();
          if (!selection.names().isEmpty()) {
            where.and(
                "g.id = ANY (?::bigint[])",
                Naming.resolve(sql, NameOrId.GROUPS, selection.names()));
          }
          if (selection.contains() != null) {
            String text = AsciiCase.lower(selection.contains());
            where.and(
                "position(? IN lower(g.name COLLATE \"C\")) > 0"
                    + " OR position(? IN lower(g.description COLLATE \"C\")) > 0",
                text,
                text);
          }
          if (selection.user() != null) {
            where.and(
                "EXISTS (SELECT FROM authserver.user_group_member gm"
                    + " WHERE gm.group_id = g.id AND gm.user_id = ?)",
                Things.user(sql, selection.user()));
          }
          if (selection.permission() != null) {
            where.and(
                "EXISTS (SELECT FROM authserver.user_group_permission gp"
                    + " WHERE gp.group_id = g.id AND gp.permission_id = ?)",
                Things.permission(sql, selection.permission()));
          }
          if (selection.state() != null) {
            where.and("g.active = ?", selection.state());
          }
          return sql.list(
              SELECT + where.clause() + "ORDER BY g.name", GroupAdmin::map, where.values());
        });
  }

  /** Changes groups, all or none; null leaves as it is; the name for one only. */
  public void edit(List<GroupRow> groups, @Nullable String name, @Nullable String description)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        name == null ? Thing.subject(groups) : "group " + Quoting.quote(name),
        sql ->
            sql.change(
                groups,
                """
                UPDATE authserver.user_group SET name = coalesce(?, name),
                  description = coalesce(?, description)
                WHERE id = ANY (?::bigint[])\
                """,
                name,
                description));
  }

  /** Lets groups give their permissions, or not, all or none. */
  public void setActive(List<GroupRow> groups, boolean active)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(groups),
        sql ->
            sql.change(
                groups,
                "UPDATE authserver.user_group SET active = ? WHERE id = ANY (?::bigint[])",
                active));
  }

  /** Removes groups, all or none; their members stay, without what the groups held. */
  public void remove(List<GroupRow> groups) throws RefusedException, AuthDatabaseException {
    database.transact(
        Thing.subject(groups),
        sql -> {
          sql.change(groups, "DELETE FROM authserver.user_group WHERE id = ANY (?::bigint[])");
          return groups;
        });
  }

  /**
   * Adds users to a group; who is in it stays.
   *
   * @return how many were new
   */
  public int addUsers(String group, List<String> users)
      throws RefusedException, AuthDatabaseException {
    return database.transact(
        "group " + Quoting.quote(group),
        sql -> {
          long id = Things.group(sql, group);
          int added = 0;
          for (String user : users) {
            added +=
                sql.update(
                    """
                    INSERT INTO authserver.user_group_member (group_id, user_id)
                    VALUES (?, ?) ON CONFLICT DO NOTHING\
                    """,
                    id,
                    Things.user(sql, user));
          }
          return added;
        });
  }

  /**
   * Removes users from a group.
   *
   * @throws RefusedException where one is not in it; then none is removed
   */
  public void removeUsers(String group, List<String> users)
      throws RefusedException, AuthDatabaseException {
    database.transact(
        "group " + Quoting.quote(group),
        sql -> {
          long id = Things.group(sql, group);
          for (String user : users) {
            int removed =
                sql.update(
                    "DELETE FROM authserver.user_group_member WHERE group_id = ? AND user_id = ?",
                    id,
                    Things.user(sql, user));
            if (removed == 0) {
              throw new RefusedException(
                  "user " + Quoting.quote(user) + " is not in group " + Quoting.quote(group));
            }
          }
          return users;
        });
  }

  private static GroupRow map(ResultSet row) throws SQLException {
    return new GroupRow(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        UserAdmin.texts(row, 5),
        UserAdmin.texts(row, 6));
  }
}
