package io.authserver.realservers;

import io.authserver.db.pool.DatabaseUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The site's PostgreSQL 15 with the database {@code auth}; it can be stopped and started. */
final class PostgreSql {
  private static final String ROOT = "dovecot";
  private static final String USER = "postgres";
  private static final String PROGRAMS = "/usr/lib/postgresql/15/bin/";
  private static final String DATA = "/var/lib/postgresql/data";
  private static final Duration SOON = Duration.ofSeconds(60);

  private @Nullable Process process;

  /** Makes the cluster and its database, and starts it. */
  static PostgreSql create() throws IOException, InterruptedException {
    Place.write(ROOT, "/var/lib/postgresql/password", "superuser\n");
    Place.run(
        List.of("chown", "993:993", Place.in(ROOT, "/var/lib/postgresql/password").toString()));
    Place.run(
        Place.inRoot(
            ROOT,
            USER,
            List.of(
                PROGRAMS + "initdb",
                "--pgdata=" + DATA,
                "--no-locale",
                "--encoding=UTF8",
                "--no-sync",
                "--auth=scram-sha-256",
                "--pwfile=/var/lib/postgresql/password")));
    append("pg_hba.conf", "host all all 192.0.2.254/32 scram-sha-256");
    append(
        "postgresql.conf",
        """
        listen_addresses = '*'
        unix_socket_directories = ''
        max_connections = 200
        fsync = off
        jit = off
        """);
    PostgreSql server = new PostgreSql();
    server.start();
    execute("postgres", "CREATE DATABASE auth");
    return server;
  }

  private static void append(String file, String text) throws IOException {
    Files.writeString(
        Place.in(ROOT, DATA + "/" + file), "\n" + text + "\n", StandardOpenOption.APPEND);
  }

  void start() throws IOException {
    Process started =
        Place.start(
            "postgresql",
            Place.inRoot(ROOT, USER, List.of(PROGRAMS + "postgres", "-D", DATA)),
            Map.of("LANG", "C.UTF-8"));
    process = started;
    Place.await(
        "PostgreSQL answers",
        SOON,
        () -> {
          if (!started.isAlive()) {
            throw new AssertionError("PostgreSQL ended; see " + Place.log("postgresql"));
          }
          return answers();
        });
  }

  private static boolean answers() {
    try (Connection connection = connect("postgres")) {
      return connection.isValid(5);
    } catch (SQLException | IOException _) {
      return false;
    }
  }

  /** Ends it at once, as a crash would: open transactions are cut. */
  void stop() throws InterruptedException {
    Process running = process;
    if (running != null) {
      // nsenter and chroot have become the server itself; SIGQUIT is its immediate shutdown
      try {
        Place.run(List.of("kill", "-QUIT", Long.toString(running.pid())));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      Place.awaitEnd("postgresql", running);
    }
    process = null;
  }

  /** Returns a superuser's URL, for programs in the internet's network. */
  static String adminUrl() {
    return url(Place.SITE_ADDRESS, "postgres", "superuser", "auth");
  }

  /** Returns a daemon's URL. */
  static String siteUrl(String role, String password) {
    return url("127.0.0.1", role, password, "auth");
  }

  private static String url(String host, String role, String password, String database) {
    return "postgresql://" + role + ":" + password + "@" + host + ":5432/" + database;
  }

  private static Connection connect(String database) throws SQLException, IOException {
    return DatabaseUrl.parse(url(Place.SITE_ADDRESS, "postgres", "superuser", database))
        .connect("integration-tests", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
  }

  /** Executes statements in the auth database. */
  void run(String... statements) {
    execute("auth", statements);
  }

  private static void execute(String database, String... statements) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
