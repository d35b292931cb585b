package io.authserver.db.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret of return addresses, without itself.
 *
 * @param state {@code signs}, {@code verifies}, {@code new} (verifies, will sign), or {@code
 *     retired} (still verifies)
 * @param signsAt from when on it may sign
 * @param octets how long it is
 * @param fingerprint tells secrets apart
 */
public record SrsSecretRow(
    long id,
    String state,
    Instant createdAt,
    Instant signsAt,
    @Nullable Instant retiredAt,
    int octets,
    String fingerprint) {}
