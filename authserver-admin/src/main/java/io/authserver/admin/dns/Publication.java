package io.authserver.admin.dns;

/** What a look-up of a key's record found. */
public sealed interface Publication {
  /** The record is there and holds this key, at every name server that answered. */
  record Published() implements Publication {}

  /** The name servers answered, and there is no such record. */
  record Missing() implements Publication {}

  /** The record says that the key is revoked: its {@code p=} is empty (RFC 6376 §3.6.1). */
  record Revoked() implements Publication {}

  /**
   * There is a record that does not serve this key, or not everywhere.
   *
   * @param why in which way, to go on after "the record found"
   */
  record Different(String why) implements Publication {}

  /**
   * Nobody answered, or not with an answer.
   *
   * @param why what went wrong
   */
  record Unchecked(String why) implements Publication {}

  /** Returns one word for a program. */
  default String word() {
    return switch (this) {
      case Published _ -> "published";
      case Missing _ -> "missing";
      case Revoked _ -> "revoked";
      case Different _ -> "different";
      case Unchecked _ -> "unchecked";
    };
  }

  /** Returns what a person has to know of a record that is not published, or nothing. */
  default String fault() {
    return switch (this) {
      case Published _ -> "";
      case Missing _ -> "was not found";
      case Revoked _ -> "is not as it should be: it revokes the key";
      case Different(String why) -> "is not as it should be: it " + why;
      case Unchecked(String why) -> "could not be checked (" + why + ")";
    };
  }
}
