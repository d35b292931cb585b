package io.authserver.db.migrate;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the schema up to this program's version: the numbered migrations that are missing, each in
 * a transaction, then the routines whose text changed. Works as authserver_owner. Two at once wait
 * for each other; running it again changes nothing.
 */
public final class MigrationRunner {
  private final DatabaseUrl url;

  /**
   * For a database in which {@link Bootstrap} was run, as a role that may act as authserver_owner.
   */
  public MigrationRunner(DatabaseUrl url) {
    this.url = url;
  }

  /**
   * What was done.
   *
   * @param migrations the names of the migrations that were applied
   * @param routines the names of the routine files that were installed
   */
  public record Result(List<String> migrations, List<String> routines) {
    public Result {
      migrations = List.copyOf(migrations);
      routines = List.copyOf(routines);
    }
  }

  /**
   * A migration or routine file and where it stands.
   *
   * @param kind {@code migration} or {@code routine}
   * @param state {@code applied}, {@code pending}, {@code changed} (the database has another text
   *     of it) or {@code unknown} (the database has it, this program does not)
   */
  public record Entry(String kind, String name, String state, @Nullable Instant appliedAt) {}

  private record Applied(String name, String checksum, Instant at) {}

  /**
   * Migrates.
   *
   * @throws AuthDatabaseException where the database is not prepared, is newer than this program,
   *     had a migration that was changed afterwards, or refuses a statement (that migration is
   *     rolled back)
   */
  public Result migrate() throws AuthDatabaseException {
    return OwnerConnection.callAlone(url, MigrationRunner::migrate);
  }

  /** Says where the database stands, and changes nothing. */
  public List<Entry> status() throws AuthDatabaseException {
    return OwnerConnection.call(url, MigrationRunner::status);
  }

