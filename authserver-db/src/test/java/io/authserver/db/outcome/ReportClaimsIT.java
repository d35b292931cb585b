package io.authserver.db.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The right to write a limited report, as the forwarder's role asks for it. */
final class ReportClaimsIT {
  private TestDatabase database;
  private AuthDatabase pool;
  private ReportClaims claims;

  @BeforeEach
  void open() throws Exception {
    database = TestDatabase.create();
    pool = database.open(database.forwarderUrl());
    claims = new JdbcReportClaims(pool);
  }

  @AfterEach
  void close() {
    pool.close();
    database.close();
  }

  private void later(int minutes) {
    database.execute(
        "UPDATE authserver.report_told SET told_at = told_at - interval '" + minutes + " minutes'");
  }

  @Test
  void oneAnHourForEachAddress() throws Exception {
    assertTrue(claims.claim("a@ours.example"));
    assertFalse(claims.claim("a@ours.example"));
    assertTrue(claims.claim("b@ours.example"));
    later(59);
    assertFalse(claims.claim("a@ours.example"));
    later(1);
    assertTrue(claims.claim("a@ours.example"));
    assertFalse(claims.claim("a@ours.example"));
  }

  @Test
  void ofManyWhoAskAtOnceOneIsFirst() throws Exception {
    List<Callable<Boolean>> asking = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asking.add(() -> claims.claim("a@ours.example"));
    }
    int claimed = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> answer : threads.invokeAll(asking)) {
        claimed += answer.get() ? 1 : 0;
      }
    }
    assertEquals(1, claimed);
  }

  @Test
  void whatIsOverGoesByItself() throws Exception {
    database.execute(
        """
        INSERT INTO authserver.report_told (address, told_at)
        SELECT 'x' || i || '@ours.example', now() - interval '2 hours' FROM generate_series(1, 250) i
        """);
    for (int i = 0; i < 3; i++) {
      assertTrue(claims.claim("a" + i + "@ours.example"));
    }
    try (AuthDatabase all = database.open(database.superuserUrl())) {
      assertEquals(3, all.read(ReportClaimsIT::count));
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM authserver.report_told")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @Test
  void aFullTableSilencesThoseWhoAreNotInIt() throws Exception {
    assertTrue(claims.claim("a@ours.example"));
    database.execute(
        "UPDATE pg_class SET reltuples = 100000 WHERE oid = 'authserver.report_told'::regclass");
    assertFalse(claims.claim("b@ours.example"));
    later(60);
    assertTrue(claims.claim("a@ours.example"));
  }

  @Test
  void whatIsNoAddressIsRefused() {
    assertThrows(AuthDatabaseException.class, () -> claims.claim("x"));
    assertThrows(AuthDatabaseException.class, () -> claims.claim("x".repeat(1001)));
  }
}
