package io.authserver.db.cache;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for changes of the database on a connection of its own, in a thread of its own, and
 * connects again for as long as it takes. After every connect it says that anything may have
 * changed.
 */
public final class ChangeFeed implements Freshness, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  /** The channel on which the triggers notify. */
  static final String CHANNEL = "authserver";

  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final Duration REPLICA_POLL = Duration.ofSeconds(2);
  // On a replica this many polls: then it looks whether another host has become the primary.
  private static final int REPLICA_POLLS = 15;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final AuthDatabase database;
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  // Written by the feed's thread.
  private volatile State state = State.AWAY;
  private volatile long awaySinceNanos = System.nanoTime();
  private volatile @Nullable Connection connection;

  private ChangeFeed(AuthDatabase database) {
    this.database = database;
    this.thread = Thread.ofVirtual().name("auth-database-changes").unstarted(this::run);
  }

  /** Starts to listen. Until the first connection stands, the database counts as away. */
  public static ChangeFeed start(AuthDatabase database) {
    ChangeFeed feed = new ChangeFeed(database);
    feed.thread.start();
    return feed;
  }

  /** Tells a listener from now on. */
  public void add(ChangeListener listener) {
    listeners.add(listener);
    listener.anythingMayHaveChanged();
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public long awaySinceNanos() {
    return awaySinceNanos;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    boolean told = false;
    while (closed.getCount() > 0) {
      try (Connection own = database.connectAlone(SOCKET_TIMEOUT)) {
        connection = own;
        if (isReplica(own)) {
          told = false;
          pause = FIRST_PAUSE;
          watchReplica(own);
        } else {
          begin(own);
          LOG.info("event=database_changes state=listening database={}", database.url());
          told = false;
          pause = FIRST_PAUSE;
          listen(own);
        }
      } catch (SQLException | AuthDatabaseException e) {
        if (closed.getCount() > 0 && !told) {
          String reason =
              e instanceof SQLException sql
                  ? AuthDatabaseException.of(sql).getMessage()
                  : e.getMessage();
          LOG.warn("event=database_changes state=away reason=\"{}\"", reason);
          told = true;
        }
      } catch (RuntimeException e) {
        LOG.error("event=database_changes state=away bug", e);
      } finally {
        connection = null;
        away();
      }
      if (rest(pause)) {
        return;
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private void away() {
    if (state != State.AWAY) {
      awaySinceNanos = System.nanoTime();
      state = State.AWAY;
    }
  }

  /** Waits; returns whether the feed was closed meanwhile. */
  private boolean rest(Duration pause) {
    try {
      return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void begin(Connection own) throws SQLException {
    try (Statement statement = own.createStatement()) {
      statement.execute("LISTEN " + CHANNEL);
    }
    // From here on nothing is missed. What came before, and what a replica said, goes.
    database.renewConnections();
    listeners.forEach(ChangeListener::anythingMayHaveChanged);
    state = State.LISTENING;
  }

  private void listen(Connection own) throws SQLException {
    PGConnection notified = own.unwrap(PGConnection.class);
    while (closed.getCount() > 0) {
      PGNotification[] notifications =
          notified.getNotifications(Math.toIntExact(SILENCE.toMillis()));
      if (notifications == null || notifications.length == 0) {
        // Silence may be a connection that is dead; a primary may have become a replica.
        if (isReplica(own)) {
          return;
        }
        continue;
      }
      for (PGNotification notification : notifications) {
        tell(notification.getParameter());
      }
    }
  }

  private void watchReplica(Connection own) throws SQLException {
    listeners.forEach(ChangeListener::anythingMayHaveChanged);
    if (state != State.REPLICA) {
      LOG.warn("event=database_changes state=replica database={}", database.url());
      state = State.REPLICA;
    }
    for (int i = 0; i < REPLICA_POLLS && isReplica(own); i++) {
      if (rest(REPLICA_POLL)) {
        return;
      }
    }
  }

  private static boolean isReplica(Connection own) throws SQLException {
    try (Statement statement = own.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private void tell(String payload) {
    int space = payload.indexOf(' ');
    String kind = space < 0 ? payload : payload.substring(0, space);
    try {
      long id = Long.parseLong(payload.substring(space + 1));
      switch (kind) {
        case "domain" -> listeners.forEach(l -> l.changed(Dependency.domain(id)));
        case "list" -> listeners.forEach(l -> l.changed(Dependency.list(id)));
        case "outcome" -> listeners.forEach(l -> l.changed(Dependency.outcome(id)));
        default -> listeners.forEach(ChangeListener::anythingMayHaveChanged);
      }
    } catch (NumberFormatException e) {
      // Anybody may notify: what is not understood costs the cache, no more.
      listeners.forEach(ChangeListener::anythingMayHaveChanged);
    }
  }

  /** Stops listening, within seconds. */
  @Override
  public void close() {
    closed.countDown();
    Connection own = connection;
    if (own != null) {
      try {
        own.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.debug("event=database_changes state=closing", e);
      }
    }
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