  /**
   * Says what is not as this program has it: migrations and routine files that are pending, changed
   * or unknown, and, with state {@code drifted}, files of which the database no longer has a
   * routine's text. Any role that may read the records will do; changes nothing.
   */
  public List<Entry> drift() throws AuthDatabaseException {
    try (Connection connection =
        url.connect("authserver", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(70))) {
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : status(connection)) {
        if (!entry.state().equals("applied")) {
          entries.add(entry);
        }
      }
      if (entries.isEmpty()) {
        Set<String> bodies = bodies(connection);
        for (SqlFile file : SqlFiles.routines()) {
          if (!bodies.containsAll(file.bodies())) {
            entries.add(new Entry("routine", file.name(), "drifted", null));
          }
        }
      }
      return entries;
    } catch (SQLException e) {
      throw AuthDatabaseException.of(e);
    }
  }

  private static Set<String> bodies(Connection connection) throws SQLException {
    Set<String> bodies = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT p.prosrc FROM pg_catalog.pg_proc p"
                    + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                    + " WHERE n.nspname = 'authserver'"
                    + " OR (n.nspname = 'public' AND p.proname LIKE 'authserver\\_%')")) {
      while (rows.next()) {
        bodies.add(rows.getString(1));
      }
    }
    return bodies;
  }

  private static Result migrate(Connection connection) throws SQLException, AuthDatabaseException {
    Map<Integer, Applied> applied = appliedMigrations(connection);
    List<SqlFile> known = SqlFiles.migrations();
    check(known, applied);
    refuseOthersProcedures(connection);
    connection.setAutoCommit(false);
    List<String> migrations = new ArrayList<>();
    for (SqlFile migration : known) {
      if (!applied.containsKey(migration.number())) {
        run(connection, migration, "migration");
        record(
            connection,
            "INSERT INTO authserver.schema_migration (name, checksum, version) VALUES (?, ?, ?)",
            migration,
            migration.number());
        connection.commit();
        migrations.add(migration.name());
      }
    }
    List<String> routines = installRoutines(connection, SqlFiles.routines(), false);
    connection.commit();
    return new Result(migrations, routines);
  }

  /** Procedures of net.maurus.authserver have the API's names, and may be in use. */
  private static void refuseOthersProcedures(Connection connection)
      throws SQLException, AuthDatabaseException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT s, pg_catalog.pg_get_userbyid(p.proowner) FROM pg_catalog.unnest(?::text[]) s"
                + " JOIN pg_catalog.pg_proc p ON p.oid = pg_catalog.to_regprocedure(s)"
                + " WHERE p.proowner <> 'authserver_owner'::pg_catalog.regrole LIMIT 1")) {
      statement.setArray(
          1, connection.createArrayOf("text", StoredProcedureApi.SIGNATURES.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        if (rows.next()) {
          throw AuthDatabaseException.unfit(
              rows.getString(1)
                  + " is there already and belongs to role "
                  + rows.getString(2)
                  + ": where net.maurus.authserver is in use, ours takes a database of its own"
                  + " (docs/migration.md)");
        }
      }
    }
  }

  private static void check(List<SqlFile> known, Map<Integer, Applied> applied)
      throws AuthDatabaseException {
    int newest = known.getLast().number();
    for (int version : applied.keySet()) {
      if (version > newest) {
        throw AuthDatabaseException.unfit(
            "its schema has version " + version + ", but this program knows none after " + newest);
      }
    }
    for (SqlFile migration : known) {
      Applied before = applied.get(migration.number());
      if (before != null && !before.checksum().equals(migration.checksum())) {
        throw AuthDatabaseException.unfit(
            "migration " + migration.name() + " is not what this database once had as that");
      }
    }
  }

  /**
   * Installs those routines whose text is not the installed one, or all, and judges all lists by
   * them. In the caller's transaction.
   */
  static List<String> installRoutines(Connection connection, List<SqlFile> routines, boolean all)
      throws SQLException, AuthDatabaseException {
    Map<String, Applied> installed = installedRoutines(connection);
    List<String> done = new ArrayList<>();
    for (SqlFile routine : routines) {
      Applied before = installed.get(routine.name());
      if (all || before == null || !before.checksum().equals(routine.checksum())) {
        run(connection, routine, "routine");
        record(
            connection,
            "INSERT INTO authserver.schema_routine (name, checksum) VALUES (?, ?)"
                + " ON CONFLICT (name)"
                + " DO UPDATE SET checksum = excluded.checksum, applied_at = now()",
            routine,
            null);
        done.add(routine.name());
      }
    }
    if (!done.isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT authserver.judge_lists()");
      }
    }
    return done;
  }

  private static void run(Connection connection, SqlFile file, String kind)
      throws AuthDatabaseException {
    try (Statement statement = connection.createStatement()) {
      // Braces are SQL's here, not JDBC's.
      statement.setEscapeProcessing(false);
      statement.execute(file.text());
    } catch (SQLException e) {
      throw AuthDatabaseException.of(
          new SQLException(kind + " " + file.name() + ": " + e.getMessage(), e.getSQLState(), e));
    }
  }

  private static void record(
      Connection connection, String sql, SqlFile file, @Nullable Integer version)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, file.name());
      statement.setString(2, file.checksum());
      if (version != null) {
        statement.setInt(3, version);
      }
      statement.executeUpdate();
    }
  }

  private static List<Entry> status(Connection connection) throws SQLException {
    Map<Integer, Applied> migrations = appliedMigrations(connection);
    Map<String, Applied> routines =
        migrations.isEmpty() ? new LinkedHashMap<>() : installedRoutines(connection);
    List<Entry> entries = new ArrayList<>();
    for (SqlFile file : SqlFiles.migrations()) {
      entries.add(entry("migration", file, migrations.remove(file.number())));
    }
    migrations
        .values()
        .forEach(a -> entries.add(new Entry("migration", a.name(), "unknown", a.at())));
    for (SqlFile file : SqlFiles.routines()) {
      entries.add(entry("routine", file, routines.remove(file.name())));
    }
    routines.values().forEach(a -> entries.add(new Entry("routine", a.name(), "unknown", a.at())));
    return entries;
  }

  private static Entry entry(String kind, SqlFile file, @Nullable Applied applied) {
    if (applied == null) {
      return new Entry(kind, file.name(), "pending", null);
    }
    boolean same = applied.checksum().equals(file.checksum());
    return new Entry(kind, file.name(), same ? "applied" : "changed", applied.at());
  }

  private static Map<Integer, Applied> appliedMigrations(Connection connection)
      throws SQLException {
    Map<Integer, Applied> applied = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery("SELECT to_regclass('authserver.schema_migration') IS NULL")) {
        row.next();
        if (row.getBoolean(1)) {
          return applied;
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT version, name, checksum, applied_at FROM authserver.schema_migration"
                  + " ORDER BY version")) {
        while (rows.next()) {
          applied.put(rows.getInt(1), applied(rows, 2));
        }
      }
    }
    return applied;
  }

  private static Map<String, Applied> installedRoutines(Connection connection) throws SQLException {
    Map<String, Applied> installed = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT name, checksum, applied_at FROM authserver.schema_routine"
                    + " ORDER BY name")) {
      while (rows.next()) {
        installed.put(rows.getString(1), applied(rows, 1));
      }
    }
    return installed;
  }

  private static Applied applied(ResultSet row, int from) throws SQLException {
    OffsetDateTime at = row.getObject(from + 2, OffsetDateTime.class);
    return new Applied(row.getString(from), row.getString(from + 1), at.toInstant());
  }
}
