package io.authserver.smtp.relay;

/** Where in the dialogue with a next hop something happened, for metrics and the log. */
public enum RelayStep {
  /** Waiting for a free connection of the pool. */
  POOL,
  /** Resolving the name and connecting. */
  CONNECT,
  /** Waiting for the greeting. */
  BANNER,
  /** EHLO, or HELO in its place. */
  EHLO,
  /** MAIL. */
  MAIL,
  /** RCPT. */
  RCPT,
  /** DATA, until 354. */
  DATA,
  /** Writing the message. */
  CONTENT,
  /** The final dot and its reply. */
  FINAL_REPLY,
  /** RSET after a transaction that came to nothing. */
  RSET
}
