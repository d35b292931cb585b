package io.authserver.db.migrate;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** What only a privileged role can do, once for each database: the group roles and the schema. */
public final class Bootstrap {
  private Bootstrap() {}

  /** The script, for a database administrator to read and run. */
  public static String script() {
    return SqlFiles.bootstrap();
  }

  /**
   * Runs the script, in one transaction. Running it again changes nothing.
   *
   * @param url logs in as a superuser, or as a role with CREATEROLE that may create a schema
   */
  public static void run(DatabaseUrl url) throws AuthDatabaseException {
    try (Connection connection =
            url.connect("authserver bootstrap", DatabaseUrl.Server.PRIMARY, Duration.ofMinutes(2));
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.setEscapeProcessing(false);
      statement.execute("SET LOCAL client_min_messages = warning");
      statement.execute("SET LOCAL lock_timeout = '60s'");
      // As in OwnerConnection: nothing of a stranger's is called by a privileged role.
      statement.execute("SET LOCAL search_path = pg_catalog, pg_temp");
      // Two databases of one cluster may be bootstrapped at once; roles and ACLs are rows that both
      // write.
      statement.execute("SELECT pg_catalog.pg_advisory_xact_lock(2884737838)");
      statement.execute(script());
      connection.commit();
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    }
  }
}
