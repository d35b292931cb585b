package io.authserver.db.cache;

/** A row that an answer rests on; what the database notifies. */
public record Dependency(Kind kind, long id) {
  /** Names that are nobody's: a new domain may take one of them. */
  public static final Dependency NOBODYS_NAMES = new Dependency(Kind.DOMAIN, 0);

  /** The kinds of rows that are told apart. */
  public enum Kind {
    /** A domain with its policy, keys, aliases and their users. */
    DOMAIN,
    /** A list with its members and its owner. */
    LIST,
    /** What is remembered about an envelope; the number is a hash, 0 stands for many. */
    OUTCOME
  }

  /** A domain. */
  public static Dependency domain(long id) {
    return new Dependency(Kind.DOMAIN, id);
  }

  /** A list. */
  public static Dependency list(long id) {
    return new Dependency(Kind.LIST, id);
  }

  /** What is remembered about an envelope. */
  public static Dependency outcome(long envelope) {
    return new Dependency(Kind.OUTCOME, envelope);
  }
}
