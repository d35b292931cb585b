package io.authserver.mailforwarder.fanout;

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
   * A message was answered.
   *
   * @param verdict in a word: done, deferred, refused
   */
  default void answered(String verdict) {}

  /** Copies were delivered of a message that the client will send again. */
  default void possibleDoubles(long copies) {}

  /**
   * A notification came to an end.
   *
   * @param outcome in a word: delivered, refused, deferred
   */
  default void notified(String outcome) {}
}
