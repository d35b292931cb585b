package io.authserver.db.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A DKIM key without its private half.
 *
 * @param algorithm {@code rsa} or {@code ed25519}
 * @param publicKey X.509 SubjectPublicKeyInfo in DER
 * @param state {@code published}, {@code active}, {@code retired} or {@code revoked}
 * @param forced whether it was activated without its DNS record having been seen
 * @param seenSince since when each look found the record of a published key, or null
 * @param signaturesUntil when its last signature expires, as far as that is settled
 * @param goneAt when the record of a revoked key was seen to have left DNS
 */
public record KeyRow(
    long id,
    String domain,
    String selector,
    String algorithm,
    byte[] publicKey,
    String state,
    boolean forced,
    Instant createdAt,
    @Nullable Instant activatedAt,
    @Nullable Instant retiredAt,
    @Nullable Instant revokedAt,
    @Nullable Instant seenSince,
    @Nullable Instant signaturesUntil,
    @Nullable Instant goneAt)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "key " + selector + " of domain " + domain;
  }

  @Override
  public String plural() {
    return "keys";
  }
}
