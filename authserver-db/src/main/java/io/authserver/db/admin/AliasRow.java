package io.authserver.db.admin;

import org.jspecify.annotations.Nullable;

/**
 * An alias.
 *
 * @param user the identifier of the user it belongs to, or null
 * @param list the name of the mailing list it stands for, or null
 * @param blocked {@code reject}, {@code drop}, {@code defer}, or null where it is not blocked
 * @param deliveryMailbox whether it is its user's delivery mailbox
 */
public record AliasRow(
    long id,
    String localPart,
    String domain,
    @Nullable String user,
    @Nullable String list,
    @Nullable String blocked,
    boolean deliveryMailbox)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "alias " + address();
  }

  @Override
  public String plural() {
    return "aliases";
  }

  /** Returns {@code local@domain}. */
  public String address() {
    return localPart + "@" + domain;
  }
}
