package io.authserver.db.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AuthDatabaseIT {
  private static TestDatabase database;

  @BeforeAll
  static void create() {
    database = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Test
  void anUnreachableServerIsSaidInOneLineWithoutThePassword() {
    // Port 1 of loopback: nobody listens there.
    try (AuthDatabase nowhere = pool("postgresql://u:SECRET@127.0.0.1:1/n", 200)) {
      AuthDatabaseException first =
          assertThrows(AuthDatabaseException.class, () -> nowhere.read(c -> 1));
      assertTrue(first.isUnreachable());
      assertTrue(first.getMessage().contains("refused"), first.getMessage());
      assertFalse(first.getMessage().contains("SECRET"));
      assertFalse(first.getMessage().contains("\n"));

      // The next ones are told at once, in the same words.
      assertEquals(
          first.getMessage(),
          assertThrows(AuthDatabaseException.class, () -> nowhere.read(c -> 1)).getMessage());
    }
  }

  @Test
  void aDatabaseThatComesBackIsUsedAgain() throws Exception {
    DatabaseDoor door = database.door();
    try (AuthDatabase pool = connected(door.through(database.adminUrl()), 300)) {
      assertEquals(1, pool.read(AuthDatabaseIT::one));
      door.shut();
      assertTrue(
          assertThrows(AuthDatabaseException.class, () -> pool.read(AuthDatabaseIT::one))
              .isUnreachable());
      door.open();
      awaitConnection(pool);
    }
  }

  @Test
  void aStatementThatTakesTooLongEnds() {
    try (AuthDatabase pool = connected(database.adminUrl(), 300)) {
      AuthDatabaseException e =
          assertThrows(
              AuthDatabaseException.class,
              () -> pool.read(c -> c.createStatement().execute("SELECT pg_sleep(30)")));
      assertEquals("57014", e.sqlState());
    }
  }

  @Test
  void aBusyPoolIsWaitedForInBoundedTime() throws Exception {
    try (AuthDatabase pool = connected(database.adminUrl(), 300)) {
      boolean refused =
          pool.read(
              first -> {
                try {
                  pool.read(AuthDatabaseIT::one);
                  return false;
                } catch (AuthDatabaseException e) {
                  return e.isUnreachable();
                }
              });
      assertTrue(refused);
      assertEquals(1, pool.read(AuthDatabaseIT::one));
    }
  }

  @Test
  void aRefusedRowNamesItsConstraintAndIsRolledBackAndNotShown() throws Exception {
    try (AuthDatabase pool = connected(database.adminUrl(), 1000)) {
      AuthDatabaseException e =
          assertThrows(
              AuthDatabaseException.class,
              () ->
                  pool.transaction(
                      c -> {
                        Statement statement = c.createStatement();
                        statement.execute(
                            "INSERT INTO authserver.domain (name) VALUES ('kept.example')");
                        return statement.execute(
                            "INSERT INTO authserver.mail_user (identifier, password)"
                                + " VALUES ('Bad', '$5$salt$SECRETHASH')");
                      }));
      assertEquals("23514", e.sqlState());
      assertEquals("mail_user_identifier_folded", e.constraint());
      assertFalse(e.isUnreachable());
      for (Throwable t = e; t != null; t = t.getCause()) {
        assertFalse(String.valueOf(t.getMessage()).contains("SECRETHASH"), t.getMessage());
      }
      assertNull(
          pool.read(
              c -> {
                ResultSet row =
                    c.createStatement()
                        .executeQuery(
                            "SELECT max(name) FROM authserver.domain WHERE name = 'kept.example'");
                row.next();
                return row.getString(1);
              }));
    }
  }

  @Test
  void aMissingRightIsDenied() {
    try (AuthDatabase pool = connected(database.signerUrl(), 1000)) {
      assertTrue(
          assertThrows(
                  AuthDatabaseException.class,
                  () -> pool.read(c -> c.createStatement().execute("TABLE authserver.dkim_key")))
              .isDenied());
    }
  }

  private static AuthDatabase pool(String url, long millis) {
    return AuthDatabase.open(
        new AuthDatabase.Settings(
            DatabaseUrl.parse(url),
            "test",
            DatabaseUrl.Server.PRIMARY,
            1,
            Duration.ofMillis(Math.max(millis, 250)),
            Duration.ofMillis(millis)));
  }

  /** The first connection of a cold JVM may take longer than a test's limit. */
  private static AuthDatabase connected(String url, long millis) {
    AuthDatabase pool = pool(url, millis);
    awaitConnection(pool);
    return pool;
  }

  private static void awaitConnection(AuthDatabase pool) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      try {
        assertEquals(1, pool.read(AuthDatabaseIT::one));
        return;
      } catch (AuthDatabaseException e) {
        assertTrue(System.nanoTime() - deadline < 0, e::toString);
        Thread.onSpinWait();
      }
    }
  }

  private static int one(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1")) {
      row.next();
      return row.getInt(1);
    }
  }
}
