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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks {@code authserver.forwarder_route} and {@code authserver.forwarder_expand} each time. */
public final class JdbcResolutionStore implements ResolutionStore {
  /** Steps that are read at a time. */
  private static final int CHUNK_STEPS = 1000;

  /** What a chunk takes at most while it is read, and what a step takes as a member afterwards. */
  private static final long CHUNK_BYTES = CHUNK_STEPS * 600L;

  private static final long STEP_BYTES = 200;

  /** Steps of a small list, which comes along where an address ends in it. */
  private static final int SMALL_LIST_STEPS = 50;

  // Named, so that a column's place is known without looking for its name in each row.
  private static final String ROUTE =
      """
      SELECT address, decision, domain_id, domain, matched_local_part, list_id, list_name,
             new_mailfrom, owner_address, target, block_action, null_sender, single_member,
             input, transactional
      FROM authserver.forwarder_route(?)
      """;

  /** The same, then the steps of each list among them, the last one too_many where it is large. */
  private static final String ROUTE_AND_EXPAND =
      """
      WITH route AS MATERIALIZED (SELECT * FROM authserver.forwarder_route(?))
      SELECT address, decision, domain_id, domain, matched_local_part, list_id, list_name,
             new_mailfrom, owner_address, target, block_action, null_sender, single_member,
             input, transactional, NULL AS list, NULL AS step, NULL AS parent
      FROM route
      UNION ALL
      SELECT x.address, x.decision, x.domain_id, x.domain, x.matched_local_part, x.list_id,
             x.list_name, x.new_mailfrom, x.owner_address, x.target, x.block_action,
             x.null_sender, x.single_member, NULL, false, l.list_id, x.step, x.parent
      FROM (SELECT DISTINCT list_id FROM route WHERE decision = 'list') l,
           authserver.forwarder_expand(l.list_id, ?) x
      """;

  private static final String EXPAND =
      """
      SELECT address, decision, domain_id, domain, matched_local_part, list_id, list_name,
             new_mailfrom, owner_address, target, block_action, null_sender, single_member,
             step, parent
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
  public Map<String, List<ResolutionStep>> route(
      Collection<String> addresses, Consumer<Expansion> small) throws AuthDatabaseException {
    if (addresses.isEmpty()) {
      return Map.of();
    }
    String[] asked = addresses.toArray(new String[0]);
    // A large batch asks for its lists one after the other: here all would be in memory at once.
    boolean alone = asked.length * SMALL_LIST_STEPS > CHUNK_STEPS;
    try (MemoryBudget.Share reserved = working.share()) {
      boolean plain = alone || !reserved.tryAdd(CHUNK_BYTES);
      return database.read(
          connection ->
              plain ? route(connection, asked) : routeAndExpand(connection, asked, small));
    }
  }

  private static Map<String, List<ResolutionStep>> route(Connection connection, String[] addresses)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROUTE)) {
      setAddresses(statement, addresses);
      try (ResultSet rows = statement.executeQuery()) {
        Map<String, List<ResolutionStep>> routes = new HashMap<>();
        while (rows.next()) {
          addRoute(routes, addresses, rows);
        }
        return routes;
      }
    }
  }

  private static Map<String, List<ResolutionStep>> routeAndExpand(
      Connection connection, String[] addresses, Consumer<Expansion> small) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROUTE_AND_EXPAND)) {
      setAddresses(statement, addresses);
      statement.setInt(2, SMALL_LIST_STEPS);
      Map<String, List<ResolutionStep>> routes = new HashMap<>();
      Map<Long, Expansion.Builder> lists = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Long list = rows.getObject(16, Long.class);
          if (list == null) {
            addRoute(routes, addresses, rows);
          } else {
            lists
                .computeIfAbsent(list, Expansion.Builder::new)
                .add(rows.getInt(17), rows.getObject(18, Integer.class), step(rows, false));
          }
        }
      }
      for (Expansion.Builder list : lists.values()) {
        Expansion expansion = list.build();
        if (!expansion.isTooLarge()) {
          small.accept(expansion);
        }
      }
      return routes;
    }
  }

  private static void setAddresses(PreparedStatement statement, String[] addresses)
      throws SQLException {
    // As an array of strings the driver sends it in binary; an Object[] would go as text.
    statement.setArray(1, statement.getConnection().createArrayOf("text", addresses));
  }

  private static void addRoute(
      Map<String, List<ResolutionStep>> routes, String[] addresses, ResultSet row)
      throws SQLException {
    routes
        .computeIfAbsent(addresses[row.getInt(14) - 1], _ -> new ArrayList<>(1))
        .add(step(row, row.getBoolean(15)));
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
          expansion.add(rows.getInt(14), rows.getObject(15, Integer.class), step(rows, false));
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
        transactional,
        nullSender(row.getString(12)),
        row.getBoolean(13));
  }

  private static @Nullable NullSender nullSender(@Nullable String name) {
    return name == null ? null : NullSender.valueOf(AsciiCase.upper(name));
  }

  private static @Nullable BlockAction blockAction(@Nullable String name) {
    return name == null ? null : BlockAction.valueOf(AsciiCase.upper(name));
  }
}
