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
 * @param reply the time from a client's command to our reply, all next hops together
 */
public record FanOutLimits(int openTransactions, int targets, Duration poolWait, Duration reply) {
  /** 8 transactions, 20,000 targets, 5 s for the pool, 230 s of the 240 s that a reply has. */
  public static final FanOutLimits DEFAULTS =
      new FanOutLimits(8, 20_000, Duration.ofSeconds(5), Duration.ofSeconds(230));

  /** Checks that each is positive. */
  public FanOutLimits {
    if (openTransactions < 1 || targets < 1 || poolWait.isNegative() || !reply.isPositive()) {
      throw new IllegalArgumentException("bounds of a fan-out are positive");
    }
  }
}
