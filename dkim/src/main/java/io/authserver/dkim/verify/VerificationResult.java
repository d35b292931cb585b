package io.authserver.dkim.verify;

import io.authserver.smtp.address.AsciiCase;

/** What came out for one signature, in the words of RFC 8601 §2.7.1. */
public enum VerificationResult {
  /** The signature is valid. */
  PASS,
  /** The signature was understood and does not fit the message. */
  FAIL,
  /** The signature could not be understood, or asks for what this verifier does not do. */
  NEUTRAL,
  /** The signature cannot become valid by trying again. */
  PERMERROR,
  /** Trying again later may help: the key could not be looked up. */
  TEMPERROR;

  /** Returns the word of an Authentication-Results field. */
  public String word() {
    return AsciiCase.lower(name());
  }
}
