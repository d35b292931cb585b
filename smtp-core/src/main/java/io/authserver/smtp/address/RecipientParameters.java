package io.authserver.smtp.address;

import org.jspecify.annotations.Nullable;

/**
 * The parameters of RCPT TO that a relay passes on (RFC 3461).
 *
 * @param notifyOn NOTIFY (§4.1), upper-cased, e.g. {@code SUCCESS,FAILURE} or {@code NEVER}, or
 *     null
 * @param orcpt ORCPT (§4.2) exactly as it was given, e.g. {@code rfc822;user@example.org}, or null
 */
public record RecipientParameters(@Nullable String notifyOn, @Nullable String orcpt) {
  /** No parameters. */
  public static final RecipientParameters NONE = new RecipientParameters(null, null);
}
