package io.authserver.dkim.verify;

import io.authserver.dkim.canon.BodyCanonicalizer;
import io.authserver.dkim.canon.Canonicalization;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Hashes a canonical body, or its first octets ({@code l=}). */
final class BodyHash {
  private final MessageDigest digest;
  private final BodyCanonicalizer canonicalizer;
  private final long limit;
  private long octets;
  private byte @Nullable [] hash;

  BodyHash(Canonicalization canonicalization, @Nullable Long limit) {
    this.digest = sha256();
    this.limit = limit == null ? Long.MAX_VALUE : limit;
    this.canonicalizer = BodyCanonicalizer.of(canonicalization, this::take);
  }

  void body(byte[] block, int offset, int length) {
    canonicalizer.accept(block, offset, length);
  }

  private void take(byte[] block, int offset, int length) {
    long left = limit - Math.min(limit, octets);
    if (left > 0) {
      digest.update(block, offset, (int) Math.min(left, length));
    }
    octets += length;
  }

  /** Returns the hash, ending the body when first asked. */
  byte[] hash() {
    byte[] made = hash;
    if (made == null) {
      canonicalizer.finish();
      made = digest.digest();
      hash = made;
    }
    return made;
  }

  /** Returns how many octets the canonical body has; known after {@link #hash}. */
  long octets() {
    return octets;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
