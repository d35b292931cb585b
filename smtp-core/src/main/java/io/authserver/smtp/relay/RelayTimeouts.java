package io.authserver.smtp.relay;

import java.time.Duration;

/**
 * How long each step with a next hop may take.
 *
 * <p>RFC 5321 §4.5.3.2 asks for more patience than this. Our client waits 300 s for each of our
 * replies, so everything that we do before one has to end within 240 s: {@code total} sees to that,
 * whatever the others add up to.
 *
 * @param connect resolving the name and connecting, all its addresses together
 * @param banner from the connection to the whole greeting
 * @param ehlo from EHLO (or HELO) to its whole reply
 * @param envelope from MAIL or RCPT to its whole reply; RSET has this or 5 s, whichever is less
 * @param data from DATA to 354
 * @param block writing one block of at most 64 KiB
 * @param finalReply from the final dot to its reply
 * @param total all of one call of {@link RelayTransaction#recipients}, and all from the beginning
 *     of {@link RelayTransaction#send} to the end of {@link RelayTransaction#finish}; at most 240 s
 */
public record RelayTimeouts(
    Duration connect,
    Duration banner,
    Duration ehlo,
    Duration envelope,
    Duration data,
    Duration block,
    Duration finalReply,
    Duration total) {
  /** Within what we answer every command of our client. */
  public static final Duration MAXIMUM = Duration.ofMinutes(4);

  /** The defaults: 230 s in all leaves 10 s for the rest of a daemon's work. */
  public static final RelayTimeouts DEFAULTS =
      new RelayTimeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(220),
          Duration.ofSeconds(230));

  /** Checks that each is positive and the total within {@link #MAXIMUM}. */
  public RelayTimeouts {
    requirePositive("connect", connect);
    requirePositive("banner", banner);
    requirePositive("ehlo", ehlo);
    requirePositive("envelope", envelope);
    requirePositive("data", data);
    requirePositive("block", block);
    requirePositive("finalReply", finalReply);
    requirePositive("total", total);
    if (total.compareTo(MAXIMUM) > 0) {
      throw new IllegalArgumentException("total is over 240 s: " + total);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(name + " is under 1 ms: " + value);
    }
  }

  /** Returns how long a reply to RSET is waited for: nothing depends on it but the connection. */
  Duration reset() {
    Duration most = Duration.ofSeconds(5);
    return envelope.compareTo(most) < 0 ? envelope : most;
  }

  /** Returns the shortest of all, which says how often writes are looked after. */
  Duration shortest() {
    Duration shortest = total;
    for (Duration each :
        new Duration[] {connect, banner, ehlo, envelope, data, block, finalReply}) {
      shortest = each.compareTo(shortest) < 0 ? each : shortest;
    }
    return shortest;
  }
}
