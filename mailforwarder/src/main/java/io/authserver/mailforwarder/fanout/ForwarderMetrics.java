package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.message.OriginMark;

/** What the forwarder counts. Called by many threads; may neither block nor throw. */
public interface ForwarderMetrics {
  /** Counts nothing. */
  ForwarderMetrics NONE = new ForwarderMetrics() {};

  /**
   * A recipient was decided about.
   *
   * @param decision in a word: pass_on, forward, drop, refuse
   */
  default void decided(String decision) {}

  /**
   * A recipient was refused without asking a next hop.
   *
   * @param reason in a word, of those that the log has: a limit, no_members, blocked and others
   */
  default void refused(String reason) {}

  /**
   * A message was answered.
   *
   * @param verdict in a word: done, deferred, refused, dropped
   */
  default void answered(String verdict) {}

  /**
   * A stranger's message, or a recipient of it, was dropped: a limit was met, or a loop.
   *
   * @param reason in a word: what metrics and the log call the limit
   */
  default void dropped(String reason) {}

  /** The author of a submitted message was judged, or could not be. */
  default void authorJudged(OriginMark.Author author) {}

  /** Copies were delivered of a message that the client will send again. */
  default void possibleDoubles(long copies) {}

  /** Earlier outcomes of a message were looked up; some were found, or none. */
  default void lookedUp(boolean found) {}

  /** Copies were not sent, because an earlier try of the message had settled them. */
  default void remembered(long copies) {}

  /** Outcomes were stored, or could not be. */
  default void stored(long outcomes, boolean done) {}

  /** Targets failed for now for too long, and count as refused. */
  default void gaveUp(long targets) {}

  /**
   * A notification came to an end.
   *
   * @param outcome in a word: delivered, refused, deferred; suppressed, where one was written to
   *     its addressee within the hour; nobody, where there is none to tell
   */
  default void notified(String outcome) {}

  /** Senders were put behind tokens of SRS addresses, or could not be. */
  default void tokensKept(long tokens, boolean done) {}

  /** Tokens of SRS addresses were looked up: of so many the sender is known, of others not. */
  default void tokensLookedUp(long known, long unknown) {}
}
