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
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM authserver.forwarder_resolve(?)")) {
      statement.setArray(1, connection.createArrayOf("text", addresses.toArray()));
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
    String blockAction = row.getString("block_action");
    return new ResolutionStep(
        row.getInt("input"),
        row.getInt("step"),
        row.getObject("parent", Integer.class),
        row.getInt("depth"),
        row.getString("address"),
        Decision.valueOf(row.getString("decision").toUpperCase(Locale.ROOT)),
        row.getObject("domain_id", Long.class),
        row.getString("domain"),
        row.getObject("alias_id", Long.class),
        row.getString("matched_local_part"),
        row.getObject("user_id", UUID.class),
        row.getObject("list_id", Long.class),
        row.getString("list_name"),
        row.getString("new_mailfrom"),
        row.getString("owner_address"),
        row.getString("target"),
        blockAction(blockAction),
        row.getBoolean("transactional"));
  }

  private static @Nullable BlockAction blockAction(@Nullable String name) {
    return name == null ? null : BlockAction.valueOf(name.toUpperCase(Locale.ROOT));
  }
}
