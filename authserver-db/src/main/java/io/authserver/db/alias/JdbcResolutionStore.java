package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.MemoryBudget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks {@code authserver.forwarder_route} and {@code authserver.forwarder_expand} each time. */
public final class JdbcResolutionStore implements ResolutionStore {
  /** Steps that are read at a time. */
  private static final int CHUNK_STEPS = 1000;

  /** What a chunk takes at most while it is read, and what a step takes as a member afterwards. */
  private static final long CHUNK_BYTES = CHUNK_STEPS * 600L;

  private static final long STEP_BYTES = 200;

  // Named, so that a column's place is known without looking for its name in each row.
  private static final String ROUTE =
      """
      SELECT address, decision, domain_id, domain, matched_local_part, list_id, list_name,
             new_mailfrom, owner_address, target, block_action, input, transactional
      FROM authserver.forwarder_route(?)
      """;

  private static final String EXPAND =
      """
      SELECT address, decision, domain_id, domain, matched_local_part, list_id, list_name,
             new_mailfrom, owner_address, target, block_action, step, parent
      FROM authserver.forwarder_expand(?)
      """;

  private final AuthDatabase database;
  private final MemoryBudget working;

  /**
   * Makes a store.
   *
   * @param working holds the members of a list while they are read
   */
  public JdbcResolutionStore(AuthDatabase database, MemoryBudget working) {
    this.database = database;
    this.working = working;
  }

  @Override
  public Map<String, List<ResolutionStep>> route(Collection<String> addresses)
      throws AuthDatabaseException {
    if (addresses.isEmpty()) {
      return Map.of();
    }
    return database.read(connection -> route(connection, addresses.toArray(new String[0])));
  }

  private static Map<String, List<ResolutionStep>> route(Connection connection, String[] addresses)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROUTE)) {
      // As an array of strings the driver sends it in binary; an Object[] would go as text.
      statement.setArray(1, connection.createArrayOf("text", addresses));
      try (ResultSet rows = statement.executeQuery()) {
        Map<String, List<ResolutionStep>> routes = new HashMap<>();
        while (rows.next()) {
          routes
              .computeIfAbsent(addresses[rows.getInt(12) - 1], _ -> new ArrayList<>(1))
              .add(step(rows, rows.getBoolean(13)));
        }
        return routes;
      }
    }
  }

  @Override
  public Expansion expand(long listId) throws AuthDatabaseException {
    return database.read(
        connection -> {
          // Without a transaction the driver would read all rows at once.
          connection.setAutoCommit(false);
          try {
            return expand(connection, listId);
          } finally {
            connection.rollback();
          }
        });
  }

  private Expansion expand(Connection connection, long listId) throws SQLException {
    try (MemoryBudget.Share reserved = working.share();
        PreparedStatement statement = connection.prepareStatement(EXPAND)) {
      reserve(reserved, listId, CHUNK_BYTES);
      statement.setFetchSize(CHUNK_STEPS);
      statement.setLong(1, listId);
      Expansion.Builder expansion = new Expansion.Builder(listId);
      try (ResultSet rows = statement.executeQuery()) {
        for (int read = 0; rows.next(); read++) {
          if (read % CHUNK_STEPS == 0) {
            reserve(reserved, listId, CHUNK_STEPS * STEP_BYTES);
          }
          expansion.add(rows.getInt(12), rows.getObject(13, Integer.class), step(rows, false));
        }
      }
      return expansion.build();
    }
  }

  private static void reserve(MemoryBudget.Share share, long listId, long bytes) {
    if (!share.tryAdd(bytes)) {
      throw new ExpansionMemoryException(listId);
    }
  }

  private static ResolutionStep step(ResultSet row, boolean transactional) throws SQLException {
    return new ResolutionStep(
        row.getString(1),
        Decision.valueOf(AsciiCase.upper(row.getString(2))),
        row.getObject(3, Long.class),
        row.getString(4),
        row.getString(5),
        row.getObject(6, Long.class),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        blockAction(row.getString(11)),
        transactional);
  }

  private static @Nullable BlockAction blockAction(@Nullable String name) {
    return name == null ? null : BlockAction.valueOf(AsciiCase.upper(name));
  }
}
