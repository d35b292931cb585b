package io.authserver.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The demo's PostgreSQL: made for it in its directory, on loopback, with passwords. It may be
 * stopped, killed and started from outside; two scripts say how.
 */
final class DatabaseServer implements AutoCloseable {
  static final String PID_FILE = "postgresql/data/postmaster.pid";
  static final String LOG = "postgresql.log";
  private static final String USER = "postgres";

  private final Workspace workspace;
  private final EmbeddedPostgres server;
  private final String password;
  private final Path data;

  private DatabaseServer(Workspace workspace, EmbeddedPostgres server, String password, Path data) {
    this.workspace = workspace;
    this.server = server;
    this.password = password;
    this.data = data;
  }

  /**
   * Starts a server.
   *
   * @throws DemoFailure when it does not start
   */
  static DatabaseServer start(Workspace workspace, int port) throws IOException, DemoFailure {
    Path home = Files.createDirectory(workspace.resolve("postgresql"));
    Path data = home.resolve("data");
    String password = Passwords.random();
    Path passwordFile = workspace.writePrivately("superuser.password", password + "\n", false);
    EmbeddedPostgres server;
    try {
      server = builder(workspace, home, data, port, password, passwordFile).start();
    } catch (IOException | IllegalStateException e) {
      throw new DemoFailure(
          "PostgreSQL does not start: "
              + e.getMessage()
              + LogTail.of(workspace.resolve(LOG)).stream()
                  .map(line -> "\n  | " + line)
                  .collect(Collectors.joining()),
          e);
    }
    Files.delete(passwordFile);
    DatabaseServer started = new DatabaseServer(workspace, server, password, data);
    started.writeScripts(Workspace.onlyChild(home, "PG-").resolve("bin/pg_ctl"));
    return started;
  }

  private static EmbeddedPostgres.Builder builder(
      Workspace workspace, Path home, Path data, int port, String password, Path passwordFile) {
    ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(workspace.resolve(LOG).toFile());
    return EmbeddedPostgres.builder()
        .setOverrideWorkingDirectory(home.toFile())
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setPort(port)
        // These become options of initdb: nobody else on this machine may be our superuser.
        .setLocaleConfig("locale", "C")
        .setLocaleConfig("auth", "scram-sha-256")
        .setLocaleConfig("pwfile", passwordFile.toString())
        .setConnectConfig("password", password)
        .setDataDirectoryCustomizer(directory -> configure(directory, port))
        .setErrorRedirector(log)
        .setOutputRedirector(log);
  }

  /** Puts into the configuration what a start from outside needs to know as well. */
  private static void configure(File directory, int port) {
    try {
      Files.writeString(
          directory.toPath().resolve("postgresql.conf"),
          """

          listen_addresses = '127.0.0.1'
          port = %d
          unix_socket_directories = ''
          max_connections = 200
          fsync = off
          """
              .formatted(port),
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeScripts(Path pgCtl) throws IOException {
    String asNobody = "# PostgreSQL does not run as root: an own user namespace does.\n";
    String head =
        "#!/bin/sh\n"
            + asNobody
            + "[ \"$(id -u)\" = 0 ] && as='unshare -U'\ncd "
            + Shell.quote(workspace.directory().toString())
            + " || exit 1\nexec $as "
            + Shell.quote(pgCtl.toString())
            + " -D "
            + Shell.quote(data.toString());
    workspace.writePrivately(
        "start-postgresql.sh", head + " -l postgresql.log -w start </dev/null\n", true);
    workspace.writePrivately(
        "stop-postgresql.sh", head + " -m \"${1:-fast}\" -w stop </dev/null\n", true);
  }

  /**
   * Makes a role that may log in and has the rights of one group.
   *
   * @param itsPassword letters and digits
   */
  void createLoginRole(String role, String itsPassword, String group) throws DemoFailure {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + itsPassword + "'");
      statement.execute("GRANT " + group + " TO " + role);
    } catch (SQLException e) {
      throw new DemoFailure("cannot make the role " + role + ": " + e.getMessage(), e);
    }
  }

  /** Returns the superuser's URL, password included. */
  String superuserUrl() {
    return url(USER, password);
  }

  /** Returns the URL of another login role. */
  String url(String user, String itsPassword) {
    return "postgresql://"
        + user
        + ":"
        + itsPassword
        + "@127.0.0.1:"
        + server.getPort()
        + "/postgres";
  }

  Path data() {
    return data;
  }

  /** Returns the process, or null while the server does not run. */
  @Nullable ProcessHandle process() {
    return workspace.child(PID_FILE);
  }

  /** Stops the server, wherever it was started. */
  @Override
  public void close() throws IOException {
    if (process() != null) {
      server.close();
    }
  }
}
