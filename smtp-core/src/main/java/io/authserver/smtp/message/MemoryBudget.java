package io.authserver.smtp.message;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How much memory a whole daemon may take for one purpose. Whoever needs some reserves it before he
 * allocates, and gives it back when he is done. Safe for many threads.
 */
public final class MemoryBudget {
  /** What the design gives a daemon for the content of messages, in bytes: 64 MiB. */
  public static final long DEFAULT_BYTES = 64L << 20;

  /** What the design gives a daemon for what cannot be spooled, in bytes: 64 MiB. */
  public static final long DEFAULT_WORKING_BYTES = 64L << 20;

  private final long capacity;
  private final @Nullable MemoryBudget whole;
  private final AtomicLong used = new AtomicLong();

  /**
   * Makes a budget.
   *
   * @param capacity in bytes; 0 leaves nothing to reserve
   */
  public MemoryBudget(long capacity) {
    this(capacity, null);
  }

  private MemoryBudget(long capacity, @Nullable MemoryBudget whole) {
    if (capacity < 0) {
      throw new IllegalArgumentException("memory budget: " + capacity);
    }
    this.capacity = capacity;
    this.whole = whole;
  }

  /**
   * Returns a part of this budget for one purpose, so that others always find some: what is
   * reserved of it is reserved here too.
   *
   * @param most its capacity in bytes, at most that of this one
   */
  public MemoryBudget part(long most) {
    return new MemoryBudget(Math.min(most, capacity), this);
  }

  /** Takes bytes if that many are left; what is refused does not get in the way of others. */
  public boolean tryReserve(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("reservation: " + bytes);
    }
    long before = used.get();
    while (bytes <= capacity - before) {
      long witness = used.compareAndExchange(before, before + bytes);
      if (witness == before) {
        if (whole == null || whole.tryReserve(bytes)) {
          return true;
        }
        used.addAndGet(-bytes);
        return false;
      }
      before = witness;
    }
    return false;
  }

  /** Gives bytes back. */
  public void release(long bytes) {
    used.addAndGet(-bytes);
    if (whole != null) {
      whole.release(bytes);
    }
  }

  /** Returns a share of nothing so far. */
  public Share share() {
    return new Share(this);
  }

  /** Returns how many bytes are taken. */
  public long used() {
    return used.get();
  }

  /** Returns how many bytes there are in all. */
  public long capacity() {
    return capacity;
  }

  /** What one owner has taken of a budget, to be given back together. Used by one thread. */
  public static final class Share implements AutoCloseable {
    private final MemoryBudget budget;
    private long bytes;

    private Share(MemoryBudget budget) {
      this.budget = budget;
    }

    /** Takes more bytes if that many are left, else none. */
    public boolean tryAdd(long more) {
      if (!budget.tryReserve(more)) {
        return false;
      }
      bytes += more;
      return true;
    }

    /** Gives some of it back. */
    public void remove(long some) {
      if (some < 0 || some > bytes) {
        throw new IllegalArgumentException(some + " bytes of " + bytes);
      }
      bytes -= some;
      budget.release(some);
    }

    /** Returns how many bytes it has. */
    public long bytes() {
      return bytes;
    }

    /** Gives all of it back; it can be used again. */
    @Override
    public void close() {
      budget.release(bytes);
      bytes = 0;
    }
  }
}
