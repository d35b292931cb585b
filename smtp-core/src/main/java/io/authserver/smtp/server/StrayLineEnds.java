package io.authserver.smtp.server;

/** What becomes of a CR or LF that is no part of a CRLF (RFC 5321 §2.3.8 forbids them). */
public enum StrayLineEnds {
  /**
   * A bare LF becomes CRLF, since it ends a line wherever it is seen, and a bare CR a space. The
   * default: a queue before us has already accepted the mail.
   */
  CONVERT,
  /** The message is read to its end and refused with 550 5.6.11. */
  REFUSE
}
