package io.authserver.smtp.relay;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many transactions with next hops one message may have open at once. Safe for many threads.
 */
public final class OpenTransactions {
  private final AtomicInteger left;

  /** Makes a bound of so many; 0 for none. */
  public OpenTransactions(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("open transactions: " + most);
    }
    this.left = new AtomicInteger(most);
  }

  /** Takes one if one is left; who took it gives it back. */
  public boolean tryTake() {
    return left.getAndUpdate(now -> Math.max(0, now - 1)) > 0;
  }

  /** Gives one back. */
  public void giveBack() {
    left.incrementAndGet();
  }
}
