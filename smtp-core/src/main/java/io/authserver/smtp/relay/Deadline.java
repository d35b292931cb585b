package io.authserver.smtp.relay;

import java.time.Duration;

/**
 * A point in time by which something ends.
 *
 * @param nanoTime on the clock of {@link System#nanoTime()}
 */
record Deadline(long nanoTime) {
  static Deadline after(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** Returns this, or the point after a time from now, whichever comes first. */
  Deadline orAfter(Duration time) {
    return orEarlier(after(time));
  }

  Deadline orEarlier(Deadline other) {
    return nanoTime - other.nanoTime <= 0 ? this : other;
  }

  /** Returns the point at which three quarters of the time from now to this are over. */
  Deadline early() {
    return new Deadline(nanoTime - Math.max(0, remainingNanos() / 4));
  }

  boolean hasPassed() {
    return remainingNanos() <= 0;
  }

  long remainingNanos() {
    return nanoTime - System.nanoTime();
  }

  /** Returns what is left as a socket timeout: at least 1 ms, since 0 would wait for ever. */
  int remainingMillis() {
    return Math.clamp((remainingNanos() + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
  }
}
