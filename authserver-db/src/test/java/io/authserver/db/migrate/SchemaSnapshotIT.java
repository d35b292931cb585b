package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The schema as migrations and routines make it is the one in {@code sql/schema.snapshot.sql}.
 * After a change run this test with {@code -Dauthserver.snapshot=write} and look at the difference.
 */
class SchemaSnapshotIT {
  private static final Path SQL = Path.of("..", "sql");
  private static final Path SNAPSHOT = SQL.resolve("schema.snapshot.sql");

  @Test
  void theSnapshotIsTheSchema() throws Exception {
    compare(TestPostgres.BUNDLED);
  }

  @Nested
  @Needs(Oracle.POSTGRESQL_15)
  class OnPostgres15 {
    @Test
    void theSnapshotIsTheSchema() throws Exception {
      compare(TestPostgres.DEBIAN_15);
    }
  }

  private static void compare(TestPostgres server) throws Exception {
    String schema;
    try (TestDatabase database = TestDatabase.create(server)) {
      schema = of(database);
    }
    if ("write".equals(System.getProperty("authserver.snapshot"))) {
      Files.writeString(SNAPSHOT, schema);
    }
    assertEquals(Files.readString(SNAPSHOT), schema);
  }

  @Test
  void everyRoutineHasAFixedSearchPathAndAComment() throws Exception {
    try (TestDatabase database = TestDatabase.create();
        Connection connection =
            DatabaseUrl.parse(database.superuserUrl())
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT p.oid::regprocedure, p.proconfig[1], obj_description(p.oid),
                       has_function_privilege('public', p.oid, 'EXECUTE'), p.provolatile = 'v', p.prosecdef
                FROM pg_proc p
                WHERE p.pronamespace = 'authserver'::regnamespace
                   OR (p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver%')
                """)) {
      int routines = 0;
      while (rows.next()) {
        String name = rows.getString(1);
        assertEquals("search_path=pg_catalog, pg_temp", rows.getString(2), name);
        assertTrue(rows.getString(3) != null && !rows.getString(3).isBlank(), name);
        assertEquals(false, rows.getBoolean(4), name + " is everybody's");
        routines++;
      }
      assertTrue(routines > 20, () -> "routines");
    }
  }

  /** The schema of a database, a line for each thing. */
  static String of(TestDatabase database) throws Exception {
    List<String> lines = new ArrayList<>();
    try (Connection connection =
            DatabaseUrl.parse(database.superuserUrl())
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      try (ResultSet rows = statement.executeQuery(Files.readString(SQL.resolve("snapshot.sql")))) {
        while (rows.next()) {
          lines.add(rows.getString(1));
        }
      }
    }
    return String.join("\n", lines) + "\n";
  }
}
