package io.authserver.db.outcome;

/**
 * What is to be remembered of a target.
 *
 * @param envelope 64 bits of a hash over the client's reverse-path and recipient
 * @param reply why it was refused, at most {@link #MAX_REPLY} characters of ASCII; empty for other
 *     outcomes
 */
public record NewOutcome(OutcomeKey key, long envelope, OutcomeKind kind, String reply) {
  /** The most characters of a reply. */
  public static final int MAX_REPLY = 2000;

  /** Checks the reply. */
  public NewOutcome {
    if (reply.length() > MAX_REPLY || !reply.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("a reply that cannot be stored");
    }
  }
}
