package io.authserver.db.admin;

import org.jspecify.annotations.Nullable;

/**
 * A DKIM key to be stored.
 *
 * @param algorithm {@code rsa} or {@code ed25519}
 * @param selector the selector asked for, or null for the default
 * @param defaultSelector the selector to take, with a number after it where it is taken already
 * @param publicKey X.509 SubjectPublicKeyInfo in DER
 * @param imported whether it was in use elsewhere: then it starts active
 * @param wrapper wraps the private half once the selector is known
 */
public record NewKey(
    String algorithm,
    @Nullable String selector,
    String defaultSelector,
    byte[] publicKey,
    boolean imported,
    Wrapper wrapper) {
  /** Wraps the private half, bound to domain and selector. */
  @FunctionalInterface
  public interface Wrapper {
    /** Returns the blob to store. */
    byte[] wrap(String domain, String selector);
  }
}
