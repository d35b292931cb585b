package io.authserver.db.alias;

/** What became of one step of an address's resolution. */
public enum Decision {
  /** A user's alias: mail goes on to the address as it is, resolution stops. */
  USER,
  /** A list: {@link ResolutionStore#expand} tells its members. */
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
  /** A list within a list that is expanded at another place of the same expansion. */
  REPEATED,
  /** A list or redirect that led to itself: cut here. */
  CIRCLE,
  /** A redirect after ten others: not followed, and the recipient is refused as a whole. */
  TOO_DEEP,
  /** The expansion was given up here: it needs too many steps, and none of them counts. */
  TOO_MANY;

  /** Returns whether other steps follow from it. */
  boolean leadsOn() {
    return this == LIST || this == REDIRECT;
  }
}
