package io.authserver.mailforwarder.fanout;

import java.time.Duration;

/**
 * The bounds of a message's fan-out.
 *
 * @param openTransactions next-hop transactions that are open at once, those included over which a
 *     next hop's limit of recipients splits one
 * @param targets addresses that get a copy of one message
 * @param poolWait how long the first connection of a message waits for the pool; a further one
 *     never waits while another is held
 * @param reply the time that all next hops together have between a client's command and our reply;
 *     what is stored afterwards comes on top
 * @param giveUpAfter how long a target may fail for now, since it was first remembered, before it
 *     counts as refused; below the client's expiry
 */
public record FanOutLimits(
    int openTransactions, int targets, Duration poolWait, Duration reply, Duration giveUpAfter) {
  /**
   * 8 transactions, 20,000 targets, 5 s for the pool, 24 hours; 200 s of the 240 s that a reply
   * has, since the database may take 18 s for each of the two times that something is stored.
   */
  public static final FanOutLimits DEFAULTS =
      new FanOutLimits(
          8, 20_000, Duration.ofSeconds(5), Duration.ofSeconds(200), Duration.ofHours(24));

  /** Checks that each is positive. */
  public FanOutLimits {
    if (openTransactions < 1
        || targets < 1
        || poolWait.isNegative()
        || !reply.isPositive()
        || !giveUpAfter.isPositive()) {
      throw new IllegalArgumentException("bounds of a fan-out are positive");
    }
  }
}
