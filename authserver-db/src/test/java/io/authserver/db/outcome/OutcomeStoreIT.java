package io.authserver.db.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Dependency;
import io.authserver.db.cache.Freshness;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.LoggerFactory;

@Execution(ExecutionMode.CONCURRENT)
class OutcomeStoreIT {
  private static final Duration LIFETIME = Duration.ofDays(7);
  private static final Duration SOON = Duration.ofSeconds(20);

  private TestDatabase database;
  private DatabaseDoor door;
  private AuthDatabase pool;
  private JdbcOutcomeStore store;

  @BeforeEach
  void create() {
    database = TestDatabase.create();
    door = database.door();
    pool = database.open(door.through(database.forwarderUrl()));
    store = new JdbcOutcomeStore(pool, LIFETIME);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private static OutcomeKey key(int number) {
    return new OutcomeKey(ByteBuffer.allocate(OutcomeKey.SIZE).putInt(number).array());
  }

  private static NewOutcome outcome(int number, OutcomeKind kind, String reply) {
    return new NewOutcome(key(number), number, kind, reply);
  }

  private void store(int number, OutcomeKind kind) throws Exception {
    store.store(List.of(outcome(number, kind, kind == OutcomeKind.REFUSED ? "550 no" : "")));
  }

  private OutcomeKind kind(int number) throws Exception {
    return store.find(List.of(key(number))).get(key(number)).kind();
  }

  private long rows() throws Exception {
    return store.allPending(Integer.MAX_VALUE).size();
  }

  @Test
  void whatIsStoredIsFoundAndNothingElse() throws Exception {
    assertEquals(0, store.find(List.of(key(1), key(2))).size());
    store.store(
        List.of(
            outcome(1, OutcomeKind.DELIVERED, ""),
            outcome(2, OutcomeKind.REFUSED, "550 5.1.1 gone"),
            outcome(3, OutcomeKind.DEFERRED, "")));
    var found = store.find(List.of(key(1), key(2), key(4)));
    assertEquals(Set.of(key(1), key(2)), found.keySet());
    assertEquals(OutcomeKind.REFUSED, found.get(key(2)).kind());
    assertEquals("550 5.1.1 gone", found.get(key(2)).reply());
    assertEquals("", found.get(key(1)).reply());
    assertTrue(found.get(key(1)).age().compareTo(Duration.ofMinutes(5)) < 0);
    assertEquals(Set.of(1L, 3L), store.pending(List.of(1L, 3L, 9L)));
    assertEquals(Set.of(), store.pending(List.of()));
  }

  @Test
  void whatIsFinalStaysSoAndTheFirstSightToo() throws Exception {
    store(1, OutcomeKind.DEFERRED);
    database.execute("UPDATE authserver.delivery_outcome SET first_seen = now() - interval '3 h'");
    store(1, OutcomeKind.DEFERRED);
    assertEquals(3, store.find(List.of(key(1))).get(key(1)).age().toHours());
    store(1, OutcomeKind.DELIVERED);
    assertEquals(3, store.find(List.of(key(1))).get(key(1)).age().toHours());
    for (OutcomeKind later : OutcomeKind.values()) {
      store(1, later);
      assertEquals(OutcomeKind.DELIVERED, kind(1));
    }
    store(2, OutcomeKind.REFUSED);
    store(2, OutcomeKind.DEFERRED);
    assertEquals(OutcomeKind.REFUSED, kind(2));
    store(2, OutcomeKind.REPORTED);
    store(2, OutcomeKind.DEFERRED);
    assertEquals(OutcomeKind.REPORTED, kind(2));
  }

  @Test
  void manyAtOnceTheSameTwiceAndByTwo() throws Exception {
    List<NewOutcome> many = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      many.add(outcome(i, OutcomeKind.DELIVERED, ""));
    }
    many.add(many.getFirst());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> both = new ArrayList<>();
      for (List<NewOutcome> order : List.of(many, many.reversed())) {
        both.add(
            threads.submit(
                () -> {
                  store.store(order);
                  return null;
                }));
      }
      for (Future<?> each : both) {
        each.get();
      }
    }
    assertEquals(20_000, store.find(many.stream().map(NewOutcome::key).toList()).size());
  }

  @Test
  void whatHasExpiredGoesAsFastAsNewComes() throws Exception {
    List<NewOutcome> old = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      old.add(outcome(i, OutcomeKind.DELIVERED, ""));
    }
    store.store(old);
    database.execute(
        "UPDATE authserver.delivery_outcome SET first_seen = now() - interval '7 days 1 minute'");
    store(1_000, OutcomeKind.DEFERRED);
    assertEquals(250 - 102 + 1, rows());
    store(1_001, OutcomeKind.DEFERRED);
    store(1_002, OutcomeKind.DEFERRED);
    assertEquals(3, rows());
  }

  @Test
  void aDatabaseThatIsAwayOrOnlyReadableIsAFailure() throws Exception {
    database.execute(
        "ALTER ROLE test_forwarder IN DATABASE "
            + database.forwarderUrl().replaceFirst(".*/", "")
            + " SET default_transaction_read_only = on");
    pool.renewConnections();
    JdbcOutcomeStore readOnly =
        new JdbcOutcomeStore(database.open(database.forwarderUrl()), LIFETIME);
    assertThrows(
        AuthDatabaseException.class,
        () -> readOnly.store(List.of(outcome(1, OutcomeKind.DELIVERED, ""))));
    door.shut();
    assertThrows(AuthDatabaseException.class, () -> store.find(List.of(key(1))));
    assertThrows(AuthDatabaseException.class, () -> store.pending(List.of(1L)));
    assertThrows(AuthDatabaseException.class, () -> store(1, OutcomeKind.DELIVERED));
  }

  // ---- from memory

  @Test
  void anInstanceKnowsWhatAnotherStored() throws Exception {
    store(1, OutcomeKind.DELIVERED);
    try (ChangeFeed feed = ChangeFeed.start(pool)) {
      PendingEnvelopes here = new PendingEnvelopes(store, feed);
      await(() -> feed.state() == Freshness.State.LISTENING);
      assertEquals(Set.of(1L), here.pending(List.of(1L, 2L, 3L)));
      // by this instance, then by another one
      here.store(List.of(outcome(2, OutcomeKind.DEFERRED, "")));
      assertEquals(Set.of(1L, 2L), here.pending(List.of(1L, 2L, 3L)));
      new JdbcOutcomeStore(database.open(database.forwarderUrl()), LIFETIME)
          .store(List.of(outcome(3, OutcomeKind.DEFERRED, "")));
      await(() -> here.pending(List.of(3L)).size() == 1);

      // with the database away, from memory
      door.shut();
      await(() -> feed.state() == Freshness.State.AWAY);
      assertEquals(Set.of(3L), here.pending(List.of(3L, 4L)));
      // what another one stored meanwhile
      database.execute(
          "SELECT authserver.forwarder_store_outcomes(ARRAY[sha256('4')], ARRAY[4]::bigint[],"
              + " ARRAY['deferred'], ARRAY[NULL], 999999)");
      door.open();
      await(() -> feed.state() == Freshness.State.LISTENING);
      assertEquals(Set.of(3L, 4L), here.pending(List.of(3L, 4L, 5L)));
    }
  }

  /**
   * Symptom: the database went away before a message had come, and mail that was in the caches was
   * deferred. Cause: what is pending was loaded with the first message.
   */
  @Test
  void whatIsPendingIsKnownBeforeAMessageComes() throws Exception {
    store(1, OutcomeKind.DELIVERED);
    try (ChangeFeed feed = ChangeFeed.start(pool)) {
      PendingEnvelopes here = new PendingEnvelopes(store, feed);
      await(() -> feed.state() == Freshness.State.LISTENING && here.isComplete());
      door.shut();
      await(() -> feed.state() == Freshness.State.AWAY);
      assertEquals(Set.of(1L), here.pending(List.of(1L, 2L)));
    }
  }

  /** A thousand envelopes are notified in one word. */
  @Test
  void manyAreLoadedAnew() throws Exception {
    try (ChangeFeed feed = ChangeFeed.start(pool)) {
      PendingEnvelopes here = new PendingEnvelopes(store, feed);
      await(() -> feed.state() == Freshness.State.LISTENING);
      assertEquals(Set.of(), here.pending(List.of(5L)));
      List<NewOutcome> many = new ArrayList<>();
      for (int i = 1; i <= 1_001; i++) {
        many.add(outcome(i, OutcomeKind.DELIVERED, ""));
      }
      new JdbcOutcomeStore(database.open(database.forwarderUrl()), LIFETIME).store(many);
      await(() -> here.pending(List.of(5L)).size() == 1);
    }
  }

  @Test
  void whatIsNotKnownIsAsked() throws Exception {
    Fixed freshness = new Fixed();
    AtomicLong now = new AtomicLong();
    PendingEnvelopes few = new PendingEnvelopes(store, freshness, 3, now::get);
    store(1, OutcomeKind.DEFERRED);
    freshness.state = Freshness.State.REPLICA;
    assertEquals(Set.of(1L), few.pending(List.of(1L, 2L)));
    freshness.state = Freshness.State.AWAY;
    assertEquals(Set.of(1L), few.pending(List.of(1L, 2L)), "never loaded");
    freshness.state = Freshness.State.LISTENING;
    assertEquals(Set.of(1L), few.pending(List.of(1L, 2L)));

    // Nobody notified this: what was loaded counts for an hour.
    store(2, OutcomeKind.DEFERRED);
    assertEquals(Set.of(1L), few.pending(List.of(1L, 2L)));
    few.changed(Dependency.domain(2));
    assertEquals(Set.of(1L), few.pending(List.of(1L, 2L)));
    now.addAndGet(PendingEnvelopes.LONGEST_LIFE.toNanos());
    assertEquals(Set.of(1L, 2L), few.pending(List.of(1L, 2L)));

    // Away for an hour: nobody knows any more.
    freshness.state = Freshness.State.AWAY;
    freshness.since = now.get();
    store(3, OutcomeKind.DEFERRED);
    assertEquals(Set.of(), few.pending(List.of(3L)));
    now.addAndGet(PendingEnvelopes.LONGEST_LIFE.toNanos());
    assertEquals(Set.of(3L), few.pending(List.of(3L)));
  }

  @Test
  void overItsBoundEveryEnvelopeIsAskedAboutAndThatIsSaid() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(PendingEnvelopes.class);
    logger.addAppender(log);
    try {
      AtomicLong now = new AtomicLong();
      PendingEnvelopes few = new PendingEnvelopes(store, new Fixed(), 3, now::get);
      for (int i = 1; i <= 3; i++) {
        store(i, OutcomeKind.DEFERRED);
      }
      assertEquals(Set.of(3L), few.pending(List.of(3L, 4L)));
      // Nobody notified this, so it is not known: at the bound memory decides.
      store(4, OutcomeKind.DEFERRED);
      assertEquals(Set.of(3L), few.pending(List.of(3L, 4L)));
      assertEquals(0, log.list.size());

      now.addAndGet(PendingEnvelopes.LONGEST_LIFE.toNanos());
      assertEquals(Set.of(3L, 4L), few.pending(List.of(3L, 4L)));
      store(5, OutcomeKind.DEFERRED);
      assertEquals(Set.of(4L, 5L), few.pending(List.of(4L, 5L)));
      assertEquals(
          List.of("event=pending_envelopes state=too_many most=3"),
          log.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    } finally {
      logger.detachAppender(log);
    }
  }

  private static final class Fixed implements Freshness {
    private State state = State.LISTENING;
    private long since;

    @Override
    public State state() {
      return state;
    }

    @Override
    public long awaySinceNanos() {
      return since;
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + SOON.toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "it does not come true");
      LockSupport.parkNanos(1_000_000);
    }
  }
}
