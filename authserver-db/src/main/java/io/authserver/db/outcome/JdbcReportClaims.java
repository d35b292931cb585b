package io.authserver.db.outcome;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

/** Asks {@code authserver.forwarder_claim_report}. */
public final class JdbcReportClaims implements ReportClaims {
  private final AuthDatabase database;

  /** Asks this database. */
  public JdbcReportClaims(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public boolean claim(String address) throws AuthDatabaseException {
    return database.transaction(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT authserver.forwarder_claim_report(?)")) {
            statement.setString(1, address);
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              return rows.getBoolean(1);
            }
          }
        });
  }
}
