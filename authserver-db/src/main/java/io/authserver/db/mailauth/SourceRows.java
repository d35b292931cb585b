package io.authserver.db.mailauth;

import io.authserver.db.pool.AuthDatabaseException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Rows of the reference's database, a bounded number at a time. Owned by one thread. */
final class SourceRows<T extends SourceRow> implements AutoCloseable {
  private final PreparedStatement statement;
  private final ResultSet rows;
  private final Mapper<T> mapper;
  private final int batch;

  /** Makes one row's value. */
  @FunctionalInterface
  interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  private SourceRows(PreparedStatement statement, ResultSet rows, Mapper<T> mapper, int batch) {
    this.statement = statement;
    this.rows = rows;
    this.mapper = mapper;
    this.batch = batch;
  }

  /** Asks for rows; the connection's transaction keeps the cursor. */
  static <T extends SourceRow> SourceRows<T> of(
      Connection connection, int batch, String sql, Mapper<T> mapper) throws AuthDatabaseException {
    try {
      PreparedStatement statement = connection.prepareStatement(sql);
      statement.setFetchSize(batch);
      return new SourceRows<>(statement, statement.executeQuery(), mapper, batch);
    } catch (SQLException e) {
      throw MailauthSource.failure(e);
    }
  }

  /** Returns the next rows, none at the end. */
  List<T> next() throws AuthDatabaseException {
    try {
      List<T> next = new ArrayList<>(batch);
      while (next.size() < batch && rows.next()) {
        next.add(mapper.map(rows));
      }
      return next;
    } catch (SQLException e) {
      throw MailauthSource.failure(e);
    }
  }

  @Override
  public void close() throws AuthDatabaseException {
    try {
      statement.close();
    } catch (SQLException e) {
      throw MailauthSource.failure(e);
    }
  }
}
