package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.testing.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.Parameter;

/**
 * Runs {@code sql/tests} with pgTAP, which is plain SQL: the file of Debian's package
 * (postgresql-15-pgtap), or the one that the system property {@code authserver.pgtap} names, is
 * loaded into the embedded database.
 */
@EachPostgres(needs = Oracle.PGTAP)
class PgTapIT {
  @Parameter TestPostgres server;

  private static final Path TESTS = Path.of("..", "sql", "tests");

  @TestFactory
  Stream<DynamicTest> files() throws IOException {
    Path pgTap = Oracle.pgTap().orElseThrow();
    List<Path> files;
    try (Stream<Path> listed = Files.list(TESTS)) {
      files = listed.filter(f -> f.toString().endsWith(".sql")).sorted().toList();
    }
    assertTrue(!files.isEmpty(), () -> "files");
    return files.stream()
        .map(file -> DynamicTest.dynamicTest("" + file.getFileName(), () -> run(pgTap, file)));
  }

  private void run(Path pgTap, Path file) throws Exception {
    try (TestDatabase database = TestDatabase.create(server);
        Connection connection =
            DatabaseUrl.parse(database.superuserUrl())
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(60));
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("CREATE SCHEMA tap");
      statement.execute("SET search_path = tap, public");
      statement.execute("SET client_min_messages = warning");
      statement.execute(Files.readString(pgTap));

      List<String> lines = new ArrayList<>();
      boolean rows = statement.execute(Files.readString(file));
      while (rows || statement.getUpdateCount() != -1) {
        if (rows) {
          try (ResultSet found = statement.getResultSet()) {
            while (found.next()) {
              lines.add(String.valueOf(found.getString(1)));
            }
          }
        }
        rows = statement.getMoreResults();
      }
      assertTrue(lines.getFirst().startsWith("1.."), lines::toString);
      assertEquals(
          List.of(),
          lines.stream().filter(l -> l.startsWith("not ok") || l.startsWith("# Looks")).toList(),
          () -> String.join("\n", lines));
    }
  }
}
