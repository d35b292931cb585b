package io.authserver.db.mark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Which keys the two daemons get, and when. */
@EachPostgres
class MarkKeyStoreIT {
  @Parameter TestPostgres server;

  private TestDatabase database;

  @BeforeEach
  void create() {
    database = TestDatabase.create(server);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  /** Puts keys in the place of those that are there: a letter of which a key consists, its age. */
  private void keys(String... letterAndAge) {
    database.execute("TRUNCATE authserver.mark_key");
    for (String key : letterAndAge) {
      database.execute(
          """
          INSERT INTO authserver.mark_key (key, created_at)
          VALUES (convert_to(repeat('%s', 32), 'UTF8'), now() - interval '%s')
          """
              .formatted(key.substring(0, 1), key.substring(2)));
    }
  }

  /** Returns the letters of the keys in their order; a question mark for one that was made. */
  private static List<String> letters(AuthDatabase database) throws AuthDatabaseException {
    return database
        .read(
            connection ->
                strings(connection, "SELECT encode(key, 'escape') FROM authserver.mark_keys()"))
        .stream()
        .map(key -> key.matches("([a-c])\\1{31}") ? key.substring(0, 1) : "?")
        .toList();
  }

  private static List<String> strings(Connection connection, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private List<String> rotate() throws AuthDatabaseException {
    return database
        .open(database.adminUrl())
        .transaction(
            connection -> strings(connection, "SELECT authserver.rotate_mark_keys()::text"));
  }

  @Test
  void bothDaemonsGetTheKeyThatTheMigrationMade() throws Exception {
    String all = "SELECT encode(key, 'hex') FROM authserver.mark_keys()";
    List<String> signers =
        database.open(database.signerUrl()).read(connection -> strings(connection, all));
    assertEquals(
        signers,
        database.open(database.forwarderUrl()).read(connection -> strings(connection, all)));
    assertEquals(1, signers.size());
    assertEquals(64, signers.getFirst().length());
    try (TestDatabase other = TestDatabase.create(server)) {
      assertEquals(1, new JdbcMarkKeyStore(other.open(other.signerUrl())).find().size());
    }
    AuthDatabase admin = database.open(database.adminUrl());
    AuthDatabaseException denied =
        assertThrows(
            AuthDatabaseException.class, () -> admin.read(connection -> strings(connection, all)));
    assertTrue(denied.isDenied());
  }

  /** Two daemons that know the database's changes at different times agree all the same. */
  @Test
  void aNewKeyProvesAtOnceAndMakesMarksTwoHoursLater() throws Exception {
    AuthDatabase forwarder = database.open(database.forwarderUrl());
    keys("a 30 days", "b 1 hour 59 minutes");
    assertEquals(List.of("a", "b"), letters(forwarder));
    keys("a 30 days", "b 2 hours 1 minute");
    assertEquals(List.of("b", "a"), letters(forwarder));
    keys("a 1 minute");
    assertEquals(List.of("a"), letters(forwarder));
    keys("a 2 minutes", "b 1 minute");
    assertEquals(List.of("a", "b"), letters(forwarder));
  }

  @Test
  void theFormerProvesForTwoWeeksMore() throws Exception {
    AuthDatabase signer = database.open(database.signerUrl());
    keys("a 44 days", "b 13 days 23 hours");
    assertEquals(List.of("b", "a"), letters(signer));
    assertEquals(2, new JdbcMarkKeyStore(signer).find().size());
    keys("a 44 days", "b 14 days 1 hour");
    assertEquals(List.of("b"), letters(signer));
    keys("a 60 days", "b 20 days", "c 1 hour");
    assertEquals(List.of("b", "c"), letters(signer));
  }

  @Test
  void rotationMakesOneEveryThirtyDaysAndDeletesWhatProvesNothing() throws Exception {
    AuthDatabase signer = database.open(database.signerUrl());
    keys("a 29 days");
    assertEquals(List.of("false"), rotate());
    keys("a 60 days", "b 31 days");
    assertEquals(List.of("true"), rotate());
    assertEquals(List.of("false"), rotate());
    assertEquals(List.of("b", "?"), letters(signer));
    database.execute("DO $$ BEGIN ASSERT (SELECT count(*) FROM authserver.mark_key) = 2; END $$");
  }

  @Test
  void withoutAnyKeyTheStoreSaysWhatToDo() throws Exception {
    keys();
    JdbcMarkKeyStore store = new JdbcMarkKeyStore(database.open(database.signerUrl()));
    AuthDatabaseException none = assertThrows(AuthDatabaseException.class, store::find);
    assertEquals("database: it has no mark key; run `authserver dkim maintain`", none.getMessage());
    assertEquals(List.of("true"), rotate());
    assertEquals(1, store.find().size());
  }

  @Test
  void noTwoKeysAreTheSame() throws Exception {
    database.execute(
        "INSERT INTO authserver.mark_key (created_at) SELECT now() FROM generate_series(1, 100)");
    List<String> all =
        database
            .open(database.signerUrl())
            .read(
                connection ->
                    strings(connection, "SELECT encode(key, 'hex') FROM authserver.mark_keys()"));
    assertEquals(101, new HashSet<>(all).size());
  }
}
