package io.authserver.bench;

import io.authserver.admin.Main;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * An auth database on loopback for a run, in a PostgreSQL of its own. Its rows are made by the
 * command line's own code.
 */
final class BenchDatabase implements AutoCloseable {
  private final EmbeddedPostgres server;
  private final long postmaster;
  private final Path wrappingKey;

  private BenchDatabase(EmbeddedPostgres server, long postmaster, Path wrappingKey) {
    this.server = server;
    this.postmaster = postmaster;
    this.wrappingKey = wrappingKey;
  }

  /** Starts a server and gives it the schema; everything lies in a folder. */
  static BenchDatabase start(Path folder) throws IOException {
    Path data = folder.resolve("postgresql");
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setServerConfig("listen_addresses", "127.0.0.1")
            .start();
    long postmaster =
        Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
    BenchDatabase database = new BenchDatabase(server, postmaster, folder.resolve("wrapping.key"));
    boolean done = false;
    try {
      database.authserver("wrapping-key", "create", database.wrappingKey.toString());
      database.authserver("db", "bootstrap");
      database.authserver("db", "migrate");
      done = true;
      return database;
    } finally {
      if (!done) {
        database.close();
      }
    }
  }

  /**
   * Runs a command of {@code authserver} in this process.
   *
   * @throws BenchFailure with what it said, when it did not end with 0
   */
  void authserver(String... arguments) throws BenchFailure {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status =
        Main.run(
            arguments,
            Map.of(
                "DATABASE_URL",
                url("postgres"),
                "AUTHSERVER_WRAPPING_KEY_FILE",
                wrappingKey.toString()),
            new ByteArrayInputStream(new byte[0]),
            stream,
            stream);
    if (status != 0) {
      throw new BenchFailure(
          "authserver "
              + String.join(" ", arguments)
              + ": "
              + said.toString(StandardCharsets.UTF_8).strip());
    }
  }

  /** Makes the login role of a daemon, with the rights of its group alone; returns its URL. */
  String loginRole(String role, String group) throws IOException {
    execute("CREATE ROLE " + role + " LOGIN", "GRANT " + group + " TO " + role);
    return url(role);
  }

  /** Executes SQL as a superuser. */
  void execute(String... statements) throws IOException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : List.of(statements)) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  /**
   * Measures statements where they run.
   *
   * @param addresses what is asked, one call of the function for each
   * @return ms of each call, network and driver not included
   */
  double[] millisInside(List<String> addresses) throws IOException {
    String define =
        """
        CREATE OR REPLACE FUNCTION pg_temp.millis(addresses text[]) RETURNS SETOF float8
        LANGUAGE plpgsql AS $$
        DECLARE
            one text;
            began timestamptz;
        BEGIN
            FOREACH one IN ARRAY addresses LOOP
                began := clock_timestamp();
                PERFORM x.step FROM authserver.forwarder_route(ARRAY[one]) r
                LEFT JOIN LATERAL (SELECT r.list_id WHERE r.decision = 'list') l ON true
                LEFT JOIN LATERAL authserver.forwarder_expand(l.list_id, 50) x ON l.list_id IS NOT NULL;
                RETURN NEXT 1000 * extract(epoch FROM clock_timestamp() - began);
            END LOOP;
        END;
        $$
        """;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        PreparedStatement call = connection.prepareStatement("SELECT * FROM pg_temp.millis(?)")) {
      statement.execute(define);
      call.setArray(1, connection.createArrayOf("text", addresses.toArray()));
      // Once to read what is asked into memory and to plan, once to measure.
      call.executeQuery().close();
      double[] millis = new double[addresses.size()];
      try (ResultSet rows = call.executeQuery()) {
        for (int i = 0; i < millis.length && rows.next(); i++) {
          millis[i] = rows.getDouble(1);
        }
      }
      return millis;
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  /** Returns the server's name and version. */
  String version() throws IOException {
    try (Connection connection = server.getPostgresDatabase().getConnection()) {
      return "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion();
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private String url(String user) {
    return "postgresql://" + user + "@127.0.0.1:" + server.getPort() + "/postgres";
  }

  Path wrappingKey() {
    return wrappingKey;
  }

  /** Returns the CPU time of all of the server's processes, those that have ended included. */
  double cpuMillis() throws IOException {
    double sum = new ProcessStat(postmaster).cpuMillisWithChildren();
    for (ProcessHandle child : ProcessHandle.of(postmaster).orElseThrow().children().toList()) {
      sum += ofBackend(child.pid());
    }
    return sum;
  }

  private static double ofBackend(long pid) {
    try {
      return new ProcessStat(pid).cpuMillis();
    } catch (IOException e) {
      // It has just ended; the server's own count has it the next time.
      return 0;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
