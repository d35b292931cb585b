package io.authserver.db.admin;

/** What an alias stands for, as an administrator names it. */
public sealed interface AliasTarget {
  /**
   * A user.
   *
   * @param selector UUID, identifier or one of the user's addresses
   */
  record User(String selector) implements AliasTarget {}

  /**
   * A mailing list.
   *
   * @param selector name or id
   */
  record MailingList(String selector) implements AliasTarget {}
}
