package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Things that are called by one name of their own, or by their id where nothing has that name.
 *
 * @param noun what a sentence calls one
 * @param folded whether the names are folded
 * @param byName finds the id by the whole name
 * @param byId finds the id by the id
 * @param byPattern finds the ids by a pattern of LIKE
 */
record NameOrId(String noun, boolean folded, String byName, String byId, String byPattern)
    implements Naming {
  /** Mailing lists. */
  static final NameOrId LISTS =
      new NameOrId(
          "mailing list",
          false,
          "SELECT id::text FROM authserver.mailing_list WHERE name = ?",
          "SELECT id::text FROM authserver.mailing_list WHERE id = ?",
          "SELECT id::text FROM authserver.mailing_list WHERE name LIKE ?");

  /** Service users. */
  static final NameOrId SERVICE_USERS =
      new NameOrId(
          "service user",
          true,
          "SELECT id::text FROM authserver.service_user WHERE username = ?",
          "SELECT id::text FROM authserver.service_user WHERE id = ?",
          "SELECT id::text FROM authserver.service_user WHERE username LIKE ?");

  /** Permissions. */
  static final NameOrId PERMISSIONS =
      new NameOrId(
          "permission",
          false,
          "SELECT id::text FROM authserver.permission WHERE name = ?",
          "SELECT id::text FROM authserver.permission WHERE id = ?",
          "SELECT id::text FROM authserver.permission WHERE name LIKE ?");

  /** Groups. */
  static final NameOrId GROUPS =
      new NameOrId(
          "group",
          false,
          "SELECT id::text FROM authserver.user_group WHERE name = ?",
          "SELECT id::text FROM authserver.user_group WHERE id = ?",
          "SELECT id::text FROM authserver.user_group WHERE name LIKE ?");

  private String stored(String name) {
    return folded ? AsciiCase.lower(name) : name;
  }

  @Override
  public Optional<String> find(Sql sql, String name) throws SQLException, RefusedException {
    Optional<String> named = sql.first(byName, row -> row.getString(1), stored(name));
    if (named.isPresent() || !name.matches("[0-9]{1,18}")) {
      return named;
    }
    return sql.first(byId, row -> row.getString(1), Long.valueOf(name));
  }

  @Override
  public List<String> match(Sql sql, String pattern) throws SQLException, RefusedException {
    return sql.list(byPattern, row -> row.getString(1), Naming.like(stored(pattern)));
  }

  @Override
  public RefusedException missing(String name) {
    return new RefusedException(noun + " " + Quoting.quote(name) + " not found");
  }

  /** Returns the id of the only thing that is called so. */
  long get(Sql sql, String name) throws SQLException, RefusedException {
    Optional<String> id = find(sql, name);
    if (id.isEmpty()) {
      throw missing(name);
    }
    return Long.parseLong(id.get());
  }
}
