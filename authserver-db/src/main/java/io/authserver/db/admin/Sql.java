package io.authserver.db.admin;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Statements with parameters within one transaction. A list of strings is a {@code text[]}. */
public final class Sql {
  /** More rows than this are not put into memory. */
  public static final int MAX_ROWS = 100_000;

  private final Connection connection;

  /** Makes one row's value. */
  @FunctionalInterface
  public interface Mapper<T> {
    /** Makes it. */
    T map(ResultSet row) throws SQLException;
  }

  /** Changes that may break a rule of the schema. */
  @FunctionalInterface
  public interface Change {
    /** Makes them. */
    void run() throws SQLException, RefusedException;
  }

  Sql(Connection connection) {
    this.connection = connection;
  }

  /**
   * Returns all rows.
   *
   * @throws RefusedException where there are more than {@link #MAX_ROWS}
   */
  public <T> List<T> list(String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException, RefusedException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setMaxRows(MAX_ROWS + 1);
      bind(statement, parameters);
      List<T> rows = new ArrayList<>();
      try (ResultSet results = statement.executeQuery()) {
        while (results.next()) {
          rows.add(mapper.map(results));
        }
      }
      if (rows.size() > MAX_ROWS) {
        throw new RefusedException("more than " + MAX_ROWS + " rows match; ask for fewer");
      }
      return rows;
    }
  }

  /** Returns the first row, if there is one. */
  public <T> Optional<T> first(String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException, RefusedException {
    return list(sql, mapper, parameters).stream().findFirst();
  }

  /** Returns the row of a statement that always has one. */
  public <T> T one(String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException, RefusedException {
    return first(sql, mapper, parameters)
        .orElseThrow(() -> new IllegalStateException("a statement returned no row"));
  }

  /** Runs a change and returns the number of rows. */
  public int update(String sql, @Nullable Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    }
  }

  /**
   * Runs a change of things that were chosen before.
   *
   * @param statement changes the rows whose ids its last parameter lists
   * @param values the parameters before that
   * @return how many there are
   * @throws RefusedException where one of them is gone by now
   */
  int change(List<? extends Thing> things, String statement, @Nullable Object... values)
      throws SQLException, RefusedException {
    @Nullable Object[] parameters = Arrays.copyOf(values, values.length + 1);
    parameters[values.length] = Thing.keys(things);
    int changed = update(statement, parameters);
    if (changed != things.size()) {
      throw new RefusedException(
          Thing.subject(things) + " was removed by someone else at this moment; try again");
    }
    return changed;
  }

  /**
   * Makes changes of which the database may refuse one; then they are undone, and the transaction
   * goes on.
   *
   * @return null, or the rule that was broken
   */
  public @Nullable String attempt(Change change) throws SQLException, RefusedException {
    Savepoint before = connection.setSavepoint();
    try {
      change.run();
    } catch (SQLException e) {
      String rule = Refusals.rule(e);
      if (rule == null) {
        throw e;
      }
      connection.rollback(before);
      return rule;
    }
    connection.releaseSavepoint(before);
    return null;
  }

  private void bind(PreparedStatement statement, @Nullable Object[] parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      Object parameter = parameters[i];
      if (parameter instanceof List<?> texts) {
        statement.setArray(i + 1, connection.createArrayOf("text", texts.toArray()));
      } else if (parameter instanceof Instant time) {
        statement.setObject(i + 1, time.atOffset(ZoneOffset.UTC));
      } else {
        statement.setObject(i + 1, parameter);
      }
    }
  }
}
