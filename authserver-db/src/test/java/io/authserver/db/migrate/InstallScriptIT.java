package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.testing.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * {@code sql/install.sql} with psql makes what bootstrap and migrate make, and either can follow
 * the other.
 */
@EachPostgres(needs = Oracle.PSQL)
class InstallScriptIT {
  private static final Path SQL = Path.of("..", "sql");

  /** What a second run must leave as it is: each record and each version of a routine's row. */
  private static final String STATE =
      "SELECT string_agg(x, ' ' ORDER BY x COLLATE \"C\") FROM ("
          + "SELECT version || name || checksum || applied_at FROM authserver.schema_migration"
          + " UNION ALL SELECT name || checksum || applied_at FROM authserver.schema_routine"
          + " UNION ALL SELECT p.oid::text || ' ' || p.xmin::text FROM pg_proc p"
          + " WHERE p.proowner = 'authserver_owner'::regrole) s (x)";

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
  void itMakesWhatTheProgramMakes() throws Exception {
    Psql first = install(database.superuserUrl());
    assertEquals(0, first.code(), first.output());
    assertTrue(
        first.output().endsWith("the schema has version " + Schema.newest() + "\n"), first::output);
    assertTrue(first.output().contains("applied migration 0001_auth_database\n"), first::output);

    assertEquals(
        Files.readString(SQL.resolve("schema.snapshot.sql")), SchemaSnapshotIT.of(database));
    try (TestDatabase migrated = TestDatabase.create(server)) {
      assertEquals(records(migrated), records(database));
    }
    MigrationRunner runner = new MigrationRunner(url);
    assertEquals(List.of(), runner.drift());
    assertEquals(new MigrationRunner.Result(List.of(), List.of()), runner.migrate());
    assertEquals(List.of(), new StoredProcedureApi(url).check());
  }

  @Test
  void aSecondRunChangesNothing() throws Exception {
    assertEquals(0, install(database.superuserUrl()).code());
    String before = text(STATE);

    Psql second = install(database.superuserUrl());
    assertEquals("the schema has version " + Schema.newest() + "\n", second.output());
    assertEquals(before, text(STATE));
  }

  @Test
  void whatTheProgramMadeItLeavesAsItIs() throws Exception {
    Bootstrap.run(url);
    new MigrationRunner(url).migrate();
    String before = text(STATE);

    Psql run = install(database.superuserUrl());
    assertEquals("the schema has version " + Schema.newest() + "\n", run.output());
    assertEquals(before, text(STATE));
  }

  @Test
  void anOlderSchemaGetsWhatIsMissing() throws Exception {
    Bootstrap.run(url);
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("SET ROLE authserver_owner");
      for (SqlFile file : SqlFiles.migrations().subList(0, 3)) {
        statement.execute(file.text());
        record(connection, file);
      }
      statement.execute("INSERT INTO authserver.domain (name) VALUES ('ours.example')");
      statement.execute(
          "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, public_key, state,"
              + " activated_at, retired_at) VALUES (1, 's', 'rsa', repeat('x', 40)::bytea,"
              + " 'retired', now(), now())");
    }

