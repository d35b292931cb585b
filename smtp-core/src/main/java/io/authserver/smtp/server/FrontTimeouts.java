package io.authserver.smtp.server;

import java.time.Duration;

/**
 * How long a front waits for its client, 421 4.4.2 beyond; and its client for it.
 *
 * @param command for a whole command line (RFC 5321 §4.5.3.2.7: five minutes at least)
 * @param dataBlock for the next bytes of a message
 * @param message for a whole message, from 354 to the final dot
 * @param session for a whole session; looked at between transactions
 * @param write for the client to take a reply
 * @param finalDot when draining, for a transaction whose final dot was received
 * @param reply for our own work between a command and its reply; 451 4.3.0 beyond
 */
public record FrontTimeouts(
    Duration command,
    Duration dataBlock,
    Duration message,
    Duration session,
    Duration write,
    Duration finalDot,
    Duration reply) {
  /** What holds where nothing is configured. */
  public static final FrontTimeouts DEFAULTS =
      new FrontTimeouts(
          Duration.ofMinutes(5),
          Duration.ofMinutes(3),
          Duration.ofMinutes(30),
          Duration.ofHours(4),
          Duration.ofMinutes(2),
          Duration.ofMinutes(4),
          Duration.ofMinutes(4));

  /** Checks that each is positive. */
  public FrontTimeouts {
    for (Duration each :
        new Duration[] {command, dataBlock, message, session, write, finalDot, reply}) {
      if (!each.isPositive()) {
        throw new IllegalArgumentException("a timeout of the SMTP front is not positive");
      }
    }
  }

  /** Makes timeouts with the default for our own work. */
  public FrontTimeouts(
      Duration command,
      Duration dataBlock,
      Duration message,
      Duration session,
      Duration write,
      Duration finalDot) {
    this(command, dataBlock, message, session, write, finalDot, Duration.ofMinutes(4));
  }
}
