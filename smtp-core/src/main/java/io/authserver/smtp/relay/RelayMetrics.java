package io.authserver.smtp.relay;

import java.time.Duration;

/**
 * What a pool counts. Called by many threads; may neither block nor throw.
 *
 * <p>{@code nextHop} is {@link NextHop#name()}. Connections that are open are those opened less
 * those closed.
 */
public interface RelayMetrics {
  /** Counts nothing. */
  RelayMetrics NONE = new RelayMetrics() {};

  /**
   * A connection is open and greeted.
   *
   * @param took from the attempt to the reply to EHLO
   */
  default void connectionOpened(String nextHop, Duration took) {}

  /** A connection that was opened is closed, by whichever side. */
  default void connectionClosed(String nextHop) {}

  /** A transaction got a kept connection. */
  default void connectionReused(String nextHop) {}

  /**
   * A connection ended amid an envelope or was dead before it, and the envelope was told again on a
   * fresh one: once for each that was opened so.
   *
   * @param step where it ended
   */
  default void transactionRepeated(String nextHop, RelayStep step) {}

  /**
   * Recipients have no answer: the next hop ended the session whenever it came to them, or no time
   * was left.
   */
  default void recipientsUnanswered(String nextHop, int recipients) {}

  /** Recipients over the next hop's limit got a further transaction. */
  default void transactionSplit(String nextHop) {}

  /**
   * Of a split message the next hop took one part and not another.
   *
   * @param taken the recipients that it was taken for: they get it twice if the client sends it
   *     again
   */
  default void deliveredInPart(String nextHop, int taken) {}

  /** A transaction failed because of the connection or the pool, not by a reply to its contents. */
  default void failure(String nextHop, RelayStep step) {}

  /**
   * A message was answered at its end.
   *
   * @param replyCode the next hop's reply code to the final dot
   * @param took from DATA to that reply
   */
  default void messageAnswered(String nextHop, int replyCode, Duration took) {}
}
