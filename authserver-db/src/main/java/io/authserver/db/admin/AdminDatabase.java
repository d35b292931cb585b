package io.authserver.db.admin;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * The auth database as the command line uses it: one connection, one thread, one transaction a
 * method of its stores.
 */
public final class AdminDatabase implements AutoCloseable {
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(15);

  private final Connection connection;

  /** Work within a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run(Sql sql) throws SQLException, RefusedException, AuthDatabaseException;
  }

  AdminDatabase(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects.
   *
   * @throws AuthDatabaseException where the database cannot be reached or does not let us in
   */
  public static AdminDatabase open(DatabaseUrl url) throws AuthDatabaseException {
    Connection connection =
        url.connect("authserver", DatabaseUrl.Server.PRIMARY, STATEMENT_TIMEOUT.plusSeconds(10));
    boolean done = false;
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET statement_timeout = %d; SET lock_timeout = %d; SET search_path = pg_catalog"
              .formatted(STATEMENT_TIMEOUT.toMillis(), LOCK_TIMEOUT.toMillis()));
      done = true;
      return new AdminDatabase(connection);
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    } finally {
      if (!done) {
        new AdminDatabase(connection).close();
      }
    }
  }

  /** Returns the store of domains. */
  public DomainAdmin domains() {
    return new DomainAdmin(this);
  }

  /** Returns the store of DKIM keys. */
  public KeyAdmin keys() {
    return new KeyAdmin(this);
  }

  /** Returns the history of DKIM keys. */
  public KeyJournal keyJournal() {
    return new KeyJournal(this);
  }

  /** Returns what rotates DKIM keys. */
  public KeyRotation keyRotation() {
    return new KeyRotation(this);
  }

  /** Returns the store of users. */
  public UserAdmin users() {
    return new UserAdmin(this);
  }

  /** Returns the store of aliases. */
  public AliasAdmin aliases() {
    return new AliasAdmin(this);
  }

  /** Returns what looks for faults. */
  public Examination examination() {
    return new Examination(this);
  }

  /** Returns the store of service users. */
  public ServiceUserAdmin serviceUsers() {
    return new ServiceUserAdmin(this);
  }

  /** Returns the store of permissions. */
  public PermissionAdmin permissions() {
    return new PermissionAdmin(this);
  }

  /** Returns the store of groups. */
  public GroupAdmin groups() {
    return new GroupAdmin(this);
  }

  /** Returns the store of the secrets of return addresses. */
  public SrsSecretAdmin srsSecrets() {
    return new SrsSecretAdmin(this);
  }

  /** Returns what holds for the whole site. */
  public SiteAdmin site() {
    return new SiteAdmin(this);
  }

  /** Returns the store of mailing lists. */
  public ListAdmin lists() {
    return new ListAdmin(this);
  }

  /**
   * Runs work in a transaction: committed as a whole, or rolled back on any exception.
   *
   * @param subject the thing it is about, with which a refusal's sentence begins
   */
  public <T> T transact(String subject, Work<T> work)
      throws RefusedException, AuthDatabaseException {
    return transact(subject, true, work);
  }

  /**
   * Runs work in a transaction that is rolled back at its end, so that it is seen what the work
   * would do.
   *
   * @param subject the thing it is about, with which a refusal's sentence begins
   */
  public <T> T rehearse(String subject, Work<T> work)
      throws RefusedException, AuthDatabaseException {
    return transact(subject, false, work);
  }

  private <T> T transact(String subject, boolean keep, Work<T> work)
      throws RefusedException, AuthDatabaseException {
    try {
      connection.setAutoCommit(false);
      boolean done = false;
      try {
        T result = work.run(new Sql(connection));
        if (keep) {
          connection.commit();
          done = true;
        }
        return result;
      } finally {
        if (!done) {
          connection.rollback();
        }
      }
    } catch (SQLException e) {
      throw Refusals.of(subject, e);
    }
  }

  @Override
  public void close() throws AuthDatabaseException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    }
  }
}
