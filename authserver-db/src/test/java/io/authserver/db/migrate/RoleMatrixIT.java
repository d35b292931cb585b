package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * Each role may do what {@code sql/roles.snapshot.txt} says, as the catalogs have it and as the
 * server lets it happen. After a change run this test with {@code -Dauthserver.snapshot=write} and
 * look at the difference: a new routine or table has to be there.
 */
@EachPostgres
class RoleMatrixIT {
  private static final Path MATRIX = Path.of("..", "sql", "roles.snapshot.txt");
  private static final List<String> GROUPS = List.of("admin", "signer", "forwarder", "api");

  @Parameter TestPostgres server;
  private TestDatabase database;

  @BeforeEach
  void create() {
    database = TestDatabase.create(server);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theCatalogsAreTheMatrix() throws Exception {
    StringBuilder matrix = new StringBuilder();
    try (Connection connection = connect(database.superuserUrl());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(Files.readString(Path.of("..", "sql", "roles.sql")))) {
      while (rows.next()) {
        matrix.append(rows.getString(1)).append('\n');
      }
    }
    if ("write".equals(System.getProperty("authserver.snapshot"))) {
      Files.writeString(MATRIX, matrix);
    }
    assertEquals(Files.readString(MATRIX), matrix.toString());
  }

  /** A login role with a grant has what its group has; one without, what everybody has: nothing. */
  @Test
  void theServerHoldsToIt() throws Exception {
    Map<String, List<String>> allowed = new LinkedHashMap<>();
    for (String line : Files.readAllLines(MATRIX)) {
      String[] words = line.split(" {2,}", 2);
      allowed.put(
          words[0].replace(" as owner", ""),
          words.length == 1 ? List.of() : List.of(words[1].trim().split(" ", -1)));
    }
    int denied = 0;
    for (String role : List.of("admin", "signer", "forwarder", "api", "nobody")) {
      try (Connection connection =
              connect(database.nobodyUrl().replace("test_nobody", "test_" + role));
          Statement statement = connection.createStatement()) {
        for (Map.Entry<String, List<String>> thing : allowed.entrySet()) {
          for (Map.Entry<String, String> use : uses(thing.getKey()).entrySet()) {
            boolean may = rights(thing.getValue(), role).contains(use.getKey());
            assertEquals(may, may(statement, use.getValue()), role + ": " + use.getValue());
            denied += may ? 0 : 1;
          }
        }
        for (String group : List.of("owner", "admin", "signer", "forwarder", "api")) {
          boolean may = group.equals(role);
          assertEquals(may, may(statement, "SET ROLE authserver_" + group), role + " as " + group);
          statement.execute("RESET ROLE");
        }
      }
    }
    assertTrue(denied > 500, "denied " + denied);
  }

  /** What stands for a role in a line of the matrix, in letters; X is EXECUTE. */
  private static String rights(List<String> entries, String role) {
    for (String entry : entries) {
      if (entry.equals(role)) {
        return "X";
      }
      if (entry.startsWith(role + "=") || (!GROUPS.contains(role) && entry.startsWith("public="))) {
        return entry.substring(entry.indexOf('=') + 1);
      }
    }
    return "";
  }

  /** A statement for each right that there is on a thing. */
  private static Map<String, String> uses(String thing) {
    Map<String, String> uses = new LinkedHashMap<>();
    String name = thing.substring(thing.indexOf(' ') + 1);
    if (thing.startsWith("table")) {
      uses.put("r", "SELECT count(*) FROM " + name);
      uses.put("a", "INSERT INTO " + name + " DEFAULT VALUES");
      uses.put("d", "DELETE FROM " + name);
      uses.put("D", "TRUNCATE " + name + " CASCADE");
      uses.put(
          "t",
          "CREATE TRIGGER planted AFTER INSERT ON "
              + name
              + " EXECUTE FUNCTION suppress_redundant_updates_trigger()");
    } else if (thing.startsWith("sequence")) {
      uses.put("U", "SELECT nextval('" + name + "')");
      uses.put("r", "SELECT last_value FROM " + name);
    } else if (thing.startsWith("schema")) {
      uses.put("C", "CREATE TABLE " + name + ".planted ()");
    } else if (thing.startsWith("routine")) {
      String arguments = name.substring(name.indexOf('(') + 1, name.indexOf(')'));
      List<String> nulls = new ArrayList<>();
      for (String type : arguments.isEmpty() ? new String[0] : arguments.split(", ", -1)) {
        nulls.add("NULL::" + type);
      }
      uses.put(
          "X",
          "SELECT " + name.substring(0, name.indexOf('(')) + "(" + String.join(", ", nulls) + ")");
    }
    return uses;
  }

  /** Whether the server does it, or at least does not refuse it for want of a right. */
  private static boolean may(Statement statement, String sql) throws SQLException {
    statement.execute("BEGIN");
    try {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      return !"42501".equals(e.getSQLState());
    } finally {
      if (sql.startsWith("SET ROLE")) {
        statement.execute("COMMIT");
      } else {
        statement.execute("ROLLBACK");
      }
    }
  }

  private static Connection connect(String url) throws SQLException, IOException {
    return DatabaseUrl.parse(url)
        .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
  }
}
