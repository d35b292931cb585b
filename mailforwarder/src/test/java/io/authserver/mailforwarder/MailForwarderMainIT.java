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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process of its own. */
final class MailForwarderMainIT {
  private static final Duration SOON = Duration.ofSeconds(10);

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
                "MAILFORWARDER_GIVE_UP_AFTER", "48h",
                "MAILFORWARDER_KEEP_OUTCOMES", "2d",
                "MAILFORWARDER_MAX_TARGETS", "40000",
                "DATABASE_URL", "postgresql://x@127.0.0.1:1/x"),
            "--check-config")) {
      String output = daemon.outputAtEnd();
      assertTrue(daemon.exitStatus() != 0, output);
      assertTrue(output.contains("MAILFORWARDER_KEEP_OUTCOMES: must be longer"), output);
      assertTrue(output.contains("MAILFORWARDER_WORKING_MEMORY: "), output);
    }
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
