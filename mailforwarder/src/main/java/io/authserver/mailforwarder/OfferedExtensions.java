package io.authserver.mailforwarder;

import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.relay.NextHop;
import java.util.Collection;
import java.util.Optional;

/** What the forwarder may offer its clients: what every next hop does. */
final class OfferedExtensions {
  private OfferedExtensions() {}

  /** Returns what all next hops offer; empty while one of them is not known yet. */
  static Optional<Extensions> of(Collection<? extends NextHop> nextHops) {
    Extensions all = null;
    for (NextHop nextHop : nextHops) {
      Optional<Extensions> one = nextHop.extensions();
      if (one.isEmpty()) {
        return Optional.empty();
      }
      all = all == null ? one.get() : both(all, one.get());
    }
    return Optional.ofNullable(all);
  }

  private static Extensions both(Extensions a, Extensions b) {
    return new Extensions(
        a.pipelining() && b.pipelining(),
        a.eightBitMime() && b.eightBitMime(),
        a.smtpUtf8() && b.smtpUtf8(),
        a.dsn() && b.dsn(),
        a.enhancedStatusCodes() && b.enhancedStatusCodes(),
        smaller(a.size(), b.size()));
  }

  /** RFC 1870 §4: 0 and no SIZE at all name no limit. */
  private static long smaller(long a, long b) {
    if (a <= 0 || b <= 0) {
      return Math.max(a, b);
    }
    return Math.min(a, b);
  }
}
