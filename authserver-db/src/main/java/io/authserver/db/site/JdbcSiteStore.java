package io.authserver.db.site;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.ResultSet;
import java.sql.Statement;

/** Asks {@code authserver.forwarder_max_targets} each time. */
public final class JdbcSiteStore implements SiteStore {
  private final AuthDatabase database;

  public JdbcSiteStore(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public int maxTargets() throws AuthDatabaseException {
    int found =
        database.read(
            connection -> {
              try (Statement statement = connection.createStatement();
                  ResultSet row =
                      statement.executeQuery("SELECT authserver.forwarder_max_targets()")) {
                row.next();
                return row.getInt(1);
              }
            });
    if (found < 1) {
      throw AuthDatabaseException.unfit("it has no row in authserver.site");
    }
    return found;
  }
}
