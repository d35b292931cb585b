package io.authserver.smtp.message;

import java.util.concurrent.atomic.AtomicLong;

/** How much memory the messages of a whole daemon may take together. Safe for many threads. */
public final class MemoryBudget {
  /** What the design gives a daemon, in bytes: 64 MiB. */
  public static final long DEFAULT_BYTES = 64L << 20;

  private final long capacity;
  private final AtomicLong used = new AtomicLong();

  /**
   * Makes a budget.
   *
   * @param capacity in bytes; 0 sends every message to the spool
   */
  public MemoryBudget(long capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException("memory budget: " + capacity);
    }
    this.capacity = capacity;
  }

  /** Takes bytes if that many are left. */
  public boolean tryReserve(long bytes) {
    if (used.addAndGet(bytes) <= capacity) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** Gives bytes back. */
  public void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Returns how many bytes are taken. */
  public long used() {
    return used.get();
  }

  /** Returns how many bytes there are in all. */
  public long capacity() {
    return capacity;
  }
}
