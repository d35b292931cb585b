package io.authserver.db.signing;

import io.authserver.db.cache.AnswerCache;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Dependency;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps what another store found until the database says that it changed. With the database away it
 * goes on for an hour with what it has.
 */
public final class CachingSigningStore implements SigningStore {
  /** Domains and keys together: some 50 MB at most. */
  private static final int MAXIMUM_WEIGHT = 50_000;

  private final SigningStore store;
  private final AnswerCache<Optional<SigningDomain>> cache;

  /** Caches for a store; the feed tells when to forget. */
  public CachingSigningStore(SigningStore store, ChangeFeed feed, CacheMetrics metrics) {
    this.store = store;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Kind<>(
                "signing",
                MAXIMUM_WEIGHT,
                CachingSigningStore::weight,
                CachingSigningStore::dependencies),
            feed,
            metrics,
            System::nanoTime);
    feed.add(cache);
  }

  @Override
  public Map<String, SigningDomain> find(Collection<String> domains) throws AuthDatabaseException {
    Map<String, SigningDomain> found = new LinkedHashMap<>();
    cache
        .get(domains, this::load)
        .forEach((name, domain) -> domain.ifPresent(d -> found.put(name, d)));
    return found;
  }

  private Map<String, Optional<SigningDomain>> load(List<String> names)
      throws AuthDatabaseException {
    Map<String, SigningDomain> found = store.find(names);
    Map<String, Optional<SigningDomain>> answers = new LinkedHashMap<>();
    names.forEach(name -> answers.put(name, Optional.ofNullable(found.get(name))));
    return answers;
  }

  private static int weight(Optional<SigningDomain> domain) {
    return 1 + domain.map(d -> d.activeKeys().size()).orElse(0);
  }

  private static Set<Dependency> dependencies(Optional<SigningDomain> domain) {
    return Set.of(domain.map(d -> Dependency.domain(d.id())).orElse(Dependency.NOBODYS_NAMES));
  }
}
