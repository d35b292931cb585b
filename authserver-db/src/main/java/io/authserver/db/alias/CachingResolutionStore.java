package io.authserver.db.alias;

import io.authserver.db.cache.AnswerCache;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Dependency;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps what another store found until the database says that it changed. With the database away it
 * goes on for an hour with what it has.
 */
public final class CachingResolutionStore implements ResolutionStore {
  /** What each of the two caches keeps at most, in bytes: 16 MiB of a heap of 512. */
  private static final int CACHE_BYTES =
      (int) Math.min(Runtime.getRuntime().maxMemory() / 32, Integer.MAX_VALUE);

  /** What a kept answer takes besides its steps: key, entry, dependencies. */
  private static final int ANSWER_BYTES = 500;

  private static final int STEP_BYTES = 200;

  private final ResolutionStore store;
  private final AnswerCache<List<ResolutionStep>> routes;
  private final AnswerCache<Expansion> expansions;

  /** Caches for a store; the feed tells when to forget. */
  public CachingResolutionStore(ResolutionStore store, ChangeFeed feed, CacheMetrics metrics) {
    this(store, feed, metrics, System::nanoTime);
  }

  /** Caches for a store, with a clock that counts as {@link System#nanoTime} does. */
  public CachingResolutionStore(
      ResolutionStore store, ChangeFeed feed, CacheMetrics metrics, LongSupplier nanoTime) {
    this.store = store;
    this.routes =
        new AnswerCache<>(
            new AnswerCache.Kind<>(
                "resolution",
                CACHE_BYTES,
                route -> ANSWER_BYTES + STEP_BYTES * route.size(),
                CachingResolutionStore::dependencies),
            feed,
            metrics,
            nanoTime);
    this.expansions =
        new AnswerCache<>(
            new AnswerCache.Kind<>(
                "expansion",
                CACHE_BYTES,
                expansion -> ANSWER_BYTES + expansion.bytes(),
                Expansion::dependencies),
            feed,
            metrics,
            nanoTime);
    feed.add(routes);
    feed.add(expansions);
  }

  @Override
  public Map<String, List<ResolutionStep>> route(
      Collection<String> addresses, Consumer<Expansion> small) throws AuthDatabaseException {
    return routes.get(
        addresses,
        asked ->
            expansions.alongside(
                brought ->
                    store.route(
                        asked,
                        expansion -> {
                          brought.accept(key(expansion.listId()), expansion);
                          small.accept(expansion);
                        })));
  }

  private static String key(long listId) {
    return Long.toString(listId);
  }

  @Override
  public Expansion expand(long listId) throws AuthDatabaseException {
    String key = key(listId);
    return Objects.requireNonNull(
        expansions.get(List.of(key), _ -> Map.of(key, store.expand(listId))).get(key));
  }

  private static Set<Dependency> dependencies(List<ResolutionStep> route) {
    Set<Dependency> rows = new HashSet<>();
    route.forEach(step -> rows.addAll(Expansion.dependencies(step)));
    return rows;
  }
}
