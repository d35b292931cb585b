package io.authserver.db.alias;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class JdbcSrsTokenStoreIT {
  private static final String A = "a".repeat(26);
  private static final String B = "b".repeat(26);
  private static final String C = "c".repeat(26);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-04T05:06:07Z"));
  private TestDatabase database;
  private JdbcSrsTokenStore store;

  @BeforeEach
  void open() {
    database = TestDatabase.create();
    store = new JdbcSrsTokenStore(database.open(database.forwarderUrl()), now::get);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void whatIsKeptIsFound() throws Exception {
    store.keep(Map.of(A, "x@far.example", B, "two words@far.example"));
    assertEquals(
        Map.of(A, "x@far.example", B, "two words@far.example"), store.find(List.of(A, B, C)));
    assertEquals(Map.of(), store.find(List.of()));
    // The database keeps its own rules.
    assertThrows(AuthDatabaseException.class, () -> store.keep(Map.of("short", "x@far.example")));
  }

  @Test
  void whoAddsTakesAwayWhatHasExpired() throws Exception {
    store.keep(Map.of(A, "a@far.example", B, "b@far.example"));
    database.execute(
        "UPDATE authserver.srs_token SET last_used = (now() AT TIME ZONE 'UTC')::date - 25 WHERE"
            + " token = '"
            + A
            + "'",
        "UPDATE authserver.srs_token SET last_used = (now() AT TIME ZONE 'UTC')::date - 24 WHERE"
            + " token = '"
            + B
            + "'");
    store.keep(Map.of(C, "c@far.example"));
    assertEquals(Map.of(B, "b@far.example", C, "c@far.example"), store.find(List.of(A, B, C)));
  }

  @Test
  void aTokenThatIsUsedAgainLivesOn() throws Exception {
    store.keep(Map.of(A, "a@far.example"));
    String old = "UPDATE authserver.srs_token SET last_used = last_used - 20";
    database.execute(old);
    // The same day it is not written again, the next day it is.
    store.keep(Map.of(A, "a@far.example"));
    database.execute("DELETE FROM authserver.srs_token WHERE last_used > current_date - 10");
    assertEquals(1, store.find(List.of(A)).size());
    now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
    store.keep(Map.of(A, "a@far.example"));
    database.execute("DELETE FROM authserver.srs_token WHERE last_used < current_date - 10");
    assertEquals(1, store.find(List.of(A)).size());
  }

  /**
   * Symptom: the sender behind a return address that was good for 21 days was gone after one.
   * Cause: in a table with too many rows those unused for longest went, expired or not.
   */
  @Test
  void aFullTableRefusesNewSendersAndForgetsNobody() throws Exception {
    store.keep(Map.of(A, "a@far.example"));
    rows(19_999_998); // the next number below 20 million that the statistics can hold
    store.keep(Map.of(B, "b@far.example"));
    rows(20_000_000);
    AuthDatabaseException refused =
        assertThrows(
            AuthDatabaseException.class,
            () -> store.keep(Map.of(C, "c@far.example", A, "a@far.example")));
    assertTrue(refused.isLimit());
    assertEquals(
        "database: authserver.srs_token has 20000000 rows, and may have no more",
        refused.getMessage());

    // Who was kept before is kept on, and so is somebody in the place of who has expired.
    now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
    store.keep(Map.of(A, "a@far.example", B, "b@far.example"));
    assertEquals(2, store.find(List.of(A, B, C)).size());
    database.execute(
        "UPDATE authserver.srs_token SET last_used = last_used - 25 WHERE token = '" + B + "'");
    store.keep(Map.of(C, "c@far.example"));
    assertEquals(Map.of(A, "a@far.example", C, "c@far.example"), store.find(List.of(A, B, C)));
  }

  private void rows(int count) {
    database.execute(
        "UPDATE pg_class SET reltuples = "
            + count
            + " WHERE oid = 'authserver.srs_token'::regclass");
  }

  @Test
  void withTheDatabaseAwayNothingIsKept() throws Exception {
    DatabaseDoor door = database.door();
    JdbcSrsTokenStore away =
        new JdbcSrsTokenStore(database.open(door.through(database.forwarderUrl())), now::get);
    away.keep(Map.of(A, "a@far.example"));
    door.shut();
    assertThrows(AuthDatabaseException.class, () -> away.keep(Map.of(B, "b@far.example")));
    // What was kept today needs no database.
    away.keep(Map.of(A, "a@far.example"));
    assertThrows(AuthDatabaseException.class, () -> away.find(List.of(A)));
  }
}
