package io.authserver.db.alias;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Asks {@code authserver.forwarder_resolve} each time. */
public final class JdbcResolutionStore implements ResolutionStore {
  // Named, so that a column's place is known without looking for its name in each row.
  private static final String QUERY =
      """
      SELECT input, step, parent, depth, address, decision, domain_id, domain, alias_id,
             matched_local_part, user_id, list_id, list_name, new_mailfrom, owner_address, target,
             block_action, transactional
      FROM authserver.forwarder_resolve(?)
      """;

  private final AuthDatabase database;

  public JdbcResolutionStore(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public List<ResolutionStep> resolve(List<String> addresses) throws AuthDatabaseException {
    if (addresses.isEmpty()) {
      return List.of();
    }
    return database.read(connection -> query(connection, addresses));
  }

  private static List<ResolutionStep> query(Connection connection, List<String> addresses)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      // As an array of strings the driver sends it in binary; an Object[] would go as text.
      statement.setArray(1, connection.createArrayOf("text", addresses.toArray(new String[0])));
      try (ResultSet rows = statement.executeQuery()) {
        List<ResolutionStep> steps = new ArrayList<>();
        while (rows.next()) {
          steps.add(step(rows));
        }
        return steps;
      }
    }
  }

  private static ResolutionStep step(ResultSet row) throws SQLException {
    String blockAction = row.getString(17);
    return new ResolutionStep(
        row.getInt(1),
        row.getInt(2),
        row.getObject(3, Integer.class),
        row.getInt(4),
        row.getString(5),
        Decision.valueOf(row.getString(6).toUpperCase(Locale.ROOT)),
        row.getObject(7, Long.class),
        row.getString(8),
        row.getObject(9, Long.class),
        row.getString(10),
        row.getObject(11, UUID.class),
        row.getObject(12, Long.class),
        row.getString(13),
        row.getString(14),
        row.getString(15),
        row.getString(16),
        blockAction(blockAction),
        row.getBoolean(18));
  }

  private static @Nullable BlockAction blockAction(@Nullable String name) {
    return name == null ? null : BlockAction.valueOf(name.toUpperCase(Locale.ROOT));
  }
}
