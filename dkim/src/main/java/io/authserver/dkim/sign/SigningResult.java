package io.authserver.dkim.sign;

import java.util.List;

/**
 * What a pass over a message made.
 *
 * @param fields the DKIM-Signature fields, each folded and ending with CRLF, to be put on top of
 *     the header section as they are; empty where no key could sign
 * @param signatures what {@code fields} has, in that order
 * @param failures keys that could not sign
 */
public record SigningResult(
    byte[] fields, List<SignatureInfo> signatures, List<KeyFailure> failures) {
  /** Copies the lists. */
  public SigningResult {
    signatures = List.copyOf(signatures);
    failures = List.copyOf(failures);
  }
}
