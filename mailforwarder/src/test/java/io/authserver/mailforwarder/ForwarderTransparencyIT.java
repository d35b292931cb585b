package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.Transparency;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as it is: what its next hops get is fields on top of what the client sent. */
class ForwarderTransparencyIT {
  @TempDir static Path folder;

  private static final int PORT = DaemonProcess.freePort();
  private static TestDatabase database;
  private static ScriptedNextHop local;
  private static ScriptedNextHop remote;
  private static DaemonProcess daemon;

  @BeforeAll
  static void start() throws IOException {
    database = TestDatabase.create();
    database.execute(
        "INSERT INTO authserver.domain (name, redirect_to) VALUES ('a.example', 'b.example')");
    local = ScriptedNextHop.accepting();
    remote = ScriptedNextHop.accepting();
    daemon =
        DaemonProcess.start(
            MailForwarderMain.class,
            Map.of(
                "DATABASE_URL", database.forwarderUrl(),
                "MAILFORWARDER_SRS_SECRET_FILE",
                    Files.writeString(folder.resolve("srs"), "secret\n").toString(),
                "SPOOL_DIR", folder.toString(),
                "MAILFORWARDER_MEMORY_BUDGET", "100KiB",
                "MAILFORWARDER_INPUT_PORT", Integer.toString(PORT),
                "MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(local.port()),
                "MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(remote.port())));
    daemon.awaitReady();
  }

  @AfterAll
  static void stop() {
    daemon.close();
    local.close();
    remote.close();
    database.close();
  }

  @Test
  void whatIsPassedOnIsAsItCame() throws IOException {
    try (RawSmtpClient client = greeted()) {
      Transparency passedOn = passedOn(client);
      passedOn.checkOddities("");
      passedOn.checkOddities("From: a@a.example\r\n");
    }
  }

  @Test
  void whatIsForwardedIsAsItCame() throws IOException {
    try (RawSmtpClient client = greeted()) {
      Transparency forwarded = forwarded(client);
      forwarded.checkOddities("");
      forwarded.checkOddities("From: a@a.example\r\n");
    }
  }

  @Nested
  @Needs(Oracle.CORPORA)
  class Corpus {
    @Test
    void everyFileIsPassedOnAsItCame() throws IOException {
      try (RawSmtpClient client = greeted()) {
        assertTrue(passedOn(client).checkCorpora() > 100);
      }
    }

    @Test
    void everyFileIsForwardedAsItCame() throws IOException {
      try (RawSmtpClient client = greeted()) {
        assertTrue(forwarded(client).checkCorpora() > 100);
      }
    }
  }

  private static Transparency passedOn(RawSmtpClient client) {
    return new Transparency(client, "x@foreign.example", local, "Received", "Authserver-Forwarded");
  }

  private static Transparency forwarded(RawSmtpClient client) {
    return new Transparency(
        client, "x@a.example", remote, "Received", "Authserver-Forwarded", "Delivered-To");
  }

  private static RawSmtpClient greeted() throws IOException {
    return RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
  }
}
