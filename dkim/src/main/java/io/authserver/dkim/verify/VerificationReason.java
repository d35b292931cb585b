package io.authserver.dkim.verify;

/** Why a signature did not pass; the word is for logs and people, the result for decisions. */
public enum VerificationReason {
  /** The field's tags cannot be read, or a value is not allowed (RFC 6376 §6.1.1). */
  SIGNATURE_SYNTAX("signatureSyntax", VerificationResult.NEUTRAL),
  /** A tag that must be there is not. */
  REQUIRED_TAG_MISSING("requiredTagMissing", VerificationResult.NEUTRAL),
  /** {@code v=} is not 1. */
  UNSUPPORTED_VERSION("unsupportedVersion", VerificationResult.NEUTRAL),
  /** {@code a=} is unknown. */
  UNSUPPORTED_ALGORITHM("unsupportedAlgorithm", VerificationResult.NEUTRAL),
  /** {@code c=} is unknown. */
  UNSUPPORTED_CANONICALIZATION("unsupportedCanonicalization", VerificationResult.NEUTRAL),
  /** {@code q=} has nothing but unknown methods. */
  UNSUPPORTED_QUERY_METHOD("unsupportedQueryMethod", VerificationResult.NEUTRAL),
  /** The message has more signatures than are looked at; this is one of those below. */
  TOO_MANY_SIGNATURES("tooManySignatures", VerificationResult.NEUTRAL),
  /** SHA-1 counts no more (RFC 8301 §3.1). */
  SHA1("sha1", VerificationResult.PERMERROR),
  /** {@code h=} does not name From (RFC 6376 §6.1.1). */
  FROM_NOT_SIGNED("fromNotSigned", VerificationResult.PERMERROR),
  /** {@code i=} is not within {@code d=}, or the key wants them equal (RFC 6376 §6.1.1, §3.6.1). */
  AUID_OUTSIDE_DOMAIN("auidOutsideDomain", VerificationResult.PERMERROR),
  /** {@code x=} has passed. */
  SIGNATURE_EXPIRED("signatureExpired", VerificationResult.PERMERROR),
  /** DNS did not answer. */
  KEY_UNAVAILABLE("keyUnavailable", VerificationResult.TEMPERROR),
  /** DNS has no such record. */
  NO_KEY("noKey", VerificationResult.PERMERROR),
  /** DNS has more records of that name than are tried. */
  TOO_MANY_RECORDS("tooManyRecords", VerificationResult.PERMERROR),
  /** The record cannot be read. */
  KEY_SYNTAX("keySyntax", VerificationResult.PERMERROR),
  /** The record has an empty {@code p=}. */
  KEY_REVOKED("keyRevoked", VerificationResult.PERMERROR),
  /** The record's {@code k=} or {@code h=} does not allow the signature's {@code a=}. */
  KEY_ALGORITHM_MISMATCH("keyAlgorithmMismatch", VerificationResult.PERMERROR),
  /** The record's {@code s=} is not for mail. */
  KEY_NOT_FOR_EMAIL("keyNotForEmail", VerificationResult.PERMERROR),
  /** An RSA key of less than 1024 bits (RFC 8301 §3.2). */
  KEY_TOO_SHORT("keyTooShort", VerificationResult.PERMERROR),
  /** {@code bh=} is not the hash of this body. */
  BODY_HASH_MISMATCH("bodyHashMismatch", VerificationResult.FAIL),
  /** {@code l=} is more than the body has (RFC 6376 §3.5). */
  BODY_SHORTER_THAN_SIGNED("bodyShorterThanSigned", VerificationResult.FAIL),
  /** {@code b=} is not the key's signature of these fields. */
  SIGNATURE_MISMATCH("signatureMismatch", VerificationResult.FAIL);

  private final String word;
  private final VerificationResult result;

  VerificationReason(String word, VerificationResult result) {
    this.word = word;
    this.result = result;
  }

  /** Returns the word for logs and people. */
  public String word() {
    return word;
  }

  /** Returns the result that this reason makes. */
  public VerificationResult result() {
    return result;
  }
}
