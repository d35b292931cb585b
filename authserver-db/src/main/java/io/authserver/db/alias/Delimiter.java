package io.authserver.db.alias;

import io.authserver.smtp.address.AsciiCase;

/** Before which character an extension of a domain's addresses is cut off. */
public enum Delimiter {
  /** A plus sign. */
  PLUS,
  /** A dash. */
  DASH,
  /** Either of both. */
  BOTH,
  /** None: its addresses have no extensions. */
  NONE;

  /** Returns the one of the word that the database has. */
  public static Delimiter of(String word) {
    return valueOf(AsciiCase.upper(word));
  }

  /** Returns the word as the database has it. */
  public String word() {
    return AsciiCase.lower(name());
  }
}
