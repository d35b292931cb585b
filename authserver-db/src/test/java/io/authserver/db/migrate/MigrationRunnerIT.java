package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@EachPostgres
class MigrationRunnerIT {
  @Parameter TestPostgres server;

  private TestDatabase database;
  private DatabaseUrl url;

  @BeforeEach
  void create() {
    database = TestDatabase.createWithoutSchema(server);
    url = DatabaseUrl.parse(database.superuserUrl());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void bootstrapAndMigrationsCanRunAgain() throws Exception {
    Bootstrap.run(url);
    Bootstrap.run(url);
    MigrationRunner runner = new MigrationRunner(url);

    MigrationRunner.Result first = runner.migrate();
    assertFalse(first.migrations().isEmpty());
    assertFalse(first.routines().isEmpty());
    assertEquals(new MigrationRunner.Result(List.of(), List.of()), runner.migrate());
    assertTrue(runner.status().stream().allMatch(e -> e.state().equals("applied")));
  }

  @Test
  void statusSaysWhatIsPendingAndChangesNothing() throws Exception {
    Bootstrap.run(url);
    MigrationRunner runner = new MigrationRunner(url);

    assertTrue(runner.status().stream().allMatch(e -> e.state().equals("pending")));
    assertTrue(runner.status().stream().allMatch(e -> e.appliedAt() == null));
    runner.migrate();
    database.execute("UPDATE authserver.schema_routine SET checksum = 'x' WHERE name LIKE '100%'");
    assertEquals(
        List.of("100_signer_keys changed"),
        runner.status().stream()
            .filter(e -> !e.state().equals("applied"))
            .map(e -> e.name() + " " + e.state())
            .toList());
    assertEquals(List.of("100_signer_keys"), runner.migrate().routines());
  }

  @Test
  void severalAtOnceWaitForEachOther() throws Exception {
    List<CompletableFuture<MigrationRunner.Result>> results = new ArrayList<>();
    Bootstrap.run(url);
    for (int i = 0; i < 4; i++) {
      results.add(
          inThread(
              () -> {
                Bootstrap.run(url);
                return new MigrationRunner(url).migrate();
              }));
    }
    int migrations = 0;
    for (CompletableFuture<MigrationRunner.Result> result : results) {
      migrations += result.get(60, TimeUnit.SECONDS).migrations().size();
    }
    assertEquals(SqlFiles.migrations().size(), migrations);
  }

  @Test
  void theOwnerNeedsNoPrivilege() throws Exception {
    Bootstrap.run(url);
    database.execute(
        "DO $$ BEGIN CREATE ROLE test_deployer LOGIN PASSWORD 'x';"
            + " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT authserver_owner TO test_deployer");
    DatabaseUrl deployer = as("test_deployer");

    new MigrationRunner(deployer).migrate();
    StoredProcedureApi api = new StoredProcedureApi(deployer);
    api.install();
    api.grant(List.of("test_nobody"));
    assertEquals(List.of(), api.check("test_nobody"));
    api.revoke(List.of("test_nobody"));
    assertEquals(StoredProcedureApi.SIGNATURES.size(), api.check("test_nobody").size());
  }

  @Test
  void whatIsMissingIsSaidInOneLine() throws Exception {
    assertTrue(refusal(url).contains("authserver db bootstrap"));
    Bootstrap.run(url);
    assertTrue(refusal(as("test_nobody")).contains("may not act as authserver_owner"));
    new MigrationRunner(url).migrate();
    database.execute("UPDATE authserver.schema_migration SET checksum = 'x'");
    assertTrue(refusal(url).contains("is not what this database once had"));
    database.execute(
        "INSERT INTO authserver.schema_migration (version, name, checksum) VALUES (999, 'n', 'c')");
    assertTrue(refusal(url).contains("version 999, but this program knows none after"));
  }

  /**
   * Symptom: {@code db migrate} ended with "must be owner of function" and had made all tables.
   * Cause: the database was that of net.maurus.authserver, whose procedures have the same names.
   */
  @Test
  void anotherProgramsProceduresAreNotReplaced() throws Exception {
    Bootstrap.run(url);
    database.execute(
        "CREATE FUNCTION public.authserver_resolve_alias(email varchar, b boolean DEFAULT false)"
            + " RETURNS SETOF varchar LANGUAGE sql AS 'SELECT email'");
    String refusal = refusal(url);
    assertTrue(refusal.contains("public.authserver_resolve_alias("), refusal);
    assertTrue(refusal.contains("belongs to role postgres"), refusal);
    assertTrue(
        new MigrationRunner(url).status().stream().allMatch(e -> e.state().equals("pending")));
    database.execute("DROP FUNCTION public.authserver_resolve_alias(varchar, boolean)");
    assertFalse(new MigrationRunner(url).migrate().migrations().isEmpty());
  }

  @Test
  void theApisCheckFindsWhatIsWrong() throws Exception {
    Bootstrap.run(url);
    new MigrationRunner(url).migrate();
    StoredProcedureApi api = new StoredProcedureApi(url);
    assertEquals(List.of(), api.check());
    assertEquals(List.of(), api.check("test_api"));
    assertEquals(StoredProcedureApi.SIGNATURES.size(), api.check("test_nobody").size());
    assertEquals(
        "42704",
        assertThrows(AuthDatabaseException.class, () -> api.check("no such role")).sqlState());
    assertEquals(
        "42704",
        assertThrows(
                AuthDatabaseException.class,
                () -> api.grant(List.of("test_nobody", "no \"such\" role")))
            .sqlState());
    assertEquals(StoredProcedureApi.SIGNATURES.size(), api.check("test_nobody").size());

    database.execute(
        "DROP FUNCTION public.authserver_iterate_users()",
        "GRANT EXECUTE ON FUNCTION public.authserver_check_domain(varchar) TO PUBLIC",
        "ALTER FUNCTION public.authserver_get_credentials(varchar) OWNER TO postgres",
        "GRANT CREATE ON SCHEMA public TO PUBLIC");
    assertEquals(4, api.check().size(), () -> "problems");
    database.execute(
        "ALTER FUNCTION public.authserver_get_credentials(varchar) OWNER TO authserver_owner");
    api.install();
    assertEquals(1, api.check().size());
  }

  /**
   * Symptom: a role without grants had its own function called by each INSERT of the command line.
   * Cause: before PostgreSQL 15 everybody may create in schema public, and a function there whose
   * arguments fit better than those of pg_catalog's became part of the constraint.
   */
  @Test
  void whatWasPlantedBeforeIsNotUsed() throws Exception {
    database.execute("GRANT CREATE ON SCHEMA public TO PUBLIC");
    try (AuthDatabase nobody = database.open(database.nobodyUrl())) {
      nobody.read(
          c ->
              c.createStatement()
                  .execute(
                      "CREATE FUNCTION public.num_nonnulls(uuid, bigint) RETURNS int"
                          + " LANGUAGE sql IMMUTABLE AS 'SELECT 1'"));
    }

    Bootstrap.run(url);
    new MigrationRunner(url).migrate();

    // Refused where a constraint depends on it.
    database.execute("DROP FUNCTION public.num_nonnulls(uuid, bigint)");
  }

  /**
   * What is asked with a parameter of no type, as OpenSMTPD does, goes to a routine that takes
   * text.
   */
  @Test
  void theApisCheckFindsWhatWasPlanted() throws Exception {
    Bootstrap.run(url);
    new MigrationRunner(url).migrate();
    database.execute(
        "CREATE FUNCTION public.authserver_get_credentials(text) RETURNS text LANGUAGE sql AS"
            + " 'SELECT $1'");
    assertEquals(
        List.of(
            "public.authserver_get_credentials(text) of role postgres is not of the API, and may"
                + " be called in its place"),
        new StoredProcedureApi(url).check());
  }

  private String refusal(DatabaseUrl as) {
    String message =
        assertThrows(AuthDatabaseException.class, () -> new MigrationRunner(as).migrate())
            .getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  private DatabaseUrl as(String user) {
    return DatabaseUrl.parse(database.superuserUrl().replace("postgres:", user + ":"));
  }

  private interface Task {
    MigrationRunner.Result run() throws AuthDatabaseException;
  }

  private static CompletableFuture<MigrationRunner.Result> inThread(Task task) {
    CompletableFuture<MigrationRunner.Result> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(task.run());
              } catch (AuthDatabaseException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }
}
