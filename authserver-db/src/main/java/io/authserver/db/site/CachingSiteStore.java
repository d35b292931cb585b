package io.authserver.db.site;

import io.authserver.db.cache.AnswerCache;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Keeps what another store found until the database says that anything may have changed, which it
 * does where the site is edited. With the database away it goes on for an hour.
 */
public final class CachingSiteStore implements SiteStore {
  private static final String ALL = "all";

  private final SiteStore store;
  private final AnswerCache<Integer> cache;

  /** Caches for a store; the feed tells when to forget. */
  public CachingSiteStore(SiteStore store, ChangeFeed feed, CacheMetrics metrics) {
    this.store = store;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Kind<>("site", 1, _ -> 1, _ -> Set.of()),
            feed,
            metrics,
            System::nanoTime);
    feed.add(cache);
  }

  @Override
  public int maxTargets() throws AuthDatabaseException {
    return Objects.requireNonNull(
        cache.get(Set.of(ALL), _ -> Map.of(ALL, store.maxTargets())).get(ALL));
  }
}
