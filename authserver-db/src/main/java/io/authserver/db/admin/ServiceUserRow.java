package io.authserver.db.admin;

/**
 * A service user without the password hash.
 *
 * @param username the folded name, without an {@code @}
 * @param user the identifier of the user whose login it is
 * @param active whether it has a password that lets somebody in
 * @param userActive whether its user may log in at all
 */
public record ServiceUserRow(
    long id, String username, String user, String description, boolean active, boolean userActive)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "service user " + Quoting.quote(username);
  }

  @Override
  public String plural() {
    return "service users";
  }
}
