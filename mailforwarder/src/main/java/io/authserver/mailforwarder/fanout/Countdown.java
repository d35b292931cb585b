package io.authserver.mailforwarder.fanout;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The time that is left before our client must have its reply. */
final class Countdown {
  private final LongSupplier nanoTime;
  private final long end;

  Countdown(LongSupplier nanoTime, Duration time) {
    this.nanoTime = nanoTime;
    this.end = nanoTime.getAsLong() + time.toNanos();
  }

  boolean isOver() {
    return end - nanoTime.getAsLong() <= 0;
  }

  /** Returns what is left, at least a millisecond. */
  Duration remaining() {
    return Duration.ofNanos(Math.max(1_000_000, end - nanoTime.getAsLong()));
  }
}
