package io.authserver.db.author;

import io.authserver.db.cache.AnswerCache;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Dependency;
import io.authserver.db.pool.AuthDatabaseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Keeps what another store answered until the database says that it changed. With the database away
 * it goes on for an hour with what it has.
 */
public final class CachingAuthorStore implements AuthorStore {
  /** What is kept at most, in bytes: 8 MiB of a heap of 512, some 8,000 authors with senders. */
  private static final int CACHE_BYTES =
      (int) Math.min(Runtime.getRuntime().maxMemory() / 64, Integer.MAX_VALUE);

  /** What a kept answer takes: key, entry, dependencies. */
  private static final int ANSWER_BYTES = 700;

  private static final int DEPENDENCY_BYTES = 150;

  private final AuthorStore store;
  private final AnswerCache<AuthorAnswer> cache;

  /** Caches for a store; the feed tells when to forget. */
  public CachingAuthorStore(AuthorStore store, ChangeFeed feed, CacheMetrics metrics) {
    this.store = store;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Kind<>(
                "author",
                CACHE_BYTES,
                answer -> ANSWER_BYTES + DEPENDENCY_BYTES * answer.domainIds().size(),
                CachingAuthorStore::dependencies),
            feed,
            metrics,
            System::nanoTime);
    feed.add(cache);
  }

  @Override
  public Map<AuthorQuestion, AuthorAnswer> judge(Collection<AuthorQuestion> questions)
      throws AuthDatabaseException {
    Map<String, AuthorQuestion> byKey = new LinkedHashMap<>();
    questions.forEach(question -> byKey.put(question.key(), question));
    Map<String, AuthorAnswer> found = cache.get(byKey.keySet(), keys -> load(keys, byKey));
    Map<AuthorQuestion, AuthorAnswer> answers = new HashMap<>();
    byKey.forEach((key, question) -> answers.put(question, Objects.requireNonNull(found.get(key))));
    return answers;
  }

  private Map<String, AuthorAnswer> load(List<String> keys, Map<String, AuthorQuestion> byKey)
      throws AuthDatabaseException {
    List<AuthorQuestion> wanted = new ArrayList<>();
    keys.forEach(key -> wanted.add(Objects.requireNonNull(byKey.get(key))));
    Map<String, AuthorAnswer> answers = new HashMap<>();
    store.judge(wanted).forEach((question, answer) -> answers.put(question.key(), answer));
    return answers;
  }

  private static Set<Dependency> dependencies(AuthorAnswer answer) {
    Set<Dependency> rows = new HashSet<>();
    answer.domainIds().forEach(id -> rows.add(Dependency.domain(id)));
    Long list = answer.listId();
    if (list != null) {
      rows.add(Dependency.list(list));
    }
    return rows;
  }
}
