package io.authserver.db.migrate;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.WrappingKeys;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a daemon finds out about the database before it says that it is ready. */
public final class StartupCheck {
  /**
   * How long the first connection may take where nothing fails: the JVM is cold, and after a boot
   * everything else starts as well. A try beyond it is not begun.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private StartupCheck() {}

  /**
   * Which right the daemon's role lacks, and whether the schema is one that this program knows.
   *
   * @return one line for each problem; empty where there is none
   * @throws AuthDatabaseException where the database cannot be reached
   */
  public static List<String> problems(AuthDatabase database, DaemonRole role)
      throws AuthDatabaseException {
    return patiently(
        database,
        connection -> {
          List<String> problems = rights(connection, role);
          if (problems.isEmpty()) {
            problems.addAll(version(connection));
          }
          return problems;
        });
  }

  /**
   * Whether the loaded wrapping keys open at least one of the active private keys, judged by the
   * IDs.
   *
   * @return one line for each problem; empty where there is none, or no key yet
   * @throws AuthDatabaseException where the database cannot be reached, or the role is not the
   *     signer's
   */
  public static List<String> wrappingKeyProblems(AuthDatabase database, WrappingKeys keys)
      throws AuthDatabaseException {
    return patiently(
        database,
        connection -> {
          List<String> others = new ArrayList<>();
          boolean known = false;
          try (Statement statement = connection.createStatement();
              ResultSet rows =
                  statement.executeQuery("SELECT * FROM authserver.signer_wrapping_keys()")) {
            while (rows.next()) {
              String id = rows.getString("wrapping_key_id");
              if (keys.ids().contains(id)) {
                known = true;
              } else {
                others.add(id);
              }
            }
          }
          return known || others.isEmpty()
              ? List.<String>of()
              : List.of(
                  "wrong wrapping key: the private keys were wrapped with "
                      + String.join(", ", others)
                      + ", loaded is "
                      + String.join(", ", keys.ids()));
        });
  }

  private static List<String> patiently(AuthDatabase database, AuthDatabase.Work<List<String>> work)
      throws AuthDatabaseException {
    long began = System.nanoTime();
    while (true) {
      try {
        return database.read(work);
      } catch (AuthDatabaseException e) {
        if (!e.isBusy() || System.nanoTime() - began >= PATIENCE.toNanos()) {
          throw e;
        }
      }
    }
  }

  private static List<String> rights(Connection connection, DaemonRole role) throws SQLException {
    List<String> problems = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT current_user, has_schema_privilege(oid, 'USAGE')"
                    + " FROM pg_catalog.pg_namespace WHERE nspname = 'authserver'")) {
      if (!row.next()) {
        problems.add("database: it has no schema authserver; run `authserver db bootstrap`");
      } else if (!row.getBoolean(2)) {
        problems.add(
            "database: role "
                + row.getString(1)
                + " lacks USAGE on schema authserver; GRANT "
                + role.group()
                + " TO it");
      }
    }
    if (!problems.isEmpty()) {
      return problems;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT current_user, to_regprocedure(?) IS NOT NULL,"
                + " coalesce(has_function_privilege(to_regprocedure(?), 'EXECUTE'), false)")) {
      for (String routine : role.routines()) {
        statement.setString(1, routine);
        statement.setString(2, routine);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          if (!row.getBoolean(2)) {
            problems.add(
                "database: routine " + routine + " is missing; run `authserver db migrate`");
          } else if (!row.getBoolean(3)) {
            problems.add(
                "database: role "
                    + row.getString(1)
                    + " may not execute "
                    + routine
                    + "; GRANT "
                    + role.group()
                    + " TO it");
          }
        }
      }
    }
    return problems;
  }

  private static List<String> version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT authserver.schema_version()")) {
      row.next();
      int version = row.getInt(1);
      int newest = Schema.newest();
      if (version < Schema.OLDEST) {
        return List.of(
            "database: its schema has version " + version + "; run `authserver db migrate`");
      }
      if (version > newest) {
        return List.of(
            "database: its schema has version "
                + version
                + ", but this program knows none after "
                + newest);
      }
      return List.of();
    }
  }
}
