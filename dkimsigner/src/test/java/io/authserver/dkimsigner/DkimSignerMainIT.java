package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process of its own. */
class DkimSignerMainIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void everyProblemIsReportedAtOnce(@TempDir Path folder) throws Exception {
    try (TestDatabase database = TestDatabase.create();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DaemonProcess daemon =
            DaemonProcess.start(
                DkimSignerMain.class,
                Map.of(
                    "DATABASE_URL",
                    database.nobodyUrl(),
                    "AUTHSERVER_WRAPPING_KEY_FILE",
                    folder.resolve("missing").toString(),
                    "DKIMSIGNER_NETWORK_MAPPING",
                    "127.0.0.1:"
                        + taken.getLocalPort()
                        + "->127.0.0.1:25, 0.0.0.0:0->127.0.0.1:25, [::]:0->127.0.0.1:25"))) {
      String output = daemon.outputAtEnd();
      assertEquals(78, daemon.exitStatus(), output);
      assertTrue(output.contains("missing does not exist"), output);
      assertTrue(output.contains("authserver_signer"), output);
      assertTrue(output.contains("cannot listen on 127.0.0.1:" + taken.getLocalPort()), output);
      for (String listener : List.of("0.0.0.0:0", "[::]:0")) {
        String problem =
            "DKIMSIGNER_ALLOWED_CLIENTS: must be set, since " + listener + " is not on loopback";
        assertTrue(output.contains(problem), output);
      }
      assertFalse(output.contains("\tat "), output);
    }
  }

  @Test
  void aWrongWrappingKeyKeepsItFromStarting(@TempDir Path folder) throws Exception {
    Path right = folder.resolve("right");
    Path wrong = folder.resolve("wrong");
    WrappingKeys.createFile(right);
    WrappingKeys.createFile(wrong);
    try (TestDatabase database = TestDatabase.create()) {
      SigningRows.domain(database, "example.org", "");
      SigningRows.ed25519Key(database, "example.org", "e1", WrappingKeys.load(List.of(right)));
      try (DaemonProcess daemon =
          DaemonProcess.start(
              DkimSignerMain.class,
              Map.of(
                  "DATABASE_URL",
                  database.signerUrl(),
                  "AUTHSERVER_WRAPPING_KEY_FILE",
                  wrong.toString(),
                  "DKIMSIGNER_NETWORK_MAPPING",
                  "127.0.0.1:" + DaemonProcess.freePort() + "->127.0.0.1:25"))) {
        String output = daemon.outputAtEnd();
        assertEquals(1, daemon.exitStatus(), output);
        assertTrue(output.contains("wrong wrapping key"), output);
      }
    }
  }

  @Test
  void eachMappingHasItsOwnNextHop(@TempDir Path folder) throws Exception {
    Path keyFile = folder.resolve("key");
    WrappingKeys.createFile(keyFile);
    try (TestDatabase database = TestDatabase.create();
        ScriptedNextHop first = ScriptedNextHop.accepting();
        ScriptedNextHop second = ScriptedNextHop.accepting()) {
      SigningRows.domain(database, "example.org", "");
      SigningRows.ed25519Key(database, "example.org", "e1", WrappingKeys.load(List.of(keyFile)));
      int toFirst = DaemonProcess.freePort();
      int toSecond = DaemonProcess.freePort();
      try (DaemonProcess daemon =
          DaemonProcess.start(
              DkimSignerMain.class,
              Map.of(
                  "DATABASE_URL",
                  database.signerUrl(),
                  "AUTHSERVER_WRAPPING_KEY_FILE",
                  keyFile.toString(),
                  "DKIMSIGNER_NETWORK_MAPPING",
                  mapping(toFirst, first) + ", " + mapping(toSecond, second)))) {
        daemon.awaitReady();
        send(toSecond, "two");
        send(toFirst, "one");
        assertTrue(second.awaitMessage(SOON).text().contains("Subject: two"));
        assertTrue(first.awaitMessage(SOON).text().contains("Subject: one"));
        assertTrue(first.messages().getFirst().text().contains("a=ed25519-sha256"));
        assertEquals(1, first.messages().size());
        assertEquals(1, second.messages().size());
        daemon.terminate();
        assertEquals(0, daemon.exitStatus());
      }
    }
  }

  private static String mapping(int port, ScriptedNextHop nextHop) {
    return "127.0.0.1:" + port + "->" + nextHop.host() + ":" + nextHop.port();
  }

  private static void send(int port, String subject) throws Exception {
    try (RawSmtpClient client =
        RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@elsewhere.example>", "250");
      String message = "From: a@example.org\r\nSubject: " + subject + "\r\n\r\nbody\r\n";
      assertTrue(client.data(message.getBytes(StandardCharsets.US_ASCII)).startsWith("250"));
    }
  }
}
