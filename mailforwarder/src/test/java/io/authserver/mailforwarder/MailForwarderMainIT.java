package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon as a process of its own. */
final class MailForwarderMainIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Pattern SUBMITTED =
      Pattern.compile("Authserver-Forwarded: v=[0-9]+; submitted=(yes|no)");

  @Test
  void everyProblemIsReportedAtOnce() throws Exception {
    String output;
    try (DaemonProcess daemon =
        DaemonProcess.start(
            MailForwarderMain.class,
            Map.of(
                "MAILFORWARDER_INPUT_PORT", "many",
                "MAILFORWARDER_LOCALDELIVERY_PORT", "0",
                "DATABASE_URL", "nonsense:hidden@x"),
            "--check-config")) {
      output = daemon.outputAtEnd();
      assertEquals(78, daemon.exitStatus(), output);
    }
    for (String name :
        List.of("MAILFORWARDER_INPUT_PORT", "MAILFORWARDER_LOCALDELIVERY_PORT", "DATABASE_URL")) {
      assertTrue(output.contains(name), name + " is missing in\n" + output);
    }
    assertFalse(output.contains("hidden"), output);
    assertFalse(output.contains("\tat "), output);
  }

  @Test
  void settingsThatDoNotGoTogetherAreReported(@TempDir Path folder) throws Exception {
    Path secrets = Files.writeString(folder.resolve("srs"), "first\n");
    try (DaemonProcess daemon =
        DaemonProcess.start(
            MailForwarderMain.class,
            Map.of(
                "MAILFORWARDER_SRS_SECRET_FILE", secrets.toString(),
                "MAILFORWARDER_INPUT_IP", "0.0.0.0",
                "MAILFORWARDER_GIVE_UP_AFTER", "48h",
                "MAILFORWARDER_KEEP_OUTCOMES", "2d",
                "MAILFORWARDER_MAX_TARGETS", "40000",
                "DATABASE_URL", "postgresql://x@127.0.0.1:1/x"),
            "--check-config")) {
      String output = daemon.outputAtEnd();
      assertTrue(daemon.exitStatus() != 0, output);
      assertTrue(output.contains("MAILFORWARDER_KEEP_OUTCOMES: must be longer"), output);
      assertTrue(output.contains("MAILFORWARDER_WORKING_MEMORY: "), output);
      assertTrue(output.contains("MAILFORWARDER_ALLOWED_CLIENTS: must be set"), output);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MAILFORWARDER_SUBMISSION_ONLY=yes MAILFORWARDER_SUBMISSION_PORT=10047"
            + "|MAILFORWARDER_SUBMISSION_ONLY: all mail is submitted",
        "MAILFORWARDER_SUBMISSION_IP=127.0.0.2|MAILFORWARDER_SUBMISSION_IP: needs",
        "MAILFORWARDER_SUBMISSION_PORT=10046|MAILFORWARDER_SUBMISSION_PORT: is the same address",
        "MAILFORWARDER_SUBMISSION_PORT=x|MAILFORWARDER_SUBMISSION_PORT: must be a port",
        "MAILFORWARDER_EDGE_NAMES=a@b|MAILFORWARDER_EDGE_NAMES: item 1 must be a host name"
      })
  void listenersThatContradictAreReportedBesideTheRest(String settings, String problem)
      throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("MAILFORWARDER_SRS_SECRET", "first");
    environment.put("DATABASE_URL", "nonsense:x");
    for (String setting : settings.split(" ", -1)) {
      String[] parts = setting.split("=", 2);
      environment.put(parts[0], parts[1]);
    }
    try (DaemonProcess daemon =
        DaemonProcess.start(MailForwarderMain.class, environment, "--check-config")) {
      String output = daemon.outputAtEnd();
      assertEquals(78, daemon.exitStatus(), output);
      assertTrue(output.contains(problem), output);
      assertTrue(output.contains("DATABASE_URL"), output);
    }
  }

  /** The header claims a login at each of them. */
  @Test
  void submissionsMayHaveAListenerOfTheirOwn(@TempDir Path folder) throws Exception {
    Path secrets = Files.writeString(folder.resolve("srs"), "first\n");
    int port = DaemonProcess.freePort();
    int submissions = DaemonProcess.freePort();
    try (TestDatabase database = TestDatabase.create();
        ScriptedNextHop hop = ScriptedNextHop.accepting()) {
      database.execute(
          "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
          "INSERT INTO authserver.domain (name, redirect_to) VALUES ('a.example', 'b.example')");
      Map<String, String> environment = new HashMap<>();
      environment.put("DATABASE_URL", database.forwarderUrl());
      environment.put("MAILFORWARDER_SRS_SECRET_FILE", secrets.toString());
      environment.put("MAILFORWARDER_EDGE_NAMES", "MX.ours.example, mx2.ours.example");
      environment.put("MAILFORWARDER_INPUT_PORT", Integer.toString(port));
      environment.put("MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(hop.port()));
      environment.put("MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(hop.port()));
      String submitted = "Received: from a by mx.ours.example with ESMTPSA id 1; x\r\n";
      try (DaemonProcess daemon = DaemonProcess.start(MailForwarderMain.class, environment)) {
        daemon.awaitReady();
        Queue<String> log = daemon.followLog();
        assertEquals(
            1,
            log.stream()
                .filter(line -> line.contains("names=mx.ours.example,mx2.ours.example"))
                .count(),
            log.toString());
        assertEquals("yes", mark(hop, port, submitted));
        assertEquals("no", mark(hop, port, submitted.replace("mx.ours", "mx.evil")));
        assertEquals("no", mark(hop, port, submitted + submitted));
        assertEquals("no", mark(hop, port, ""));
      }
      environment.put("MAILFORWARDER_SUBMISSION_PORT", Integer.toString(submissions));
      try (DaemonProcess daemon = DaemonProcess.start(MailForwarderMain.class, environment)) {
        daemon.awaitReady();
        assertEquals("no", mark(hop, port, submitted));
        assertEquals("yes", mark(hop, submissions, submitted));
        assertEquals("yes", mark(hop, submissions, submitted + submitted));
        assertEquals("yes", mark(hop, submissions, ""));
        daemon.terminate();
        assertEquals(0, daemon.exitStatus());
      }
    }
  }

  /** Sends a message to somebody elsewhere and returns what its copy says of its submission. */
  private static String mark(ScriptedNextHop hop, int port, String header) throws Exception {
    try (RawSmtpClient client =
        RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      client.command("MAIL FROM:<alice@ours.example>", "250");
      client.command("RCPT TO:<y@a.example>", "250");
      client.data((header + "Subject: s\r\n\r\nbody\r\n").getBytes(StandardCharsets.US_ASCII));
    }
    Matcher said = SUBMITTED.matcher(hop.messages().getLast().text());
    return said.find() ? said.group(1) : "";
  }

  @Test
  void forwardsUntilSigterm(@TempDir Path folder) throws Exception {
    Path secrets = Files.writeString(folder.resolve("srs"), "first\nsecond\n");
    int port = DaemonProcess.freePort();
    try (TestDatabase database = TestDatabase.create();
        ScriptedNextHop hop = ScriptedNextHop.accepting()) {
      database.execute(
          "INSERT INTO authserver.domain (name, redirect_to) VALUES ('a.example', 'b.example')");
      String hopPort = Integer.toString(hop.port());
      try (DaemonProcess daemon =
          DaemonProcess.start(
              MailForwarderMain.class,
              Map.of(
                  "DATABASE_URL", database.forwarderUrl(),
                  "MAILFORWARDER_SRS_SECRET_FILE", secrets.toString(),
                  "MAILFORWARDER_INPUT_PORT", Integer.toString(port),
                  "MAILFORWARDER_LOCALDELIVERY_PORT", hopPort,
                  "MAILFORWARDER_REMOTERELAY_PORT", hopPort))) {
        daemon.awaitReady();
        try (RawSmtpClient client =
            RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
          client.command("MAIL FROM:<x@out.example>", "250");
          client.command("RCPT TO:<y@a.example>", "250");
          client.data("Subject: s\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        ScriptedNextHop.Message message = hop.awaitMessage(SOON);
        assertEquals(List.of("<y@b.example>"), message.forwardPaths());
        assertTrue(message.reversePath().endsWith("=x@a.example>"), message.reversePath());
        daemon.terminate();
        assertEquals(0, daemon.exitStatus());
      }
    }
  }

  private static Map<String, String> environment(TestDatabase database, int port, int hop) {
    Map<String, String> environment = new HashMap<>();
    environment.put("DATABASE_URL", database.forwarderUrl());
    environment.put("MAILFORWARDER_INPUT_PORT", Integer.toString(port));
    environment.put("MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(hop));
    environment.put("MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(hop));
    return environment;
  }

  private static String query(TestDatabase database, String sql) throws Exception {
    return database
        .open(database.superuserUrl())
        .read(
            connection -> {
              try (Statement statement = connection.createStatement();
                  ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
              }
            });
  }

  @Test
  void withoutAnySecretItSaysWhatToDo() throws Exception {
    try (TestDatabase database = TestDatabase.create()) {
      Map<String, String> environment = environment(database, DaemonProcess.freePort(), 1);
      for (String[] arguments : new String[][] {{}, {"--check-config"}}) {
        try (DaemonProcess daemon =
            DaemonProcess.start(MailForwarderMain.class, environment, arguments)) {
          String output = daemon.outputAtEnd();
          assertTrue(output.contains("run `authserver srs-secret create`"), output);
          assertEquals(arguments.length == 0 ? 1 : 78, daemon.exitStatus(), output);
        }
      }
    }
  }

  /** The secret of its settings reaches the edge and the daemons that have none there. */
  @Test
  void itsSecretsAreTheDatabasesToo() throws Exception {
    int port = DaemonProcess.freePort();
    try (TestDatabase database = TestDatabase.create();
        ScriptedNextHop hop = ScriptedNextHop.accepting()) {
      database.execute(
          "INSERT INTO authserver.domain (name, redirect_to) VALUES ('a.example', 'b.example')");
      Map<String, String> environment = environment(database, port, hop.port());
      environment.put("MAILFORWARDER_SRS_SECRET", "the first of two secrets\nthe second of two");
      environment.put("MAILFORWARDER_SRS_FORM", "mailsrs");
      String before;
      try (DaemonProcess daemon = DaemonProcess.start(MailForwarderMain.class, environment)) {
        daemon.awaitReady();
        before = returnAddress(hop, port);
        assertTrue(before.matches("SRS0=[A-Za-z0-9+/]{4}=..=out.example=x@a.example"), before);
        daemon.terminate();
        assertEquals(0, daemon.exitStatus());
      }
      assertEquals(
          "the first of two secrets,the second of two",
          query(
              database,
              "SELECT string_agg(convert_from(secret, 'UTF8'), ',') FROM"
                  + " authserver.srs_secrets()"));
      assertEquals("mailsrs", query(database, "SELECT srs_form FROM authserver.site"));
      environment.remove("MAILFORWARDER_SRS_SECRET");
      environment.put("MAILFORWARDER_SRS_FORM", "separated");
      try (DaemonProcess daemon = DaemonProcess.start(MailForwarderMain.class, environment)) {
        daemon.awaitReady();
        String after = returnAddress(hop, port);
        assertTrue(after.matches("SRS0=[A-Z2-7]{8}=..=out.example=x@a.example"), after);
        assertEquals("separated", query(database, "SELECT srs_form FROM authserver.site"));
        for (String address : List.of(before, after)) {
          assertEquals(
              "virtmail",
              query(database, "SELECT authserver_resolve_alias('" + address + "', true)"));
          try (RawSmtpClient client =
              RawSmtpClient.greeted(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            client.command("MAIL FROM:<>", "250");
            client.command("RCPT TO:<" + address + ">", "250");
            client.command("RCPT TO:<" + address.replaceFirst("=[^=]+", "=aaaaaaaa") + ">", "550");
          }
        }
        // Another one is made while it runs: it is verified with at once.
        String used = query(database, "SELECT id FROM authserver.create_srs_secret()");
        assertEquals("3", used);
        daemon.terminate();
        assertEquals(0, daemon.exitStatus());
      }
    }
  }

  private static String returnAddress(ScriptedNextHop hop, int port) throws Exception {
    try (RawSmtpClient client =
        RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      client.command("MAIL FROM:<x@out.example>", "250");
      client.command("RCPT TO:<y@a.example>", "250");
      client.data("Subject: s\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return hop.messages().getLast().reversePath().replaceAll("[<>]", "");
  }

  @Test
  void whatCanBeGuessedOrLeadsNowhereIsWarnedOf() throws Exception {
    int port = DaemonProcess.freePort();
    try (TestDatabase database = TestDatabase.create();
        ScriptedNextHop hop = ScriptedNextHop.accepting()) {
      database.execute(
          "INSERT INTO authserver.domain (name, redirect_to) VALUES ('a.example', 'b.example')");
      Map<String, String> environment = environment(database, port, hop.port());
      environment.put("MAILFORWARDER_SRS_SECRET", "a secret that is long enough\nshort");
      environment.put("MAILFORWARDER_SRS_MIN_HASH_LENGTH", "3");
      environment.put("MAILFORWARDER_SRS_DOMAIN", "srs.example");
      List<String> warnings =
          List.of(
              "MAILFORWARDER_SRS_SECRET: secret 2 has 5 octets: under 16 it can be guessed",
              "MAILFORWARDER_SRS_MIN_HASH_LENGTH: a hash of 3 characters can be guessed",
              "MAILFORWARDER_SRS_DOMAIN: srs.example is no domain of the database");
      try (DaemonProcess daemon =
          DaemonProcess.start(MailForwarderMain.class, environment, "--check-config")) {
        String output = daemon.outputAtEnd();
        assertEquals(0, daemon.exitStatus(), output);
        warnings.forEach(warning -> assertTrue(output.contains(warning), output));
      }
      try (DaemonProcess daemon =
          DaemonProcess.start(MailForwarderMain.class, environment, "--check-config", "--strict")) {
        String output = daemon.outputAtEnd();
        assertEquals(78, daemon.exitStatus(), output);
        warnings.forEach(
            warning -> assertTrue(output.contains("mailforwarder: " + warning), output));
        assertFalse(output.contains("long enough"), output);
      }
      assertEquals("0", query(database, "SELECT count(*) FROM authserver.srs_secret"));
      try (DaemonProcess daemon = DaemonProcess.start(MailForwarderMain.class, environment)) {
        daemon.awaitReady();
        // A fault in bounces does not stop mail.
        assertTrue(returnAddress(hop, port).endsWith("=out.example=x@a.example"));
        Queue<String> log = daemon.followLog();
        warnings.forEach(
            warning -> assertTrue(log.stream().anyMatch(line -> line.contains(warning)), warning));
      }
    }
  }
}
