package io.authserver.db.admin;

import java.util.List;

/**
 * A group of users.
 *
 * @param active whether its members hold its permissions
 * @param users the identifiers of its members
 * @param permissions the names of what it holds
 */
public record GroupRow(
    long id,
    String name,
    String description,
    boolean active,
    List<String> users,
    List<String> permissions)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "group " + Quoting.quote(name);
  }

  @Override
  public String plural() {
    return "groups";
  }
}
