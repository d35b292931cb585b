package io.authserver.db.outcome;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code authserver.forwarder_outcomes} and its siblings each time. What is stored is
 * forgotten after a lifetime: each call that stores deletes more rows that are older than it adds.
 */
public final class JdbcOutcomeStore implements OutcomeStore {
  private final AuthDatabase database;
  private final Duration lifetime;

  /**
   * Makes a store.
   *
   * @param lifetime how long outcomes are kept; longer than a client tries
   */
  public JdbcOutcomeStore(AuthDatabase database, Duration lifetime) {
    this.database = database;
    this.lifetime = lifetime;
  }

  @Override
  public Set<Long> pending(Collection<Long> envelopes) throws AuthDatabaseException {
    return envelopes.isEmpty() ? Set.of() : ask(envelopes, Integer.MAX_VALUE);
  }

  /** Returns all envelopes about which something is remembered, but no more than so many. */
  Set<Long> allPending(int most) throws AuthDatabaseException {
    return ask(null, most);
  }

  private Set<Long> ask(@Nullable Collection<Long> envelopes, int most)
      throws AuthDatabaseException {
    return database.read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT * FROM authserver.forwarder_pending_envelopes(?, ?)")) {
            statement.setArray(
                1,
                envelopes == null ? null : connection.createArrayOf("int8", envelopes.toArray()));
            statement.setInt(2, most);
            try (ResultSet rows = statement.executeQuery()) {
              Set<Long> found = new HashSet<>();
              while (rows.next()) {
                found.add(rows.getLong(1));
              }
              return found;
            }
          }
        });
  }

  @Override
  public Map<OutcomeKey, StoredOutcome> find(Collection<OutcomeKey> keys)
      throws AuthDatabaseException {
    return keys.isEmpty() ? Map.of() : database.read(connection -> query(connection, keys));
  }

  private static Map<OutcomeKey, StoredOutcome> query(
      Connection connection, Collection<OutcomeKey> keys) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM authserver.forwarder_outcomes(?)")) {
      statement.setArray(1, bytes(connection, keys));
      try (ResultSet rows = statement.executeQuery()) {
        Map<OutcomeKey, StoredOutcome> found = new HashMap<>();
        while (rows.next()) {
          String reply = rows.getString("reply");
          found.put(
              new OutcomeKey(rows.getBytes("key")),
              new StoredOutcome(
                  OutcomeKind.valueOf(AsciiCase.upper(rows.getString("outcome"))),
                  reply == null ? "" : reply,
                  Duration.ofSeconds(rows.getLong("age_seconds"))));
        }
        return found;
      }
    }
  }

  @Override
  public void store(List<NewOutcome> outcomes) throws AuthDatabaseException {
    if (outcomes.isEmpty()) {
      return;
    }
    database.transaction(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT authserver.forwarder_store_outcomes(?, ?, ?, ?, ?)")) {
            statement.setArray(
                1, bytes(connection, outcomes.stream().map(NewOutcome::key).toList()));
            statement.setArray(
                2,
                connection.createArrayOf(
                    "int8", outcomes.stream().map(NewOutcome::envelope).toArray()));
            statement.setArray(
                3,
                connection.createArrayOf(
                    "text",
                    outcomes.stream().map(o -> AsciiCase.lower(o.kind().name())).toArray()));
            statement.setArray(
                4,
                connection.createArrayOf(
                    "text",
                    outcomes.stream().map(o -> o.reply().isEmpty() ? null : o.reply()).toArray()));
            statement.setLong(5, lifetime.toSeconds());
            return statement.execute();
          }
        });
  }

  private static Array bytes(Connection connection, Collection<OutcomeKey> keys)
      throws SQLException {
    return connection.createArrayOf(
        "bytea", keys.stream().map(OutcomeKey::bytes).toArray(byte[][]::new));
  }
}
