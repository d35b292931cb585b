package io.authserver.smtp.relay;

import io.authserver.smtp.relay.RelayFailure.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A next hop with a bounded number of kept connections.
 *
 * <p>A transaction takes a permit, in the order of asking, and with it a kept connection that is
 * still alive, or a fresh one. One thread of the pool looks after the rest: it closes what is idle
 * for too long, ends reads and writes that take too long, and asks the next hop what it offers, at
 * the beginning and whenever the answer has grown old.
 */
public final class RelayPool implements NextHop, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RelayPool.class);

  /** After a probe that failed, the next one waits so long. */
  private static final Duration PROBE_PAUSE = Duration.ofMillis(100);

  /** How long {@link #extensions()} waits for a probe while nothing is known. */
  private static final Duration PROBE_WAIT = Duration.ofSeconds(2);

  private final NextHopConfiguration configuration;
  private final RelayMetrics metrics;
  private final Semaphore permits;
  private final Set<RelayClient> open = ConcurrentHashMap.newKeySet();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition probed = lock.newCondition();

  /** Under the lock: kept connections, the one used last first. */
  private final Deque<RelayClient> idle = new ArrayDeque<>();

  /** Under the lock: what the next hop offers, as far as known, and since when. */
  private @Nullable Extensions extensions;

  private long extensionsAt;

  /** Under the lock. */
  private boolean probing;

  /** Under the lock: no probe before this, on the clock of {@link System#nanoTime()}. */
  private long probeAgainAt;

  /** Whether the last probe failed and this has been logged. */
  private final AtomicBoolean silent = new AtomicBoolean();

  private volatile boolean closed;
  private final Thread keeper;

  private RelayPool(NextHopConfiguration configuration, RelayMetrics metrics) {
    this.configuration = configuration;
    this.metrics = metrics;
    this.permits = new Semaphore(configuration.maxConnections(), true);
    this.probeAgainAt = System.nanoTime();
    this.keeper =
        Thread.ofPlatform().daemon().name("relay-" + configuration.name()).unstarted(this::keep);
  }

  /** Makes a pool and asks the next hop, in the background, what it offers. */
  public static RelayPool start(NextHopConfiguration configuration, RelayMetrics metrics) {
    RelayPool pool = new RelayPool(configuration, metrics);
    pool.keeper.start();
    pool.requestProbe();
    return pool;
  }

  /** The same without metrics. */
  public static RelayPool start(NextHopConfiguration configuration) {
    return start(configuration, RelayMetrics.NONE);
  }

  // ---- the next hop as others see it

  @Override
  public String name() {
    return configuration.name();
  }

  /**
   * {@inheritDoc}
   *
   * <p>While none is known, it asks, and waits for the answer for 2 s at most.
   */
  @Override
  public Optional<Extensions> extensions() {
    return awaitExtensions(PROBE_WAIT);
  }

  /**
   * Waits until the next hop has said what it offers. For a daemon's start and its readiness.
   *
   * @param wait how long at most; where the next hop does not answer it returns sooner
   */
  public Optional<Extensions> awaitExtensions(Duration wait) {
    lock.lock();
    try {
      if (extensions == null) {
        long left = wait.toNanos();
        boolean asking = requestProbe();
        long pause = Math.min(left, probeAgainAt - System.nanoTime());
        // A next hop that came up after the last probe is found now: whoever is told 451 instead
        // comes
        // back after minutes.
        while (!asking && !closed && pause > 0) {
          left -= pause - probed.awaitNanos(pause);
          asking = requestProbe();
          pause = Math.min(left, probeAgainAt - System.nanoTime());
        }
        while (asking && probing && extensions == null && left > 0) {
          left = probed.awaitNanos(left);
        }
      } else if (isStale()) {
        requestProbe();
      }
      return Optional.ofNullable(extensions);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.ofNullable(extensions);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public RelayTransaction open(Duration wait, OpenTransactions further) {
    return new SplitTransaction(this, wait, further);
  }

  /** Closes idle connections now, and each of the others when its transaction is over. */
  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
    List<RelayClient> unused;
    lock.lock();
    try {
      unused = new ArrayList<>(idle);
      idle.clear();
    } finally {
      lock.unlock();
    }
    unused.forEach(this::retire);
  }

  // ---- connections, for transactions

  NextHopConfiguration configuration() {
    return configuration;
  }

  RelayMetrics metrics() {
    return metrics;
  }

  /**
   * Takes a permit and a connection, kept or fresh.
   *
   * @param wait how long to wait for the permit; those that wait get one in the order of asking
   */
  RelayClient acquire(Duration wait, Deadline deadline) throws RelayFailure {
    acquirePermit(wait, deadline);
    boolean acquired = false;
    try {
      RelayClient kept = takeIdle();
      if (kept != null) {
        metrics.connectionReused(name());
      }
      RelayClient client = kept != null ? kept : openFresh(deadline);
      acquired = true;
      return client;
    } finally {
      if (!acquired) {
        permits.release();
      }
    }
  }

  private void acquirePermit(Duration wait, Deadline deadline) throws RelayFailure {
    if (closed) {
      throw new RelayFailure(Kind.EXHAUSTED, RelayStep.POOL, "the pool is closed");
    }
    try {
      long nanos = Math.max(0, Math.min(wait.toNanos(), deadline.remainingNanos()));
      if (!permits.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
        throw new RelayFailure(Kind.EXHAUSTED, RelayStep.POOL, "no connection is free");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RelayFailure(Kind.EXHAUSTED, RelayStep.POOL, "interrupted");
    }
  }

  /** Returns how many transactions wait for a permit. */
  int waiting() {
    return permits.getQueueLength();
  }

  /** Opens a connection for the holder of a permit. */
  RelayClient openFresh(Deadline deadline) throws RelayFailure {
    RelayClient client = connect(deadline);
    learn(client.extensions());
    return client;
  }

  private RelayClient connect(Deadline deadline) throws RelayFailure {
    long started = System.nanoTime();
    RelayClient client = RelayClient.open(configuration, deadline);
    open.add(client);
    client.watched(true);
    metrics.connectionOpened(name(), Duration.ofNanos(System.nanoTime() - started));
    if (silent.getAndSet(false)) {
      LOG.info("event=next_hop_up next_hop={}", name());
    }
    return client;
  }

  /** Returns a kept connection that is alive, or null; drops the dead ones that it meets. */
  private @Nullable RelayClient takeIdle() {
    while (true) {
      RelayClient client;
      lock.lock();
      try {
        client = idle.pollFirst();
      } finally {
        lock.unlock();
      }
      if (client == null) {
        return null;
      }
      if (client.isIdleLongerThan(configuration.idle())) {
        retire(client);
      } else if (client.isQuiet()) {
        return client;
      } else {
        discard(client);
      }
    }
  }

  /** Gives back a permit, with a connection that is ready for another MAIL. */
  void release(RelayClient client) {
    client.markIdle();
    boolean keep = client.mails() < configuration.maxMessagesPerConnection();
    lock.lock();
    try {
      keep &= !closed;
      if (keep) {
        idle.addFirst(client);
      }
    } finally {
      lock.unlock();
    }
    if (!keep) {
      retire(client);
    }
    // last: who gets the permit must find the connection, or room for another one
    permits.release();
  }

  /** Gives back a permit alone. */
  void releasePermit() {
    permits.release();
  }

  /** Closes a connection that is of no use any more; the permit stays with its holder. */
  void discard(RelayClient client) {
    client.close();
    if (open.remove(client)) {
      metrics.connectionClosed(name());
    }
  }

  /** Closes a connection with QUIT (RFC 5321 §4.1.1.10), without keeping anybody waiting. */
  private void retire(RelayClient client) {
    if (open.remove(client)) {
      metrics.connectionClosed(name());
    }
    client.watched(false);
    Thread.ofVirtual().name("relay-quit").start(client::quit);
  }

  // ---- what the next hop offers

  private void learn(Extensions learned) {
    lock.lock();
    try {
      extensions = learned;
      extensionsAt = System.nanoTime();
      probed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isStale() {
    return System.nanoTime() - extensionsAt >= configuration.extensionsMaxAge().toNanos();
  }

  /**
   * Starts a probe unless one runs, or failed a moment ago.
   *
   * @return whether one runs now
   */
  private boolean requestProbe() {
    lock.lock();
    try {
      if (probing) {
        return true;
      }
      if (closed || System.nanoTime() - probeAgainAt < 0) {
        return false;
      }
      probing = true;
      Thread.ofVirtual().name("relay-probe").start(this::probe);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Opens a connection to hear EHLO's reply, and keeps it for the next transaction. */
  private void probe() {
    try {
      Deadline deadline = Deadline.after(configuration.timeouts().total());
      acquirePermit(Duration.ZERO, deadline);
      boolean released = false;
      try {
        RelayClient client = connect(deadline);
        Extensions offered = client.extensions();
        released = true;
        release(client);
        // last, so that who waits for it finds the connection ready
        learn(offered);
      } finally {
        if (!released) {
          permits.release();
        }
      }
    } catch (RelayFailure e) {
      metrics.failure(name(), e.step());
      if (!silent.getAndSet(true)) {
        LOG.warn("event=next_hop_down next_hop={} {}", name(), e.describe());
      }
    } finally {
      lock.lock();
      try {
        probing = false;
        probeAgainAt = System.nanoTime() + PROBE_PAUSE.toNanos();
        probed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  // ---- the keeper's thread

  private void keep() {
    long tick = Math.clamp(configuration.timeouts().shortest().toMillis() / 4, 10, 1000);
    if (!configuration.idle().isZero()) {
      tick = Math.clamp(configuration.idle().toMillis() / 4, 10, tick);
    }
    // transactions that are under way when the pool is closed still need an end to their reads and
    // writes
    while (!closed || !open.isEmpty()) {
      try {
        TimeUnit.MILLISECONDS.sleep(tick);
      } catch (InterruptedException e) {
        // close() wants us to look again
      }
      open.forEach(RelayClient::closeIfOverdue);
      closeIdle();
      lock.lock();
      try {
        if (extensions == null || isStale()) {
          requestProbe();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void closeIdle() {
    List<RelayClient> old = new ArrayList<>();
    lock.lock();
    try {
      idle.removeIf(client -> client.isIdleLongerThan(configuration.idle()) && old.add(client));
    } finally {
      lock.unlock();
    }
    old.forEach(this::retire);
  }
}
