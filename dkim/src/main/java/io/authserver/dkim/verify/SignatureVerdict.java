package io.authserver.dkim.verify;

import org.jspecify.annotations.Nullable;

/**
 * What came out for one DKIM-Signature field.
 *
 * @param position which DKIM-Signature field of the message, 0 for the topmost
 * @param result the result
 * @param reason why it did not pass; null for a pass
 * @param detail words for a log, without bytes of the message's body; empty where there are none
 * @param signature the field as read; null where it could not be
 * @param keyBits the size of the key that was used, 0 where none was
 * @param testing whether the key's domain says it only tests ({@code t=y})
 * @param unsignedBodyOctets how many octets of the canonical body the signature does not cover,
 *     because of {@code l=}: anyone may have added them
 */
public record SignatureVerdict(
    int position,
    VerificationResult result,
    @Nullable VerificationReason reason,
    String detail,
    @Nullable DkimSignature signature,
    int keyBits,
    boolean testing,
    long unsignedBodyOctets) {

  /** Returns whether the signature is valid. */
  public boolean passed() {
    return result == VerificationResult.PASS;
  }

  /** Returns one line for a person or a log. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder("dkim=").append(result.word());
    if (reason != null) {
      line.append(" reason=").append(reason.word());
    }
    if (signature != null) {
      line.append(" d=").append(signature.signingDomain());
      line.append(" s=").append(signature.selector());
      line.append(" a=").append(signature.algorithm().signatureTag());
    }
    if (testing) {
      line.append(" testing=yes");
    }
    if (unsignedBodyOctets > 0) {
      line.append(" unsigned_body_octets=").append(unsignedBodyOctets);
    }
    if (!detail.isEmpty()) {
      line.append(" detail=\"").append(detail).append('"');
    }
    return line.toString();
  }
}
