package io.authserver.db.migrate;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A connection that acts as authserver_owner. */
final class OwnerConnection implements AutoCloseable {
  /** "authserver" in a phone's letters: nobody else's lock by chance. */
  private static final long LOCK = 2_884_737_837L;

  private static final Duration LOCK_WAIT = Duration.ofSeconds(60);

  private final Connection connection;

  private OwnerConnection(Connection connection) {
    this.connection = connection;
  }

  /** What is done as the owner. */
  interface Work<T> {
    T run(Connection connection) throws SQLException, AuthDatabaseException;
  }

  /** Works as the owner, in no transaction of its own. */
  static <T> T call(DatabaseUrl url, Work<T> work) throws AuthDatabaseException {
    try (OwnerConnection owner = open(url)) {
      return work.run(owner.connection);
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    }
  }

  /** Works as the owner while nobody else does so. */
  static <T> T callAlone(DatabaseUrl url, Work<T> work) throws AuthDatabaseException {
    return call(
        url,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout = " + LOCK_WAIT.toMillis());
            // A session's lock: it ends with the connection, whatever happens.
            statement.execute("SELECT pg_catalog.pg_advisory_lock(" + LOCK + ")");
          } catch (SQLException e) {
            if ("55P03".equals(e.getSQLState())) {
              throw AuthDatabaseException.unreachable(
                  "another migration has been running for " + LOCK_WAIT.toSeconds() + " s", e);
            }
            throw e;
          }
          return work.run(connection);
        });
  }

  private static OwnerConnection open(DatabaseUrl url) throws AuthDatabaseException {
    Connection connection =
        url.connect("authserver migrate", DatabaseUrl.Server.PRIMARY, Duration.ofMinutes(10));
    boolean ready = false;
    try {
      becomeOwner(connection);
      ready = true;
      return new OwnerConnection(connection);
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    } finally {
      if (!ready) {
        closeQuietly(connection);
      }
    }
  }

  private static void becomeOwner(Connection connection)
      throws SQLException, AuthDatabaseException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT current_user, pg_is_in_recovery(),"
                + " EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ?),"
                + " EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'authserver')")) {
      statement.setString(1, Schema.OWNER);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getBoolean(2)) {
          throw AuthDatabaseException.unfit("this server is a replica; name the primary");
        }
        if (!row.getBoolean(3) || !row.getBoolean(4)) {
          throw AuthDatabaseException.unfit(
              "not prepared yet: `authserver db bootstrap` has to run once, as a privileged role");
        }
        try (Statement become = connection.createStatement()) {
          become.execute("SET client_min_messages = warning");
          // Where everybody may create in public, what anybody planted there is not taken for what
          // pg_catalog has: a constraint would call it for ever.
          become.execute("SET search_path = pg_catalog, pg_temp");
          become.execute("SET ROLE " + Schema.OWNER);
        } catch (SQLException e) {
          if ("42501".equals(e.getSQLState())) {
            throw AuthDatabaseException.unfit(
                "role "
                    + row.getString(1)
                    + " may not act as "
                    + Schema.OWNER
                    + ": grant it that role");
          }
          throw e;
        }
      }
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is given up for another failure, which is told.
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
