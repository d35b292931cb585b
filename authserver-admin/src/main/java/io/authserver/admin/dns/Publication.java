package io.authserver.admin.dns;

/** What a look-up of a key's record found. */
public sealed interface Publication {
  /** The record is there and holds this key. */
  record Published() implements Publication {}

  /** A name server answered, and there is no such record. */
  record Missing() implements Publication {}

  /**
   * There is a record that does not serve this key.
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
}
