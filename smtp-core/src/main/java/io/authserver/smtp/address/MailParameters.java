package io.authserver.smtp.address;

import org.jspecify.annotations.Nullable;

/**
 * The parameters of MAIL FROM that a relay passes on.
 *
 * @param size the SIZE in bytes (RFC 1870), or -1 where it was not given
 * @param body the BODY (RFC 6152), or null where it was not given
 * @param smtpUtf8 whether SMTPUTF8 was given (RFC 6531)
 * @param ret RET (RFC 3461 §4.3): {@code FULL} or {@code HDRS}, or null
 * @param envid ENVID (RFC 3461 §4.4) as xtext, exactly as it was given, or null
 */
public record MailParameters(
    long size,
    @Nullable Body body,
    boolean smtpUtf8,
    @Nullable String ret,
    @Nullable String envid) {
  /** No parameters. */
  public static final MailParameters NONE = new MailParameters(-1, null, false, null, null);

  /** The value of BODY (RFC 6152). */
  public enum Body {
    SEVENBIT("7BIT"),
    EIGHTBITMIME("8BITMIME");

    private final String keyword;

    Body(String keyword) {
      this.keyword = keyword;
    }

    /** Returns the value as SMTP writes it. */
    public String keyword() {
      return keyword;
    }
  }
}
