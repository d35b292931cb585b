package io.authserver.smtp.relay;

/**
 * What a next hop offers in its reply to EHLO, as far as a relay cares.
 *
 * @param size the SIZE it offers in bytes (RFC 1870), 0 for no fixed limit, -1 where not offered
 */
public record Extensions(
    boolean pipelining,
    boolean eightBitMime,
    boolean smtpUtf8,
    boolean dsn,
    boolean enhancedStatusCodes,
    long size) {
  /** A next hop that offers nothing. */
  public static final Extensions NONE = new Extensions(false, false, false, false, false, -1);
}
