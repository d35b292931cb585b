package io.authserver.db.admin;

import io.authserver.db.alias.NullSender;
import org.jspecify.annotations.Nullable;

/**
 * What changes of mailing lists; null leaves as it is.
 *
 * @param name the new name, for one list only
 * @param newMailFrom the reverse-path of what they send on
 * @param owner UUID, identifier or address of the owner
 * @param extensions whether their addresses take extensions
 * @param nullSender who gets their bounces; none for what follows from the rest
 */
public record ListEdit(
    @Nullable String name,
    @Nullable To<Address> newMailFrom,
    @Nullable To<String> owner,
    @Nullable Boolean extensions,
    @Nullable To<NullSender> nullSender) {
  /**
   * What something changes to.
   *
   * @param value the new value, or null for none
   */
  public record To<T>(@Nullable T value) {}
}
