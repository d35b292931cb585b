package io.authserver.db.admin;

import java.util.List;

/**
 * A permission.
 *
 * @param name what a service asks for; its case counts
 * @param users the identifiers of the users who hold it themselves
 * @param groups the names of the groups that hold it
 */
public record PermissionRow(
    long id, String name, String description, List<String> users, List<String> groups)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "permission " + Folding.quote(name);
  }

  @Override
  public String plural() {
    return "permissions";
  }
}
