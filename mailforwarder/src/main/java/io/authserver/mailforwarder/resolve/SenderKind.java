package io.authserver.mailforwarder.resolve;

/** What decides whom a message's failures are told. */
public enum SenderKind {
  /** The null reverse-path: nothing goes back (RFC 5321 §4.5.5). */
  NULL,
  /** Submitted to us: the sender is who he says, as far as the edge has asked. */
  SUBMITTED,
  /** Anybody who names a reverse-path, which may be another's: nobody writes to it. */
  STRANGER
}
