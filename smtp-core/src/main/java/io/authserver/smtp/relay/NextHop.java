package io.authserver.smtp.relay;

import java.time.Duration;
import java.util.Optional;

/** A server that we relay to. Safe for many threads. */
public interface NextHop {
  /** Returns the name in the log and in metrics, {@code host:port}. */
  String name();

  /**
   * Returns what the next hop offers: asked for, cached and refreshed; the last known set while it
   * is down; empty while none is known yet (the front then answers 451 to MAIL).
   */
  Optional<Extensions> extensions();

  /**
   * Opens a transaction. Does not fail: where no connection can be had, every step of the
   * transaction is a temporary failure.
   *
   * @param wait how long to wait for a free connection of the pool; zero: not at all
   * @param further bounds the further transactions over which the recipients are split when the
   *     next hop takes only so many in one; none of them waits for a connection
   */
  RelayTransaction open(Duration wait, OpenTransactions further);

  /** Opens a transaction whose recipients are not split. */
  default RelayTransaction open(Duration wait) {
    return open(wait, new OpenTransactions(0));
  }
}
