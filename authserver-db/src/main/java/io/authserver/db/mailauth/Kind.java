package io.authserver.db.mailauth;

/** The kinds of things that are carried over, in the order in which they are. */
public enum Kind {
  /** A domain, with its redirect. */
  DOMAIN("domain", "domains"),
  /** A DKIM key. */
  KEY("key", "keys"),
  /** A user. */
  USER("user", "users"),
  /** A mailing list, with its members. */
  LIST("mailinglist", "mailing lists"),
  /** An alias. */
  ALIAS("emailalias", "aliases"),
  /** A user's delivery mailbox. */
  MAILBOX("mailbox", "delivery mailboxes"),
  /** A service user. */
  SERVICE_USER("serviceuser", "service users"),
  /** A permission. */
  PERMISSION("permission", "permissions"),
  /** A group. */
  GROUP("group", "groups"),
  /** Who has which permission, and who is in which group. */
  TIE("tie", "ties of users, groups and permissions"),
  /** Columns without a counterpart. */
  COLUMN("column", "columns");

  private final String noun;
  private final String plural;

  Kind(String noun, String plural) {
    this.noun = noun;
    this.plural = plural;
  }

  /** Returns the noun of the command line. */
  public String noun() {
    return noun;
  }

  /** Returns the word for several. */
  public String plural() {
    return plural;
  }
}
