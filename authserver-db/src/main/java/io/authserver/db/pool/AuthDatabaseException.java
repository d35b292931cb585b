package io.authserver.db.pool;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The auth database cannot be reached, took too long, or refused a statement. To an SMTP client
 * this is always 451 4.3.0. The message is one line and shows no password and no row.
 */
public final class AuthDatabaseException extends IOException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String sqlState;
  private final @Nullable String constraint;
  private final boolean unreachable;

  private AuthDatabaseException(
      String message,
      @Nullable String sqlState,
      @Nullable String constraint,
      boolean unreachable,
      @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
    this.constraint = constraint;
    this.unreachable = unreachable;
  }

  /** Says in one line what a statement or a connection failed of. */
  public static AuthDatabaseException of(SQLException failure) {
    String state = failure.getSQLState();
    String constraint = null;
    String text = failure.getMessage();
    // HikariCP's own message speaks of its pool; what the driver said is the cause.
    Throwable cause = failure.getCause();
    if (failure instanceof SQLTransientConnectionException
        && cause instanceof SQLException driver) {
      state = driver.getSQLState();
      text = driver.getMessage();
    }
    if (failure instanceof PSQLException fromServer) {
      ServerErrorMessage detail = fromServer.getServerErrorMessage();
      if (detail != null) {
        constraint = detail.getConstraint();
        text = detail.getMessage();
      }
    }
    boolean unreachable =
        failure instanceof SQLTransientConnectionException
            || failure instanceof SQLTimeoutException
            || isConnectionState(state);
    return new AuthDatabaseException(
        "database: " + oneLine(text), state, constraint, unreachable, failure);
  }

  /** The database cannot be reached, or an answer did not come in time. */
  public static AuthDatabaseException unreachable(String text, @Nullable Throwable cause) {
    return new AuthDatabaseException("database: " + oneLine(text), null, null, true, cause);
  }

  /** The database answers, but is not what is expected. */
  public static AuthDatabaseException unfit(String text) {
    return new AuthDatabaseException("database: " + oneLine(text), null, null, false, null);
  }

  /** The SQLSTATE, or null where the server did not say one. */
  public @Nullable String sqlState() {
    return sqlState;
  }

  /** The name of the violated constraint (SQLSTATE class 23), or null. */
  public @Nullable String constraint() {
    return constraint;
  }

  /** Whether the database could not be reached, so that the same may work later. */
  public boolean isUnreachable() {
    return unreachable;
  }

  /**
   * Whether no connection came in time although none has failed: all are in use, or the first is
   * still being made.
   */
  public boolean isBusy() {
    return getCause() instanceof SQLTransientConnectionException busy && busy.getCause() == null;
  }

  /** Whether the role lacks a right or cannot log in (SQLSTATE 42501, class 28). */
  public boolean isDenied() {
    return sqlState != null && (sqlState.equals("42501") || sqlState.startsWith("28"));
  }

  /** Whether a bound of ours is met, which the message names (SQLSTATE 54000). */
  public boolean isLimit() {
    return "54000".equals(sqlState);
  }

  static boolean isConnectionState(@Nullable String state) {
    // 08: connection exception; 57P01 to 57P03: shutting down or starting up; 53300: too many
    // connections
    return state != null
        && (state.startsWith("08") || state.startsWith("57P0") || state.equals("53300"));
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "failed" : text.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
  }
}
