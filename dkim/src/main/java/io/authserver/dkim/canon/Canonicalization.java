package io.authserver.dkim.canon;

import io.authserver.smtp.address.AsciiCase;

/** How much change a signature tolerates (RFC 6376 §3.4). */
public enum Canonicalization {
  /** Tolerates next to nothing. */
  SIMPLE,
  /** Tolerates changes of white space, and of the case of field names. */
  RELAXED;

  /** Returns the word of the {@code c=} tag. */
  public String tag() {
    return AsciiCase.lower(name());
  }
}
