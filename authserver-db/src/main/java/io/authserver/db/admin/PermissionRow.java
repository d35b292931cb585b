package io.authserver.db.admin;

import java.util.List;

/**
 * A permission.
 *
 * @param name what a service asks for; its case counts
 * @param active whether it counts: nobody holds one that does not
 * @param users the identifiers of the users to whom it is granted
 * @param groups the names of the groups to which it is granted
 */
public record PermissionRow(
    long id,
    String name,
    String description,
    boolean active,
    List<String> users,
    List<String> groups)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "permission " + Quoting.quote(name);
  }

  @Override
  public String plural() {
    return "permissions";
  }
}
