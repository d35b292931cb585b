package io.authserver.dkim.sign;

import io.authserver.smtp.message.HeaderSection;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Signs messages (RFC 6376 §5, RFC 8463). */
public final class DkimSigner {
  private DkimSigner() {}

  /**
   * Begins to sign a message with all keys at once. The caller hands over the body and calls {@link
   * SigningPass#finish}.
   *
   * @param header the header section as it will leave, Date and Message-ID included
   * @param profile what is covered, the same for all keys
   * @param keys with what; none is allowed and makes no field
   * @param signedAt goes into {@code t=}, in seconds
   * @param expiresAt goes into {@code x=}, in seconds, and is later than {@code signedAt}; null for
   *     a signature without an end
   * @throws IllegalArgumentException when the signature would expire before it begins
   */
  public static SigningPass begin(
      HeaderSection header,
      SigningProfile profile,
      List<SigningKey> keys,
      Instant signedAt,
      @Nullable Instant expiresAt) {
    return begin(header, profile, keys, signedAt, expiresAt, profile.auid());
  }

  /**
   * Begins to sign a message with an AUID of its own.
   *
   * @param auid goes into {@code i=} instead of the profile's, as {@link SigningProfile} describes
   *     it; null for none
   */
  public static SigningPass begin(
      HeaderSection header,
      SigningProfile profile,
      List<SigningKey> keys,
      Instant signedAt,
      @Nullable Instant expiresAt,
      @Nullable String auid) {
    // RFC 6376 §3.5: x= is greater than t=.
    if (expiresAt != null && expiresAt.getEpochSecond() <= signedAt.getEpochSecond()) {
      throw new IllegalArgumentException("a signature expires after it is made");
    }
    return new SigningPass(header, profile, keys, signedAt, expiresAt, auid);
  }
}