    Psql run = install(database.superuserUrl());
    assertEquals(0, run.code(), run.output());
    assertFalse(run.output().contains("applied migration 0003"), run::output);
    assertTrue(run.output().contains("applied migration 0004_delivery_outcome\n"), run::output);
    assertEquals(
        Files.readString(SQL.resolve("schema.snapshot.sql")), SchemaSnapshotIT.of(database));
    assertEquals(
        "ours.example s",
        text("SELECT d.name || ' ' || k.selector FROM authserver.domain d, authserver.dkim_key k"));
    assertEquals(List.of(), new MigrationRunner(url).drift());
  }

  @Test
  void onlyARoutineThatChangedIsInstalled() throws Exception {
    assertEquals(0, install(database.superuserUrl()).code());
    database.execute(
        "UPDATE authserver.schema_routine SET checksum = 'x' WHERE name LIKE '320%'",
        "DELETE FROM authserver.schema_routine WHERE name LIKE '340%'");

    assertEquals(
        "installed routine 320_authserver_check_domain\n"
            + "installed routine 340_authserver_iterate_users\n"
            + "the schema has version "
            + Schema.newest()
            + "\n",
        install(database.superuserUrl()).output());
    assertEquals(List.of(), new MigrationRunner(url).drift());
  }

  /** A deployer who is a member of authserver_owner and nothing else. */
  @Test
  void theOwnerNeedsNoPrivilege() throws Exception {
    Bootstrap.run(url);
    database.execute(
        "DO $$ BEGIN CREATE ROLE test_installer LOGIN PASSWORD 's3cret-of-the-test';"
            + " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT authserver_owner TO test_installer");

    Psql run = install(database.superuserUrl().replace("postgres:", "test_installer:"));
    assertEquals(0, run.code(), run.output());
    assertEquals(
        Files.readString(SQL.resolve("schema.snapshot.sql")), SchemaSnapshotIT.of(database));
  }

  @Test
  void whoMayNotChangesNothing() throws Exception {
    Psql unprepared = install(database.nobodyUrl());
    assertEquals(3, unprepared.code(), unprepared.output());
    assertEquals("t", text("SELECT to_regnamespace('authserver') IS NULL"));

    assertEquals(0, install(database.superuserUrl()).code());
    Psql prepared = install(database.nobodyUrl());
    assertEquals(3, prepared.code(), prepared.output());
    assertTrue(prepared.output().contains("authserver_owner"), prepared::output);
  }

  @Test
  void aNewerOrADifferentSchemaIsRefused() throws Exception {
    assertEquals(0, install(database.superuserUrl()).code());
    database.execute("UPDATE authserver.schema_migration SET checksum = 'x' WHERE version = 2");
    Psql different = install(database.superuserUrl());
    assertEquals(3, different.code(), different.output());
    assertTrue(
        different.output().contains("migration 0002_signing_profile is not what this database"),
        different::output);

    database.execute(
        "INSERT INTO authserver.schema_migration (version, name, checksum) VALUES (999, 'n', 'c')",
        "DELETE FROM authserver.schema_routine WHERE name LIKE '340%'");
    Psql newer = install(database.superuserUrl());
    assertEquals(3, newer.code(), newer.output());
    assertTrue(
        newer.output().contains("version 999, but this script knows none after"), newer::output);
    assertEquals(
        "0", text("SELECT count(*) FROM authserver.schema_routine WHERE name LIKE '340%'"));
  }

  /** All or nothing: the error is in the last routines, and not even the schema is left. */
  @Test
  void aFailureLeavesTheDatabaseAsItWas() throws Exception {
    database.execute(
        "CREATE FUNCTION public.authserver_iterate_users() RETURNS int LANGUAGE sql AS 'SELECT 1'");

    Psql run = install(database.superuserUrl());
    assertEquals(3, run.code(), run.output());
    assertTrue(run.output().contains("340_authserver_iterate_users.sql:"), run::output);
    assertEquals("t", text("SELECT to_regnamespace('authserver') IS NULL"));
  }

  /** As MigrationRunnerIT has it for the program. */
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
    assertEquals(0, install(database.superuserUrl()).code());
    // Refused where a constraint depends on it.
    database.execute("DROP FUNCTION public.num_nonnulls(uuid, bigint)");
  }

  @Test
  void twoAtOnceWaitForEachOther() throws Exception {
    List<CompletableFuture<Psql>> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Psql> run = new CompletableFuture<>();
      runs.add(run);
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  run.complete(install(database.superuserUrl()));
                } catch (IOException | InterruptedException | RuntimeException e) {
                  run.completeExceptionally(e);
                }
              });
    }
    int applied = 0;
    for (CompletableFuture<Psql> run : runs) {
      Psql psql = run.get(60, TimeUnit.SECONDS);
      assertEquals(0, psql.code(), psql.output());
      applied += psql.output().contains("applied migration 0001") ? 1 : 0;
    }
    assertEquals(1, applied);
  }

  private record Psql(int code, String output) {}

  private static Psql install(String as) throws IOException, InterruptedException {
    Path output = Files.createTempFile("psql", ".txt");
    try {
      String withoutPassword = as.replaceFirst(":[^:/@]+@", "@");
      Process process =
          new ProcessBuilder(
                  "/usr/bin/psql",
                  "-X",
                  "-d",
                  withoutPassword,
                  "-f",
                  SQL.resolve("install.sql").toString())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("psql does not end");
      }
      return new Psql(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  private static List<String> records(TestDatabase database) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection connection =
            DatabaseUrl.parse(database.superuserUrl())
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT version || ' ' || name || ' ' || checksum FROM authserver.schema_migration"
                    + " UNION ALL SELECT name || ' ' || checksum FROM authserver.schema_routine"
                    + " ORDER BY 1")) {
      while (found.next()) {
        rows.add(found.getString(1));
      }
    }
    return rows;
  }

  private static void record(Connection connection, SqlFile file) throws Exception {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO authserver.schema_migration (version, name, checksum) VALUES (?, ?, ?)")) {
      statement.setInt(1, file.number());
      statement.setString(2, file.name());
      statement.setString(3, file.checksum());
      statement.executeUpdate();
    }
  }

  private String text(String sql) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private Connection connect() throws Exception {
    return url.connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
  }
}
