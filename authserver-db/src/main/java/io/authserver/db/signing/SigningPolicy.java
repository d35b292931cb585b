package io.authserver.db.signing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a domain wants its mail signed.
 *
 * @param sign whether it is signed
 * @param requireSignature whether mail that cannot be signed now has to wait (451 4.3.5)
 * @param refuseSeveralAuthors whether mail with several authors is refused (550 5.6.0) instead of
 *     passed unsigned
 * @param signByReversePath whether mail of foreign authors is signed when its reverse-path is in
 *     this domain
 * @param signatureExpiry how long after t= a signature expires (x=, RFC 6376 §3.5), or null for no
 *     x=
 * @param form what the signatures cover and say
 * @param authorMustMatch whether who sends mail with an author of this domain must have an address
 *     of his own here
 */
public record SigningPolicy(
    boolean sign,
    boolean requireSignature,
    boolean refuseSeveralAuthors,
    boolean signByReversePath,
    @Nullable Duration signatureExpiry,
    SignatureForm form,
    boolean authorMustMatch) {

  /** Makes the policy of a domain whose signatures cover and say what is the default. */
  public SigningPolicy(
      boolean sign,
      boolean requireSignature,
      boolean refuseSeveralAuthors,
      boolean signByReversePath,
      @Nullable Duration signatureExpiry) {
    this(
        sign,
        requireSignature,
        refuseSeveralAuthors,
        signByReversePath,
        signatureExpiry,
        SignatureForm.DEFAULT,
        false);
  }
}
