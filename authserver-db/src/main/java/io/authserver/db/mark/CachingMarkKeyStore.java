package io.authserver.db.mark;

import io.authserver.db.cache.AnswerCache;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.message.MarkKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the keys that another store found until the database says that anything may have changed,
 * which it does where they are rotated. With the database away it goes on for an hour.
 */
public final class CachingMarkKeyStore implements MarkKeyStore {
  private static final String ALL = "all";

  private final MarkKeyStore store;
  private final AnswerCache<List<MarkKey>> cache;

  /** Caches for a store; the feed tells when to forget. */
  public CachingMarkKeyStore(MarkKeyStore store, ChangeFeed feed, CacheMetrics metrics) {
    this.store = store;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Kind<>("mark_keys", 1, _ -> 1, _ -> Set.of()),
            feed,
            metrics,
            System::nanoTime);
    feed.add(cache);
  }

  @Override
  public List<MarkKey> find() throws AuthDatabaseException {
    return cache.get(Set.of(ALL), _ -> Map.of(ALL, store.find())).getOrDefault(ALL, List.of());
  }
}
