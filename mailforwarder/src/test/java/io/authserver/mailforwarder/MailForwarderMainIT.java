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
        List.of(
            "MAILFORWARDER_INPUT_PORT",
            "MAILFORWARDER_LOCALDELIVERY_PORT",
            "MAILFORWARDER_SRS_SECRET",
            "DATABASE_URL")) {
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
}
