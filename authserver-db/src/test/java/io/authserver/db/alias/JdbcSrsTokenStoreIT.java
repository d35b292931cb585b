package io.authserver.db.alias;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

  @Test
  void ofTooManyThoseGoThatWereUnusedForLongest() throws Exception {
    database.execute(
        "INSERT INTO authserver.srs_token SELECT translate(lpad(i::text, 26, 'a'), '0189',"
            + " 'bcde'), 'x@far.example', (now() AT TIME ZONE 'UTC')::date - (i + 5) / 20 FROM"
            + " generate_series(20, 219) i",
        "ANALYZE authserver.srs_token",
        "UPDATE pg_class SET reltuples = 6000000 WHERE relname = 'srs_token'");
    store.keep(Map.of(A, "a@far.example"));
    database.execute(
        "DO $$ BEGIN IF (SELECT count(*) <> 99 OR max((now() AT TIME ZONE 'UTC')::date - last_used)"
            + " > 6 FROM authserver.srs_token) THEN RAISE 'the wrong ones'; END IF; END $$");
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
