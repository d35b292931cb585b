package io.authserver.db.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user to be created.
 *
 * @param identifier the name of the account, in any case
 * @param passwordHash a crypt(3) hash, or null for no password
 * @param aliases the user's addresses; the first becomes the delivery mailbox
 */
public record NewUser(
    String identifier,
    String fullName,
    boolean staff,
    @Nullable String passwordHash,
    List<Address> aliases) {
  /** Returns the user without the hash. */
  @Override
  public String toString() {
    return "NewUser[" + identifier + "]";
  }
}
