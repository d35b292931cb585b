package io.authserver.db.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user without the password hash.
 *
 * @param identifier the folded name of the account
 * @param hasPassword whether there is a password that lets somebody in
 * @param deliveryMailbox the primary address, or null
 * @param aliases all addresses
 * @param serviceUsers the further logins
 * @param ownedLists the mailing lists that the user is told about
 * @param groups the groups that the user is in
 * @param permissions what the user holds, directly or through a group
 */
public record UserRow(
    UUID id,
    String identifier,
    String fullName,
    boolean active,
    boolean staff,
    boolean hasPassword,
    @Nullable String deliveryMailbox,
    List<String> aliases,
    List<String> serviceUsers,
    List<String> ownedLists,
    List<String> groups,
    List<String> permissions)
    implements Thing {
  @Override
  public String key() {
    return id.toString();
  }

  @Override
  public String title() {
    return "user " + Quoting.quote(identifier);
  }

  @Override
  public String plural() {
    return "users";
  }
}
