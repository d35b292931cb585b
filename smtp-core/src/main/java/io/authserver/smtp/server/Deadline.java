package io.authserver.smtp.server;

import java.time.Duration;

/** Deadlines in the time of {@link System#nanoTime()}, which may overflow. */
final class Deadline {
  private Deadline() {}

  /** Returns the deadline that is so far away. */
  static long in(Duration timeout) {
    return System.nanoTime() + timeout.toNanos();
  }

  static long earlier(long one, long other) {
    return one - other < 0 ? one : other;
  }

  static boolean hasPassed(long deadline) {
    return deadline - System.nanoTime() <= 0;
  }
}
