package io.authserver.dkim.key;

import io.authserver.smtp.address.AsciiCase;
import java.util.Optional;

/** The signature algorithms that count today (RFC 8301 §3.1, RFC 8463 §3). */
public enum KeyAlgorithm {
  /** RSASSA-PKCS1-v1_5 over SHA-256. */
  RSA("rsa-sha256"),
  /** PureEdDSA over the SHA-256 of what is signed. */
  ED25519("ed25519-sha256");

  private final String signatureTag;

  KeyAlgorithm(String signatureTag) {
    this.signatureTag = signatureTag;
  }

  /** Returns the key type: {@code k=} of the record, and the database's word. */
  public String keyType() {
    return AsciiCase.lower(name());
  }

  /** Returns the value of {@code a=}. */
  public String signatureTag() {
    return signatureTag;
  }

  /** Returns the algorithm of this key type, whatever its case, if there is one. */
  public static Optional<KeyAlgorithm> ofKeyType(String keyType) {
    for (KeyAlgorithm algorithm : values()) {
      if (AsciiCase.equal(algorithm.keyType(), keyType)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }
}
