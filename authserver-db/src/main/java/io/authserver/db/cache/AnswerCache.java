package io.authserver.db.cache;

import io.authserver.db.cache.CacheMetrics.Event;
import io.authserver.db.pool.AuthDatabaseException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * Answers of the database, kept until a row that they rest on changes. Bounded; the least recently
 * used go first. Several threads that miss the same key ask once. Safe for many threads.
 *
 * @param <V> an answer, immutable
 */
public final class AnswerCache<V> implements ChangeListener {
  /** How long an answer holds that no notification can take back. */
  static final Duration UNWATCHED_LIFE = Duration.ofSeconds(5);

  /** How long answers are still given with the database away; also how long any lives. */
  static final Duration LONGEST_LIFE = Duration.ofHours(1);

  private static final Duration WAIT_FOR_ANOTHER = Duration.ofSeconds(30);

  /** Asks the database for answers to all keys, in one query; each key gets one. */
  @FunctionalInterface
  public interface Loader<V> {
    /** Asks. */
    Map<String, V> load(List<String> keys) throws AuthDatabaseException;
  }

  /** Asks the database something else, and hands over the answers for a cache that come along. */
  @FunctionalInterface
  public interface Question<R, V> {
    /** Asks. */
    R ask(BiConsumer<String, V> brought) throws AuthDatabaseException;
  }

  /**
   * What a cache holds.
   *
   * @param name for the metrics
   * @param maximumWeight the bound of all answers' weights together
   * @param weigher the weight of an answer, 1 or more
   * @param dependencies the rows that an answer rests on
   */
  public record Kind<V>(
      String name,
      int maximumWeight,
      ToIntFunction<V> weigher,
      Function<V, Set<Dependency>> dependencies) {}

  private record Answer<V>(V value, int weight, Set<Dependency> dependencies, long loadedAtNanos) {}

  /** A query under way. What changes meanwhile is not kept of its answers. */
  private static final class Load {
    // Both guarded by the cache's lock.
    final Set<Dependency> changedMeanwhile = new HashSet<>();
    boolean anythingMayHaveChanged;
  }

  private final Kind<V> kind;
  private final Freshness freshness;
  private final CacheMetrics metrics;
  // Monotonic: a clock that is set must not make answers younger.
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  // All guarded by the lock.
  private final LinkedHashMap<String, Answer<V>> answers = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<Dependency, Set<String>> byDependency = new HashMap<>();
  private final Map<String, CompletableFuture<V>> flights = new HashMap<>();
  private final Set<Load> loads = new HashSet<>();
  private long weight;

