package io.authserver.mailforwarder.srs;

/** What an address says when it is read as an SRS address. */
public sealed interface SrsReversal {
  /**
   * The hash is ours and the address is young enough.
   *
   * @param localPart the local part that was rewritten: for SRS1 the SRS0 local part of the first
   *     forwarder
   * @param domain the domain that was rewritten
   */
  record Original(String localPart, String domain) implements SrsReversal {}

  /**
   * The hash is ours and the address is young enough; who was rewritten is kept elsewhere.
   *
   * @param token under which, folded
   */
  record Token(String token) implements SrsReversal {}

  /** It has the shape of an SRS address, but no secret of ours made its hash. */
  record BadHash() implements SrsReversal {}

  /** The hash is ours, but the address is too old, or its timestamp is none. */
  record BadTimestamp() implements SrsReversal {}

  /** The hash is ours, but it leads through too many other return addresses of ours. */
  record TooDeep() implements SrsReversal {}

  /** It is an ordinary address. */
  record NotSrs() implements SrsReversal {}
}
