package io.authserver.upgrade;

import io.authserver.db.pool.DatabaseUrl;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rows of an auth database: how many each table has, and a sum over each column, in which every
 * value counts together with its row's primary key.
 */
final class Census {
  private record Column(String table, String name) {}

  private final List<Column> columns = new ArrayList<>();
  private final Map<String, String> sums = new TreeMap<>();

  /** Counts all tables but those in which migrations and routines are recorded. */
  static Census of(String url) throws SQLException, IOException {
    Census census = new Census();
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              """
              SELECT c.table_name, c.column_name FROM information_schema.columns c
              WHERE c.table_schema = 'authserver'
                AND c.table_name NOT IN ('schema_migration', 'schema_routine')
              ORDER BY c.table_name, c.ordinal_position
              """)) {
        while (rows.next()) {
          census.columns.add(new Column(rows.getString(1), rows.getString(2)));
        }
      }
      census.count(statement);
    }
    return census;
  }

  /** Counts the same tables and columns once more. */
  Census again(String url) throws SQLException, IOException {
    Census census = new Census();
    census.columns.addAll(columns);
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      census.count(statement);
    }
    return census;
  }

  private static Connection connect(String url) throws SQLException, IOException {
    return DatabaseUrl.parse(url)
        .connect("census", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(60));
  }

  private void count(Statement statement) throws SQLException {
    for (Column column : columns) {
      String table = "authserver." + column.table();
      String key = primaryKey(statement, table);
      try (ResultSet row =
          statement.executeQuery(
              "SELECT count(*),"
                  + " coalesce(md5(string_agg(r.line, ',' ORDER BY r.line COLLATE \"C\")), 'none')"
                  + " FROM (SELECT ROW("
                  + key
                  + ", "
                  + column.name()
                  + ")::text AS line FROM "
                  + table
                  + ") r")) {
        row.next();
        sums.put(column.table(), row.getString(1) + " rows");
        sums.put(column.table() + "." + column.name(), row.getString(2));
      }
    }
  }

  private static String primaryKey(Statement statement, String table) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_index i"
                + " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
                + " WHERE i.indisprimary AND i.indrelid = '"
                + table
                + "'::regclass")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Returns the tables with another number of rows, and the columns with other values. */
  Set<String> changed(Census other) {
    Set<String> changed = new TreeSet<>();
    sums.forEach(
        (name, sum) -> {
          if (!Objects.equals(sum, other.sums.get(name))) {
            changed.add(name);
          }
        });
    return changed;
  }

  /** Returns how many tables have rows. */
  long filledTables() {
    return sums.values().stream().filter(s -> s.endsWith(" rows") && !s.equals("0 rows")).count();
  }
}
