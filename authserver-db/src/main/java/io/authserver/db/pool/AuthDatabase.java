package io.authserver.db.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of connections to the auth database. Safe for many threads. Opening it reaches for
 * nothing: the first statement finds out whether the database is there.
 *
 * <p>Everything ends in bounded time. After the database could not be reached, callers are told so
 * at once for a second, instead of each waiting in turn.
 */
public final class AuthDatabase implements AutoCloseable {
  private static final Duration BREATHER = Duration.ofSeconds(1);

  private final DatabaseUrl url;
  private final String applicationName;
  private final HikariDataSource pool;
  // System.nanoTime() until which nobody tries again; 0 while the database is reachable.
  private final AtomicLong restUntil = new AtomicLong();
  private volatile @Nullable String lastFailure;

  /**
   * How a pool is made.
   *
   * @param maximumConnections the bound of the pool
   * @param acquireTimeout how long a caller waits for a connection
   * @param statementTimeout how long a statement may take
   */
  public record Settings(
      DatabaseUrl url,
      String applicationName,
      DatabaseUrl.Server server,
      int maximumConnections,
      Duration acquireTimeout,
      Duration statementTimeout) {
    /** For a daemon, which reads: 8 connections, 3 s for one of them, 10 s a statement. */
    public static Settings forDaemon(DatabaseUrl url, String applicationName) {
      return new Settings(
          url,
          applicationName,
          DatabaseUrl.Server.PREFER_PRIMARY,
          8,
          Duration.ofSeconds(3),
          Duration.ofSeconds(10));
    }

    /** For a command, which writes: 2 connections, 10 s for one of them, 60 s a statement. */
    public static Settings forCommand(DatabaseUrl url, String applicationName) {
      return new Settings(
          url,
          applicationName,
          DatabaseUrl.Server.PRIMARY,
          2,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60));
    }
  }

  /** What is done with a connection; it is not kept. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    /** Does it. */
    T run(Connection connection) throws SQLException;
  }

  private AuthDatabase(Settings settings) {
    this.url = settings.url();
    this.applicationName = settings.applicationName();
    HikariConfig config = new HikariConfig();
    config.setPoolName(settings.applicationName());
    config.setDriverClassName("org.postgresql.Driver");
    config.setJdbcUrl(url.jdbcUrl());
    // The socket's timeout is the net below the statement's.
    config.setDataSourceProperties(
        url.properties(
            settings.applicationName(),
            settings.server(),
            settings.statementTimeout().plusSeconds(5)));
    config.setConnectionInitSql(
        "SET statement_timeout = "
            + settings.statementTimeout().toMillis()
            + "; SET idle_in_transaction_session_timeout = "
            + settings.statementTimeout().plusSeconds(20).toMillis());
    config.setMaximumPoolSize(settings.maximumConnections());
    config.setMinimumIdle(1);
    config.setConnectionTimeout(settings.acquireTimeout().toMillis());
    config.setValidationTimeout(Math.min(2_000, settings.acquireTimeout().toMillis()));
    config.setMaxLifetime(Duration.ofMinutes(30).toMillis());
    config.setKeepaliveTime(Duration.ofMinutes(2).toMillis());
    config.setInitializationFailTimeout(-1);
    this.pool = new HikariDataSource(config);
  }

  /** Makes a pool. Nothing is connected yet. */
  public static AuthDatabase open(Settings settings) {
    return new AuthDatabase(settings);
  }

  /**
   * Reads, each statement on its own. Where the connection turns out to be broken, once more on
   * another: what is done must be repeatable.
   */
  public <T extends @Nullable Object> T read(Work<T> work) throws AuthDatabaseException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = acquire()) {
        return work.run(connection);
      } catch (SQLException e) {
        if (attempt == 1 && AuthDatabaseException.isConnectionState(e.getSQLState())) {
          continue;
        }
        throw AuthDatabaseException.of(e);
      }
    }
  }

  /** Works in one transaction: committed where the work returns, rolled back where it throws. */
  public <T extends @Nullable Object> T transaction(Work<T> work) throws AuthDatabaseException {
    try (Connection connection = acquire()) {
      connection.setAutoCommit(false);
      // HikariCP rolls back what is not committed when the connection is handed back.
      T result = work.run(connection);
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    }
  }

  private Connection acquire() throws AuthDatabaseException {
    long until = restUntil.get();
    if (until != 0 && System.nanoTime() - until < 0) {
      String failure = lastFailure;
      throw AuthDatabaseException.unreachable(failure == null ? "unreachable" : failure, null);
    }
    try {
      Connection connection = pool.getConnection();
      restUntil.set(0);
      return connection;
    } catch (SQLException e) {
      AuthDatabaseException failure = AuthDatabaseException.of(e);
      // Without a cause the pool is merely busy.
      if (e instanceof SQLTransientConnectionException && e.getCause() != null) {
        lastFailure = String.valueOf(failure.getMessage()).replaceFirst("^database: ", "");
        long rest = System.nanoTime() + BREATHER.toNanos();
        restUntil.set(rest == 0 ? 1 : rest);
      }
      throw failure;
    }
  }

  /** Opens a connection outside of the pool, for one who waits on it. The caller closes it. */
  public Connection connectAlone(Duration socketTimeout) throws AuthDatabaseException {
    return url.connect(applicationName, DatabaseUrl.Server.PREFER_PRIMARY, socketTimeout);
  }

  /**
   * Lets every connection of the pool be replaced: the primary is back, or the server was
   * restarted.
   */
  public void renewConnections() {
    restUntil.set(0);
    HikariPoolMXBean bean = pool.getHikariPoolMXBean();
    if (bean != null) {
      bean.softEvictConnections();
    }
  }

  /** The number of connections that are in use. */
  public int connectionsInUse() {
    HikariPoolMXBean bean = pool.getHikariPoolMXBean();
    return bean == null ? 0 : bean.getActiveConnections();
  }

  /** The number of threads that wait for a connection. */
  public int threadsWaiting() {
    HikariPoolMXBean bean = pool.getHikariPoolMXBean();
    return bean == null ? 0 : bean.getThreadsAwaitingConnection();
  }

  /** Where the database is, without the password. */
  public DatabaseUrl url() {
    return url;
  }

  @Override
  public void close() {
    pool.close();
  }
}