  public AnswerCache(
      Kind<V> kind, Freshness freshness, CacheMetrics metrics, LongSupplier nanoTime) {
    this.kind = kind;
    this.freshness = freshness;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /**
   * Answers all keys: from the cache where that is fresh, else from the loader; where that cannot
   * reach the database, from the cache although it is not fresh, for at most an hour.
   *
   * @throws AuthDatabaseException where one key has no answer
   */
  public Map<String, V> get(Collection<String> keys, Loader<V> loader)
      throws AuthDatabaseException {
    Map<String, V> found = new LinkedHashMap<>();
    Map<String, CompletableFuture<V>> others = new LinkedHashMap<>();
    Map<String, CompletableFuture<V>> mine = new LinkedHashMap<>();
    Load load = new Load();
    lock.lock();
    try {
      for (String key : new HashSet<>(keys)) {
        Answer<V> answer = answers.get(key);
        if (answer != null && isFresh(answer)) {
          found.put(key, answer.value());
          continue;
        }
        CompletableFuture<V> flight = flights.get(key);
        if (flight != null) {
          others.put(key, flight);
        } else {
          CompletableFuture<V> started = new CompletableFuture<>();
          flights.put(key, started);
          mine.put(key, started);
        }
      }
      if (!mine.isEmpty()) {
        loads.add(load);
      }
    } finally {
      lock.unlock();
    }
    count(Event.HIT, found.size());
    if (!mine.isEmpty()) {
      found.putAll(load(mine, load, loader));
    }
    for (Map.Entry<String, CompletableFuture<V>> other : others.entrySet()) {
      found.put(other.getKey(), await(other.getKey(), other.getValue()));
    }
    return found;
  }

  private Map<String, V> load(Map<String, CompletableFuture<V>> mine, Load load, Loader<V> loader)
      throws AuthDatabaseException {
    List<String> keys = List.copyOf(mine.keySet());
    try {
      Map<String, V> loaded = loader.load(keys);
      keep(loaded, load);
      count(Event.MISS, keys.size());
      mine.forEach((key, flight) -> flight.complete(loaded.get(key)));
      return loaded;
    } catch (AuthDatabaseException e) {
      mine.values().forEach(flight -> flight.completeExceptionally(e));
      return stale(keys, e);
    } catch (RuntimeException e) {
      // A limit that the loader met is met for those who wait for it as well.
      mine.values().forEach(flight -> flight.completeExceptionally(e));
      throw e;
    } finally {
      // A no-op but for a bug in the loader: nobody must wait for what will not come.
      IllegalStateException bug = new IllegalStateException("the loader gave no answer");
      mine.values().forEach(flight -> flight.completeExceptionally(bug));
      lock.lock();
      try {
        loads.remove(load);
        mine.forEach(flights::remove);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Asks a question whose answer brings answers for this cache along, and keeps them as it keeps
   * those of a loader.
   */
  public <R> R alongside(Question<R, V> question) throws AuthDatabaseException {
    Load load = new Load();
    Map<String, V> brought = new HashMap<>();
    lock.lock();
    try {
      loads.add(load);
    } finally {
      lock.unlock();
    }
    try {
      R answer = question.ask(brought::put);
      keep(brought, load);
      return answer;
    } finally {
      lock.lock();
      try {
        loads.remove(load);
      } finally {
        lock.unlock();
      }
    }
  }

  private V await(String key, CompletableFuture<V> flight) throws AuthDatabaseException {
    try {
      V value = flight.get(WAIT_FOR_ANOTHER.toMillis(), TimeUnit.MILLISECONDS);
      count(Event.HIT, 1);
      return value;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthDatabaseException failure) {
        V value = stale(List.of(key), failure).get(key);
        if (value != null) {
          return value;
        }
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw AuthDatabaseException.unreachable("no answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw AuthDatabaseException.unreachable("interrupted", e);
    }
  }

  /**
   * The kept answers to all keys, or the failure where one is missing, too old, or not asked for in
   * vain.
   */
  private Map<String, V> stale(List<String> keys, AuthDatabaseException failure)
      throws AuthDatabaseException {
    if (!failure.isUnreachable()) {
      throw failure;
    }
    Map<String, V> found = new HashMap<>();
    lock.lock();
    try {
      for (String key : keys) {
        Answer<V> answer = answers.get(key);
        if (answer == null || nanoTime.getAsLong() - knownUntil(answer) >= LONGEST_LIFE.toNanos()) {
          throw failure;
        }
        found.put(key, answer.value());
      }
    } finally {
      lock.unlock();
    }
    count(Event.STALE, keys.size());
    return found;
  }

  /** Until when an answer is known to have been true. */
  private long knownUntil(Answer<V> answer) {
    if (freshness.state() != Freshness.State.AWAY) {
      return answer.loadedAtNanos();
    }
    long away = freshness.awaySinceNanos();
    return away - answer.loadedAtNanos() > 0 ? away : answer.loadedAtNanos();
  }

  private boolean isFresh(Answer<V> answer) {
    Duration life = freshness.state() == Freshness.State.LISTENING ? LONGEST_LIFE : UNWATCHED_LIFE;
    return nanoTime.getAsLong() - answer.loadedAtNanos() < life.toNanos();
  }

  private void keep(Map<String, V> loaded, Load load) {
    int evicted = 0;
    lock.lock();
    try {
      for (Map.Entry<String, V> entry : loaded.entrySet()) {
        V value = entry.getValue();
        Answer<V> answer =
            new Answer<>(
                value,
                kind.weigher().applyAsInt(value),
                Set.copyOf(kind.dependencies().apply(value)),
                nanoTime.getAsLong());
        forget(entry.getKey());
        if (!load.anythingMayHaveChanged
            && Collections.disjoint(load.changedMeanwhile, answer.dependencies())
            && answer.weight() <= kind.maximumWeight()) {
          remember(entry.getKey(), answer);
        }
      }
      while (weight > kind.maximumWeight()) {
        forget(answers.firstEntry().getKey());
        evicted++;
      }
    } finally {
      lock.unlock();
    }
    count(Event.EVICTED, evicted);
  }

  private void remember(String key, Answer<V> answer) {
    answers.put(key, answer);
    weight += answer.weight();
    for (Dependency dependency : answer.dependencies()) {
      byDependency.computeIfAbsent(dependency, d -> new HashSet<>()).add(key);
    }
  }

  private boolean forget(String key) {
    Answer<V> answer = answers.remove(key);
    if (answer == null) {
      return false;
    }
    weight -= answer.weight();
    for (Dependency dependency : answer.dependencies()) {
      Set<String> keys = byDependency.get(dependency);
      if (keys != null && keys.remove(key) && keys.isEmpty()) {
        byDependency.remove(dependency);
      }
    }
    return true;
  }

  @Override
  public void changed(Dependency row) {
    int dropped = 0;
    lock.lock();
    try {
      // A query that was sent before the change may answer with what was before it: nobody else
      // waits for it.
      loads.forEach(load -> load.changedMeanwhile.add(row));
      flights.clear();
      Set<String> keys = byDependency.get(row);
      for (String key : keys == null ? List.<String>of() : List.copyOf(keys)) {
        dropped += forget(key) ? 1 : 0;
      }
    } finally {
      lock.unlock();
    }
    count(Event.DROPPED, dropped);
  }

  @Override
  public void anythingMayHaveChanged() {
    int dropped;
    lock.lock();
    try {
      loads.forEach(load -> load.anythingMayHaveChanged = true);
      flights.clear();
      dropped = answers.size();
      answers.clear();
      byDependency.clear();
      weight = 0;
    } finally {
      lock.unlock();
    }
    count(Event.DROPPED, dropped);
  }

  /** The number of answers that are kept. */
  public int size() {
    lock.lock();
    try {
      return answers.size();
    } finally {
      lock.unlock();
    }
  }

  private void count(Event event, int count) {
    if (count > 0) {
      metrics.count(kind.name(), event, count);
    }
  }
}
