package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupCheckIT {
  @Test
  void aDaemonWithItsRightsHasNoProblem() throws Exception {
    try (TestDatabase database = TestDatabase.create()) {
      assertEquals(List.of(), problems(database, database.signerUrl(), DaemonRole.SIGNER));
      assertEquals(List.of(), problems(database, database.forwarderUrl(), DaemonRole.FORWARDER));
    }
  }

  @Test
  void aMissingRightIsNamed() throws Exception {
    try (TestDatabase database = TestDatabase.create()) {
      List<String> wrong = problems(database, database.forwarderUrl(), DaemonRole.SIGNER);
      assertEquals(
          "database: role test_forwarder may not execute authserver.signer_keys(text[]);"
              + " GRANT authserver_signer TO it",
          wrong.getFirst());
      assertEquals(
          List.of(
              "database: role test_nobody lacks USAGE on schema authserver;"
                  + " GRANT authserver_forwarder TO it"),
          problems(database, database.nobodyUrl(), DaemonRole.FORWARDER));
    }
  }

  @Test
  void aSchemaThatIsNotKnownIsRefused() throws Exception {
    try (TestDatabase database = TestDatabase.create()) {
      database.execute(
          "INSERT INTO authserver.schema_migration (version, name, checksum)"
              + " VALUES (999, 'from the future', 'x')");
      assertTrue(
          problems(database, database.signerUrl(), DaemonRole.SIGNER)
              .getFirst()
              .contains("version 999"));
      database.execute("DELETE FROM authserver.schema_migration");
      assertTrue(
          problems(database, database.signerUrl(), DaemonRole.SIGNER)
              .getFirst()
              .contains("version 0; run `authserver db migrate`"));
      database.execute("DROP FUNCTION authserver.signer_keys(text[])");
      assertTrue(
          problems(database, database.signerUrl(), DaemonRole.SIGNER)
              .getFirst()
              .contains("is missing; run `authserver db migrate`"));
    }
    try (TestDatabase empty = TestDatabase.createWithoutSchema()) {
      assertTrue(
          problems(empty, empty.signerUrl(), DaemonRole.SIGNER)
              .getFirst()
              .contains("no schema authserver"));
    }
  }

  /**
   * Symptom: on a machine with much else to do a daemon ended instead of starting: "Connection is
   * not available, request timed out after 3061ms (total=0, ...)". Cause: its first connection had
   * no more time than one of a session.
   */
  @Test
  void aFirstConnectionThatTakesLongIsWaitedFor() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    try (TestDatabase database = TestDatabase.create();
        AuthDatabase signer =
            AuthDatabase.open(
                new AuthDatabase.Settings(
                    DatabaseUrl.parse(database.door(answers).through(database.signerUrl())),
                    "test",
                    DatabaseUrl.Server.PREFER_PRIMARY,
                    1,
                    Duration.ofMillis(250),
                    Duration.ofSeconds(30)));
        ExecutorService daemon = Executors.newVirtualThreadPerTaskExecutor()) {
      AuthDatabaseException busy =
          assertThrows(AuthDatabaseException.class, () -> signer.read(_ -> null));
      assertTrue(busy.isBusy(), busy::toString);
      Future<List<String>> check =
          daemon.submit(() -> StartupCheck.problems(signer, DaemonRole.SIGNER));
      // It would have given up after a quarter of a second.
      assertThrows(TimeoutException.class, () -> check.get(1, TimeUnit.SECONDS));
      answers.countDown();
      assertEquals(List.of(), check.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aWrongWrappingKeyIsNoticed(@TempDir Path folder) throws Exception {
    WrappingKeys right = keys(folder.resolve("right"));
    WrappingKeys wrong = keys(folder.resolve("wrong"));
    try (TestDatabase database = TestDatabase.create()) {
      AuthDatabase signer = database.open(database.signerUrl());
      assertEquals(List.of(), StartupCheck.wrappingKeyProblems(signer, wrong));

      byte[] blob = right.wrap("a.example", "s1", new byte[40]);
      database.execute(
          "INSERT INTO authserver.domain (name) VALUES ('a.example')",
          "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
              + " public_key, state, activated_at) SELECT id, 's1', 'rsa', '\\x"
              + HexFormat.of().formatHex(blob)
              + "', repeat('x', 40)::bytea, 'active', now() FROM authserver.domain");

      assertEquals(List.of(), StartupCheck.wrappingKeyProblems(signer, right));
      assertEquals(
          List.of(
              "wrong wrapping key: the private keys were wrapped with "
                  + right.ids().getFirst()
                  + ", loaded is "
                  + wrong.ids().getFirst()),
          StartupCheck.wrappingKeyProblems(signer, wrong));
      assertTrue(
          assertThrows(
                  AuthDatabaseException.class,
                  () ->
                      StartupCheck.wrappingKeyProblems(
                          database.open(database.forwarderUrl()), right))
              .isDenied());
    }
  }

  private static WrappingKeys keys(Path file) throws Exception {
    WrappingKeys.createFile(file);
    return WrappingKeys.load(List.of(file));
  }

  private static List<String> problems(TestDatabase database, String url, DaemonRole role)
      throws AuthDatabaseException {
    return StartupCheck.problems(database.open(url), role);
  }
}
