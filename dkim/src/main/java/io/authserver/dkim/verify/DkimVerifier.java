package io.authserver.dkim.verify;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.smtp.message.HeaderSection;
import java.time.InstantSource;

/** Verifies the DKIM signatures of messages (RFC 6376 §6, RFC 8301, RFC 8463). Thread-safe. */
public final class DkimVerifier {
  private final KeyLookup keys;
  private final InstantSource clock;
  private final int minRsaBits;

  /**
   * Makes a verifier.
   *
   * @param keys where key records come from
   * @param clock decides whether a signature has expired
   */
  public DkimVerifier(KeyLookup keys, InstantSource clock) {
    this(keys, clock, DkimPrivateKey.MIN_RSA_BITS);
  }

  /** Makes one that takes smaller keys as well: old corpora have them. */
  DkimVerifier(KeyLookup keys, InstantSource clock, int minRsaBits) {
    this.keys = keys;
    this.clock = clock;
    this.minRsaBits = minRsaBits;
  }

  /**
   * Begins to verify a message. The caller hands over the body and calls {@link
   * VerificationPass#finish}, which looks up the keys. Of more than {@link
   * VerificationPass#MAX_SIGNATURES} signatures the topmost are verified, and the verdict on each
   * other one says so.
   */
  public VerificationPass begin(HeaderSection header) {
    return begin(header, VerificationPass.MAX_SIGNATURES);
  }

  /**
   * Begins to verify the topmost signatures of a message.
   *
   * @param topmost how many; those below get {@link VerificationReason#TOO_MANY_SIGNATURES}, and no
   *     work is done for them
   */
  public VerificationPass begin(HeaderSection header, int topmost) {
    return new VerificationPass(header, keys, clock.instant(), minRsaBits, topmost);
  }
}
