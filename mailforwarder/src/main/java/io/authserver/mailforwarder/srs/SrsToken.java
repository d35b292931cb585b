package io.authserver.mailforwarder.srs;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/**
 * What stands in an SRS address for a sender that would make it too long; the database keeps the
 * sender.
 *
 * @param token 26 letters and digits, the same for the same sender
 * @param address the sender to which a bounce goes, {@code local@domain} without quoting
 */
public record SrsToken(String token, String address) {
  private static final int LENGTH = 26;

  /** Makes the token of a sender: 130 bits of a hash, so that no two are the same by chance. */
  static SrsToken of(String localPart, String domain) {
    String address = localPart + "@" + domain;
    byte[] digest;
    try {
      digest =
          MessageDigest.getInstance("SHA-256").digest(address.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the platform has no SHA-256", e);
    }
    return new SrsToken(AsciiCase.lower(Base32.encode(digest, LENGTH)), address);
  }
}
