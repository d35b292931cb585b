package io.authserver.db.outcome;

import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.ChangeListener;
import io.authserver.db.cache.Dependency;
import io.authserver.db.cache.Freshness;
import io.authserver.db.pool.AuthDatabaseException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows from memory which envelopes have something remembered about them, so that nearly every
 * message needs no question. What this instance stores it knows at once, what others store as soon
 * as the database notifies it, far sooner than any client tries again.
 *
 * <p>With the database away it goes on for an hour with what it knew, as the caches do. Where it
 * does not know (not loaded, a replica, too many) the database is asked each time.
 */
public final class PendingEnvelopes implements OutcomeStore, ChangeListener {
  private static final Logger LOG = LoggerFactory.getLogger(PendingEnvelopes.class);

  /** Envelopes in memory, some 12 MB. */
  static final int MOST = 200_000;

  /** How long what was known counts with the database away; also when it is loaded anew. */
  static final Duration LONGEST_LIFE = Duration.ofHours(1);

  private final JdbcOutcomeStore store;
  private final Freshness freshness;
  private final int most;
  private final LongSupplier nanoTime;
  private final ReentrantLock loading = new ReentrantLock();

  /** What was known since a moment from which on nothing is missed. */
  private static final class Knowledge {
    final Set<Long> envelopes = ConcurrentHashMap.newKeySet();
    // Set once, after all that was stored before has been added.
    volatile boolean complete;
    volatile boolean tooMany;
    volatile long loadedAtNanos;
  }

  private volatile Knowledge knowledge = new Knowledge();

  /** Knows for a store; the feed tells what others store. */
  public PendingEnvelopes(JdbcOutcomeStore store, ChangeFeed feed) {
    this(store, feed, MOST, System::nanoTime);
    feed.add(this);
  }

  PendingEnvelopes(JdbcOutcomeStore store, Freshness freshness, int most, LongSupplier nanoTime) {
    this.store = store;
    this.freshness = freshness;
    this.most = most;
    this.nanoTime = nanoTime;
  }

  @Override
  public Set<Long> pending(Collection<Long> envelopes) throws AuthDatabaseException {
    Knowledge known = usable();
    if (known == null) {
      return store.pending(envelopes);
    }
    Set<Long> found = new HashSet<>();
    for (Long envelope : envelopes) {
      if (known.envelopes.contains(envelope)) {
        found.add(envelope);
      }
    }
    return found;
  }

  private @Nullable Knowledge usable() throws AuthDatabaseException {
    Knowledge now = knowledge;
    return switch (freshness.state()) {
      case LISTENING -> {
        Knowledge loaded = isYoung(now) ? now : load();
        yield loaded.tooMany ? null : loaded;
      }
      // The primary may be there nevertheless, for those who ask.
      case REPLICA -> null;
      case AWAY ->
          now.complete
                  && !now.tooMany
                  && nanoTime.getAsLong() - freshness.awaySinceNanos() < LONGEST_LIFE.toNanos()
              ? now
              : null;
    };
  }

  private boolean isYoung(Knowledge some) {
    return some.complete && nanoTime.getAsLong() - some.loadedAtNanos < LONGEST_LIFE.toNanos();
  }

  private Knowledge load() throws AuthDatabaseException {
    loading.lock();
    try {
      Knowledge now = knowledge;
      if (isYoung(now)) {
        return now;
      }
      if (now.complete) {
        // What has expired goes; notifications come into the new one from here on.
        now = new Knowledge();
        knowledge = now;
      }
      Set<Long> all = store.allPending(most + 1);
      now.envelopes.addAll(all);
      now.tooMany = now.envelopes.size() > most;
      now.loadedAtNanos = nanoTime.getAsLong();
      now.complete = true;
      if (now.tooMany) {
        LOG.warn("event=pending_envelopes state=too_many most={}", most);
      }
      return now;
    } finally {
      loading.unlock();
    }
  }

  @Override
  public Map<OutcomeKey, StoredOutcome> find(Collection<OutcomeKey> keys)
      throws AuthDatabaseException {
    return store.find(keys);
  }

  @Override
  public void store(List<NewOutcome> outcomes) throws AuthDatabaseException {
    Set<Long> envelopes =
        outcomes.stream().map(NewOutcome::envelope).collect(Collectors.toUnmodifiableSet());
    // Before: where nobody knows whether it was stored, it is looked up.
    add(knowledge, envelopes);
    store.store(outcomes);
    // And after: what was loaded meanwhile may not have seen it.
    add(knowledge, envelopes);
  }

  private void add(Knowledge known, Collection<Long> envelopes) {
    if (known.envelopes.size() > most) {
      if (known.complete && !known.tooMany) {
        LOG.warn("event=pending_envelopes state=too_many most={}", most);
      }
      known.tooMany = true;
    } else {
      known.envelopes.addAll(envelopes);
    }
  }

  @Override
  public void changed(Dependency row) {
    if (row.kind() == Dependency.Kind.OUTCOME) {
      if (row.id() == 0) {
        anythingMayHaveChanged();
      } else {
        add(knowledge, List.of(row.id()));
      }
    }
  }

  @Override
  public void anythingMayHaveChanged() {
    knowledge = new Knowledge();
    // At once, so that it is known should the database go away before the next message comes.
    Thread.ofVirtual().name("pending-envelopes").start(this::loadAhead);
  }

  private void loadAhead() {
    try {
      load();
    } catch (AuthDatabaseException e) {
      LOG.debug("event=pending_envelopes state=unknown", e);
    }
  }

  /** Returns whether what is in memory is all there is. */
  boolean isComplete() {
    return knowledge.complete;
  }
}
