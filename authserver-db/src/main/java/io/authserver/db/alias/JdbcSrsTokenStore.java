package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks {@code authserver.forwarder_keep_srs_tokens} and its sibling. What was kept today is not
 * kept again today: one sender's many messages cost one write.
 */
public final class JdbcSrsTokenStore implements SrsTokenStore {
  private static final int MAX_REMEMBERED = 10_000;
  private static final long SECONDS_A_DAY = 86_400;

  private final AuthDatabase database;
  private final InstantSource clock;

  // Guarded by itself: the day on which a token was last kept, the one that was used last at the
  // end.
  private final Map<String, Long> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /** Makes a store. */
  public JdbcSrsTokenStore(AuthDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public void keep(Map<String, String> senders) throws AuthDatabaseException {
    long today = Math.floorDiv(clock.instant().getEpochSecond(), SECONDS_A_DAY);
    List<String> tokens = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    synchronized (kept) {
      senders.forEach(
          (token, address) -> {
            Long day = kept.get(token);
            if (day == null || day != today) {
              tokens.add(token);
              addresses.add(address);
            }
          });
    }
    if (tokens.isEmpty()) {
      return;
    }
    database.transaction(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT authserver.forwarder_keep_srs_tokens(?, ?)")) {
            statement.setArray(1, connection.createArrayOf("text", tokens.toArray()));
            statement.setArray(2, connection.createArrayOf("text", addresses.toArray()));
            return statement.execute();
          }
        });
    synchronized (kept) {
      tokens.forEach(token -> kept.put(token, today));
    }
  }

  @Override
  public Map<String, String> find(Collection<String> tokens) throws AuthDatabaseException {
    if (tokens.isEmpty()) {
      return Map.of();
    }
    return database.read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT * FROM authserver.forwarder_find_srs_tokens(?)")) {
            statement.setArray(1, connection.createArrayOf("text", tokens.toArray()));
            Map<String, String> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.put(rows.getString(1), rows.getString(2));
              }
            }
            return found;
          }
        });
  }
}
