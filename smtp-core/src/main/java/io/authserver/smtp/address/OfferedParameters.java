package io.authserver.smtp.address;

/**
 * Which extensions a client was offered in the reply to its EHLO, as far as they have parameters. A
 * parameter of one that was not offered is unknown: 555 5.5.4 (RFC 5321 §4.1.1.11).
 *
 * @param size SIZE (RFC 1870)
 * @param eightBitMime BODY (RFC 6152)
 * @param smtpUtf8 SMTPUTF8 (RFC 6531)
 * @param dsn RET, ENVID, NOTIFY, ORCPT (RFC 3461)
 */
public record OfferedParameters(boolean size, boolean eightBitMime, boolean smtpUtf8, boolean dsn) {
  /** All that this project knows. */
  public static final OfferedParameters ALL = new OfferedParameters(true, true, true, true);

  /** None, as after HELO (RFC 5321 §2.2.1). */
  public static final OfferedParameters NONE = new OfferedParameters(false, false, false, false);
}
