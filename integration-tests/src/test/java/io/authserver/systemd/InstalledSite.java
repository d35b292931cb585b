package io.authserver.systemd;

import io.authserver.smtp.testing.ScriptedNextHop;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A site set up as docs/operations.md says, with what bin/install has installed and the examples as
 * settings: a database, a domain with an active key, a list, and next hops that take everything.
 */
final class InstalledSite implements AutoCloseable {
  static final String DOMAIN = "garden.example";
  static final String PASSWORD = "hush-5f1c";
  static final String SIGNER = "dkimsigner@10036.service";
  static final String FORWARDER = "mailforwarder.service";
  static final Path SETTINGS = Path.of("/etc/appconfig");

  private static final Path EXAMPLES = Path.of("/usr/share/doc/authserver/examples/appconfig");

  final ScriptedNextHop relay;
  final ScriptedNextHop delivery = ScriptedNextHop.accepting();
  private final EmbeddedPostgres database;
  private final Map<String, String> environment;

  InstalledSite(ScriptedNextHop relay) throws Exception {
    this.relay = relay;
    database = EmbeddedPostgres.builder().setLocaleConfig("locale", "C").start();
    environment =
        Map.of(
            "DATABASE_URL",
            url("postgres"),
            "AUTHSERVER_WRAPPING_KEY_FILE",
            "/etc/authserver/wrapping-key");
    Machine.run("systemd-sysusers");
    Machine.run("systemd-tmpfiles", "--create");
    authserver("wrapping-key", "create", "/etc/authserver/wrapping-key");
    authserver("db", "bootstrap");
    authserver("db", "migrate");
    try (Connection connection = database.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String role :
          List.of("dkimsigner signer", "mailforwarder forwarder", "maintain admin")) {
        String[] parts = role.split(" ", 2);
        statement.execute("CREATE ROLE " + parts[0] + " LOGIN PASSWORD '" + PASSWORD + "'");
        statement.execute("GRANT authserver_" + parts[1] + " TO " + parts[0]);
      }
    }
    authserver("domain", "create", DOMAIN);
    authserver("dkim", "create", DOMAIN, "--algorithm", "rsa");
    authserver("dkim", "create", DOMAIN, "--algorithm", "ed25519");
    authserver("dkim", "activate", DOMAIN, "--all", "--force");
    authserver("mailinglist", "create", "team", "ann@far.example", "bob@far.example");
    authserver("emailalias", "create", "team@" + DOMAIN, "--mailing-list", "team");
    Machine.run("cp", "-r", EXAMPLES + "/.", SETTINGS.toString());
    writeSettings();
  }

  private void writeSettings() throws IOException {
    for (String daemon : List.of("dkimsigner", "mailforwarder")) {
      secret(daemon, "DATABASE_URL", url(daemon));
    }
    secret("authserver", "DATABASE_URL", url("maintain"));
    secret("mailforwarder", "MAILFORWARDER_SRS_SECRET", PASSWORD);
    Files.writeString(
        SETTINGS.resolve("dkimsigner/instance-10036"),
        "DKIMSIGNER_NETWORK_MAPPING=127.0.0.1:10036->127.0.0.1:" + relay.port() + "\n");
    // So that the test's messages go to the spool directory.
    Files.writeString(SETTINGS.resolve("dkimsigner/env/DKIMSIGNER_MEMORY_BUDGET"), "1MiB\n");
    for (String hop : List.of("LOCALDELIVERY", "REMOTERELAY")) {
      Files.writeString(
          SETTINGS.resolve("mailforwarder/env/MAILFORWARDER_" + hop + "_PORT"),
          delivery.port() + "\n");
    }
  }

  private static void secret(String program, String name, String value) throws IOException {
    Path file = SETTINGS.resolve(program).resolve("credentials").resolve(name);
    Files.writeString(file, value + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String url(String role) {
    return "postgresql://"
        + role
        + ":"
        + PASSWORD
        + "@127.0.0.1:"
        + database.getPort()
        + "/postgres";
  }

  /** Makes all keys so old that their successors are due. */
  void ageKeys() throws SQLException {
    try (Connection connection = database.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE authserver.dkim_key SET created_at = created_at - interval '1 year',"
              + " activated_at = activated_at - interval '1 year'");
    }
  }

  /** Runs the installed command line as the administrator. */
  String authserver(String... arguments) throws Exception {
    return Machine.run(
        environment,
        Stream.concat(Stream.of("authserver"), Stream.of(arguments)).toArray(String[]::new));
  }

  /** Returns what {@code authserver dkim verify} says of a message, and how it ended. */
  Machine.Ended verify(byte[] message) throws Exception {
    Path file = Files.createTempFile("message", ".eml");
    Path records = Files.createTempFile("records", ".txt");
    Files.write(file, message);
    Files.writeString(records, authserver("dkim", "dns", DOMAIN));
    List<String> command = new ArrayList<>(List.of("authserver", "dkim", "verify"));
    command.addAll(List.of(file.toString(), "--records", records.toString()));
    return Machine.attempt(environment, command.toArray(String[]::new));
  }

  /** Starts the services as an administrator does. */
  void start() throws Exception {
    Machine.systemctl("daemon-reload");
    Machine.systemctl("enable", "--now", SIGNER, FORWARDER, "authserver-maintain.timer");
  }

  @Override
  public void close() throws IOException {
    relay.close();
    delivery.close();
    database.close();
  }
}
