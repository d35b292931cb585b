package io.authserver.db.alias;

/** What became of one step of an address's resolution. */
public enum Decision {
  /** A user's alias: mail goes on to the address as it is, resolution stops. */
  USER,
  /** A list: its members are the next steps. */
  LIST,
  /** Not found in a domain with a redirect: {@link ResolutionStep#target()} is the next step. */
  REDIRECT,
  /** A blocked alias: {@link ResolutionStep#blockAction()} says what to do. */
  BLOCKED,
  /**
   * Deactivated: the domain of the address, or, where {@link ResolutionStep#listId()} says so, the
   * list that it stands for.
   */
  INACTIVE,
  /** In a domain of ours, but nobody's: no alias, or one of a user who receives no mail. */
  UNKNOWN,
  /** In a domain that is not ours. */
  FOREIGN,
  /** No address. */
  INVALID,
  /** A list or redirect that led to itself: cut here. */
  CIRCLE,
  /** A list or redirect that lies too deep to be followed. */
  TOO_DEEP,
  /** The resolution of this input was given up here: it needs too many steps. */
  TOO_MANY
}
