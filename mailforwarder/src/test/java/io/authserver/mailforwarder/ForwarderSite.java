package io.authserver.mailforwarder;

import io.authserver.db.alias.CachingResolutionStore;
import io.authserver.db.alias.Expansion;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.author.CachingAuthorStore;
import io.authserver.db.author.JdbcAuthorStore;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Freshness;
import io.authserver.db.mark.CachingMarkKeyStore;
import io.authserver.db.mark.JdbcMarkKeyStore;
import io.authserver.db.outcome.JdbcOutcomeStore;
import io.authserver.db.outcome.JdbcReportClaims;
import io.authserver.db.outcome.PendingEnvelopes;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import io.authserver.mailforwarder.fanout.FanOutLimits;
import io.authserver.mailforwarder.fanout.ForwarderMetrics;
import io.authserver.mailforwarder.fanout.Forwarding;
import io.authserver.mailforwarder.fanout.ForwardingCost;
import io.authserver.mailforwarder.fanout.NextHops;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.FrontLimits;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A forwarder between clients and one next hop, with a real database behind a door, a count of the
 * calls to that, and a cache whose clock can be put forward.
 */
final class ForwarderSite implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(20);
  static final Srs SRS = new Srs(List.of(SrsSecret.of("s3cret")));
  static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private final TestDatabase database = TestDatabase.create();
  private final DatabaseDoor door = database.door();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong later = new AtomicLong();
  private final ScriptedNextHop hop;
  private final RelayPool relay;
  private final ChangeFeed feed;
  private final SmtpFront front;

  /**
   * Starts all.
   *
   * @param rows fills the database
   */
  ForwarderSite(ScriptedNextHop hop, String... rows) throws Exception {
    this(hop, FrontLimits.DEFAULTS, rows);
  }

  /**
   * Starts all.
   *
   * @param limits the front's
   * @param rows fills the database
   */
  ForwarderSite(ScriptedNextHop hop, FrontLimits limits, String... rows) throws Exception {
    this.hop = hop;
    database.execute(rows);
    AuthDatabase pool = database.open(door.through(database.forwarderUrl()));
    feed = ChangeFeed.start(pool);
    relay = RelayPool.start(NextHopConfiguration.of(hop.host(), hop.port(), "mx.ours.example"));
    ResolutionStore store =
        new JdbcResolutionStore(pool, new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES));
    Forwarding forwarding =
        new Forwarding(
            new CachingResolutionStore(
                counted(store), feed, CacheMetrics.NONE, () -> System.nanoTime() + later.get()),
            new JdbcSrsTokenStore(pool, InstantSource.fixed(NOW)),
            new PendingEnvelopes(new JdbcOutcomeStore(pool, Duration.ofDays(7)), feed),
            new JdbcReportClaims(pool),
            new CachingMarkKeyStore(new JdbcMarkKeyStore(pool), feed, CacheMetrics.NONE),
            new CachingAuthorStore(new JdbcAuthorStore(pool), feed, CacheMetrics.NONE),
            new Decider(SRS, null),
            new NextHops(relay, relay, Optional.empty()),
            FanOutLimits.DEFAULTS,
            new NotificationComposer("mx.ours.example", UUID::randomUUID),
            new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES),
            Envelopes.ENTRANCE,
            InstantSource.fixed(NOW),
            System::nanoTime,
            ForwarderMetrics.NONE);
    front =
        SmtpFront.builder()
            .hostName("mx.ours.example")
            .limits(limits)
            .headerCost(new ForwardingCost())
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .extensions(relay::extensions)
            .transactions(forwarding)
            .build();
    relay.awaitExtensions(SOON);
    front.start();
    awaitChanges();
  }

  /** Waits until changes are heard of; before that, nothing is cached for long. */
  void awaitChanges() {
    long end = System.nanoTime() + SOON.toNanos();
    while (feed.state() != Freshness.State.LISTENING) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the feed does not listen");
      }
      Thread.onSpinWait();
    }
  }

  TestDatabase database() {
    return database;
  }

  DatabaseDoor door() {
    return door;
  }

  ScriptedNextHop hop() {
    return hop;
  }

  InetSocketAddress address() {
    return front.localAddresses().getFirst();
  }

  /** Returns how often the database was asked about addresses. */
  int calls() {
    return calls.get();
  }

  /** Puts the cache's clock forward. */
  void later(Duration by) {
    later.addAndGet(by.toNanos());
  }

  @Override
  public void close() {
    front.close();
    feed.close();
    relay.close();
    hop.close();
    database.close();
  }

  /** Counts the questions to the database. */
  private ResolutionStore counted(ResolutionStore store) {
    return new ResolutionStore() {
      @Override
      public Map<String, List<ResolutionStep>> route(
          Collection<String> addresses, Consumer<Expansion> small) throws AuthDatabaseException {
        calls.incrementAndGet();
        return store.route(addresses, small);
      }

      @Override
      public Expansion expand(long listId) throws AuthDatabaseException {
        calls.incrementAndGet();
        return store.expand(listId);
      }
    };
  }
}
