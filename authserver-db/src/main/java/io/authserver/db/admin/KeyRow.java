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
    @Nullable Instant revokedAt) {}
