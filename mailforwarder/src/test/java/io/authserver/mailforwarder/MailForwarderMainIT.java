package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process of its own. */
final class MailForwarderMainIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static Process start(Map<String, String> environment, String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            MailForwarderMain.class.getName());
    builder.command().addAll(List.of(arguments));
    builder.environment().keySet().removeIf(name -> name.startsWith("MAILFORWARDER_"));
    builder.environment().remove("DATABASE_URL");
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).start();
  }

  private static String output(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process ends");
    return output;
  }

  @Test
  void everyProblemIsReportedAtOnce() throws Exception {
    Process process =
        start(
            Map.of(
                "MAILFORWARDER_INPUT_PORT", "many",
                "MAILFORWARDER_LOCALDELIVERY_PORT", "0",
                "DATABASE_URL", "nonsense:hidden@x"),
            "--check-config");
    String output = output(process);
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
    assertEquals(78, process.exitValue(), output);
  }

  @Test
  void forwardsUntilSigterm(@TempDir Path folder) throws Exception {
    Path secrets = Files.writeString(folder.resolve("srs"), "first\nsecond\n");
    int port = freePort();
    try (TestDatabase database = TestDatabase.create();
        ScriptedNextHop hop = ScriptedNextHop.accepting()) {
      database.execute(
          "INSERT INTO authserver.domain (name, redirect_to) VALUES ('a.example', 'b.example')");
      String hopPort = Integer.toString(hop.port());
      Process process =
          start(
              Map.of(
                  "DATABASE_URL", database.forwarderUrl(),
                  "MAILFORWARDER_SRS_SECRET_FILE", secrets.toString(),
                  "MAILFORWARDER_INPUT_PORT", Integer.toString(port),
                  "MAILFORWARDER_LOCALDELIVERY_PORT", hopPort,
                  "MAILFORWARDER_REMOTERELAY_PORT", hopPort));
      try {
        BufferedReader log = process.inputReader(StandardCharsets.UTF_8);
        String line = log.readLine();
        while (line != null && !line.contains("event=ready")) {
          line = log.readLine();
        }
        assertTrue(line != null, "the daemon becomes ready");
        try (RawSmtpClient client =
            RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
          client.command("MAIL FROM:<x@out.example>", "250");
          client.command("RCPT TO:<y@a.example>", "250");
          client.data("Subject: s\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        ScriptedNextHop.Message message = hop.awaitMessage(SOON);
        assertEquals(List.of("<y@b.example>"), message.forwardPaths());
        assertTrue(message.reversePath().endsWith("=x@a.example>"), message.reversePath());
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
