package io.authserver.db.mark;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.message.MarkKey;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Asks {@code authserver.mark_keys} each time. */
public final class JdbcMarkKeyStore implements MarkKeyStore {
  private final AuthDatabase database;

  public JdbcMarkKeyStore(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public List<MarkKey> find() throws AuthDatabaseException {
    List<MarkKey> keys =
        database.read(
            connection -> {
              List<MarkKey> found = new ArrayList<>();
              try (Statement statement = connection.createStatement();
                  ResultSet rows =
                      statement.executeQuery("SELECT key FROM authserver.mark_keys()")) {
                while (rows.next()) {
                  found.add(MarkKey.of(rows.getBytes(1)));
                }
              }
              return List.copyOf(found);
            });
    if (keys.isEmpty()) {
      throw AuthDatabaseException.unfit("it has no mark key; run `authserver dkim maintain`");
    }
    return keys;
  }
}
