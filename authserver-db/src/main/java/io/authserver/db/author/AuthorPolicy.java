package io.authserver.db.author;

import io.authserver.smtp.address.AsciiCase;

/**
 * What a domain demands of who submits mail with an author of its own.
 *
 * @param mustMatch what of the author must be the sender's
 * @param mismatch what becomes of mail where it is not
 */
public record AuthorPolicy(MustMatch mustMatch, Mismatch mismatch) {
  /** What domains have of which nobody said anything. */
  public static final AuthorPolicy OFF = new AuthorPolicy(MustMatch.OFF, Mismatch.UNSIGNED);

  /** What a domain gets that an administrator creates. */
  public static final AuthorPolicy OF_NEW_DOMAIN =
      new AuthorPolicy(MustMatch.DOMAIN, Mismatch.UNSIGNED);

  /** What of the author must be the sender's. */
  public enum MustMatch {
    /** Nothing. */
    OFF,
    /** The domain: the sender has an address in it. */
    DOMAIN,
    /** The address, extension aside. */
    ADDRESS
  }

  /** What becomes of mail whose author is not the sender's. */
  public enum Mismatch {
    /** It goes out unsigned. */
    UNSIGNED,
    /** It is refused: 550 5.7.1. */
    REFUSE
  }

  /** Makes the policy of the words that the database has. */
  public static AuthorPolicy of(String mustMatch, String mismatch) {
    return new AuthorPolicy(
        MustMatch.valueOf(AsciiCase.upper(mustMatch)), Mismatch.valueOf(AsciiCase.upper(mismatch)));
  }

  /** Returns the first word as the database has it. */
  public String mustMatchWord() {
    return AsciiCase.lower(mustMatch.name());
  }

  /** Returns the second word as the database has it. */
  public String mismatchWord() {
    return AsciiCase.lower(mismatch.name());
  }
}
