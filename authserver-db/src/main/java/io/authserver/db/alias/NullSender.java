package io.authserver.db.alias;

/** Who gets a list's mail that has a null reverse-path. */
public enum NullSender {
  /** The owner, else the list's own reverse-path. */
  OWNER,
  /** The members, as any other mail. */
  MEMBERS,
  /** Nobody. */
  REFUSE
}
