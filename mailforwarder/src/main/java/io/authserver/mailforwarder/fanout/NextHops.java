package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.relay.NextHop;
import java.util.Optional;

/**
 * The configured next hops.
 *
 * @param localDelivery takes recipients that are passed on unchanged
 * @param remoteRelay takes forwarded copies
 * @param transactionalRelay takes transactional mail, where there is one
 */
public record NextHops(
    NextHop localDelivery, NextHop remoteRelay, Optional<NextHop> transactionalRelay) {
  NextHop of(Route route) {
    return switch (route) {
      case LOCAL_DELIVERY -> localDelivery;
      case REMOTE_RELAY -> remoteRelay;
      case TRANSACTIONAL_RELAY -> transactionalRelay.orElse(localDelivery);
    };
  }

  /** Returns whether 8-bit mail may go any way. */
  boolean takeEightBit() {
    return takesEightBit(localDelivery) && takesEightBit(remoteRelay);
  }

  /** Returns whether a next hop takes a message of that size, as far as it says (RFC 1870). */
  boolean takes(Route route, long bytes) {
    return of(route)
        .extensions()
        .filter(offered -> offered.size() > 0 && offered.size() < bytes)
        .isEmpty();
  }

  private static boolean takesEightBit(NextHop nextHop) {
    return nextHop.extensions().filter(Extensions::eightBitMime).isPresent();
  }
}
