package io.authserver.db.mailauth;

import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the steps of an import do with many rows at once. */
final class Batches {
  private Batches() {}

  /** Stores rows in one statement or a few. */
  @FunctionalInterface
  interface Insert<T> {
    void run(List<T> rows) throws SQLException, RefusedException;
  }

  /** Is told about a row that a rule of the schema forbids. */
  @FunctionalInterface
  interface Refused<T> {
    void row(T row, String rule);
  }

  /**
   * Stores rows together; where a rule of the schema forbids that, one by one, so that only those
   * that break it are left out.
   *
   * @return the rows that were stored
   */
  static <T> List<T> insert(Sql sql, List<T> rows, Insert<T> insert, Refused<T> refused)
      throws SQLException, RefusedException {
    if (rows.isEmpty() || sql.attempt(() -> insert.run(rows)) == null) {
      return rows;
    }
    List<T> stored = new ArrayList<>();
    for (T row : rows) {
      String rule = sql.attempt(() -> insert.run(List.of(row)));
      if (rule == null) {
        stored.add(row);
      } else {
        refused.row(row, rule);
      }
    }
    return stored;
  }

  /** Returns one column of rows as a parameter. */
  static <T> List<@Nullable String> column(List<T> rows, Function<T, @Nullable Object> value) {
    List<@Nullable String> texts = new ArrayList<>(rows.size());
    for (T row : rows) {
      Object object = value.apply(row);
      texts.add(object == null ? null : object.toString());
    }
    return texts;
  }

  /** Returns the identifiers of those users that are there, by id. */
  static Map<String, String> users(Sql sql, Collection<@Nullable String> ids)
      throws SQLException, RefusedException {
    Map<String, String> users = new HashMap<>();
    sql.list(
            """
            SELECT id::text, identifier FROM authserver.mail_user
            WHERE id = ANY (?::text[]::uuid[])\
            """,
            row -> Map.entry(row.getString(1), row.getString(2)),
            ids.stream().filter(Objects::nonNull).distinct().toList())
        .forEach(user -> users.put(user.getKey(), user.getValue()));
    return users;
  }

  /**
   * Refuses a database with more rows of a kind than fit into memory here.
   *
   * @throws RefusedException where there are more than {@link Sql#MAX_ROWS}
   */
  static void requireRoom(int rows, Kind kind) throws RefusedException {
    if (rows > Sql.MAX_ROWS) {
      throw new RefusedException(
          "the reference's database has more than " + Sql.MAX_ROWS + " " + kind.plural());
    }
  }
}
