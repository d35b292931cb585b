package io.authserver.db.alias;

import io.authserver.db.cache.AnswerCache;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Dependency;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Keeps what another store found until the database says that it changed. With the database away it
 * goes on for an hour with what it has.
 */
public final class CachingResolutionStore implements ResolutionStore {
  /** Steps of all answers together: some 100 MB at most. */
  private static final int MAXIMUM_WEIGHT = 200_000;

  private final ResolutionStore store;
  private final AnswerCache<List<ResolutionStep>> cache;

  /** Caches for a store; the feed tells when to forget. */
  public CachingResolutionStore(ResolutionStore store, ChangeFeed feed, CacheMetrics metrics) {
    this(store, feed, metrics, System::nanoTime);
  }

  /** Caches for a store, with a clock that counts as {@link System#nanoTime} does. */
  public CachingResolutionStore(
      ResolutionStore store, ChangeFeed feed, CacheMetrics metrics, LongSupplier nanoTime) {
    this.store = store;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Kind<>(
                "resolution", MAXIMUM_WEIGHT, List::size, CachingResolutionStore::dependencies),
            feed,
            metrics,
            nanoTime);
    feed.add(cache);
  }

  @Override
  public List<ResolutionStep> resolve(List<String> addresses) throws AuthDatabaseException {
    Map<String, List<ResolutionStep>> answers = cache.get(addresses, this::load);
    List<ResolutionStep> steps = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      for (ResolutionStep step : answers.getOrDefault(addresses.get(i), List.of())) {
        steps.add(step.withInput(i + 1));
      }
    }
    return steps;
  }

  private Map<String, List<ResolutionStep>> load(List<String> addresses)
      throws AuthDatabaseException {
    Map<String, List<ResolutionStep>> answers = new HashMap<>();
    for (ResolutionStep step : store.resolve(addresses)) {
      answers
          .computeIfAbsent(addresses.get(step.input() - 1), address -> new ArrayList<>())
          .add(step.withInput(1));
    }
    answers.replaceAll((address, steps) -> List.copyOf(steps));
    return answers;
  }

  private static Set<Dependency> dependencies(List<ResolutionStep> steps) {
    Set<Dependency> rows = new HashSet<>();
    for (ResolutionStep step : steps) {
      Long domainId = step.domainId();
      Long listId = step.listId();
      rows.add(domainId == null ? Dependency.NOBODYS_NAMES : Dependency.domain(domainId));
      if (listId != null) {
        rows.add(Dependency.list(listId));
      }
    }
    return rows;
  }
}
