package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.GeneratedMessages;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import io.authserver.smtp.testing.Transparency;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as it is: what the next hop gets is fields on top of what the client sent. */
class SignerTransparencyIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String[] FIELDS = {"Received", "DKIM-Signature", "Date", "Message-ID"};

  @TempDir static Path folder;

  private static final int PORT = DaemonProcess.freePort();
  private static final int LIMITED_PORT = DaemonProcess.freePort();
  private static TestDatabase database;
  private static ScriptedNextHop nextHop;
  private static ScriptedNextHop limited;
  private static DaemonProcess daemon;

  @BeforeAll
  static void start() throws IOException {
    Path keyFile = folder.resolve("key");
    WrappingKeys.createFile(keyFile);
    database = TestDatabase.create();
    nextHop = ScriptedNextHop.accepting();
    limited =
        ScriptedNextHop.builder()
            .likeOpenSmtpd()
            .on(
                Step.RCPT,
                event ->
                    event.recipients() >= 2
                        ? Action.reply("451 4.5.3 Too many recipients")
                        : Action.proceed())
            .start();
    SigningRows.domain(database, "example.org", "");
    SigningRows.ed25519Key(database, "example.org", "e1", WrappingKeys.load(List.of(keyFile)));
    daemon =
        DaemonProcess.start(
            DkimSignerMain.class,
            Map.of(
                "DATABASE_URL",
                database.signerUrl(),
                "AUTHSERVER_WRAPPING_KEY_FILE",
                keyFile.toString(),
                "SPOOL_DIR",
                folder.toString(),
                "DKIMSIGNER_MEMORY_BUDGET",
                "100KiB",
                "DKIMSIGNER_MAX_OPEN_TRANSACTIONS",
                "3",
                "DKIMSIGNER_NETWORK_MAPPING",
                mapping(PORT, nextHop) + ", " + mapping(LIMITED_PORT, limited)));
    daemon.awaitReady();
  }

  private static String mapping(int port, ScriptedNextHop to) {
    return "127.0.0.1:" + port + "->" + to.host() + ":" + to.port();
  }

  @AfterAll
  static void stop() {
    daemon.close();
    nextHop.close();
    limited.close();
    database.close();
  }

  @Test
  void mailOfOursIsSignedAndElseAsItCame() throws IOException {
    try (RawSmtpClient client = greeted(PORT)) {
      Transparency relayed = new Transparency(client, "b@elsewhere.example", nextHop, FIELDS);
      List<Message> got = relayed.checkOddities("From: alice@example.org\r\n");
      long signed = got.stream().filter(each -> each.text().contains("DKIM-Signature:")).count();
      // all but the few whose first line is folded into the author's field
      assertTrue(signed >= got.size() - 5, () -> "signed: " + signed + " of " + got.size());
    }
  }

  @Test
  void foreignMailAndMailWithoutAnAuthorIsAsItCame() throws IOException {
    try (RawSmtpClient client = greeted(PORT)) {
      Transparency relayed = new Transparency(client, "b@elsewhere.example", nextHop, "Received");
      relayed.checkOddities("From: eve@elsewhere.example\r\n");
      relayed.checkOddities("");
    }
  }

  /** The mark is the one field that is taken away, and nothing with it. */
  @Test
  void aForwardedCopyIsAsItCameButForTheMark() throws IOException {
    String mark = "Authserver-Forwarded: v=1; submitted=no\r\n";
    try (RawSmtpClient client = greeted(PORT)) {
      Transparency relayed = new Transparency(client, "b@elsewhere.example", nextHop, FIELDS);
      for (byte[] odd : GeneratedMessages.oddities()) {
        byte[] copy = Transparency.join("Received: x\r\nFrom: alice@example.org\r\n", odd);
        relayed.check(Transparency.join(mark, copy), copy);
      }
    }
  }

  @Nested
  @Needs(Oracle.CORPORA)
  class Corpus {
    @Test
    void everyFileOfTheCorporaIsAsItCame() throws IOException {
      try (RawSmtpClient client = greeted(PORT)) {
        assertTrue(
            new Transparency(client, "b@elsewhere.example", nextHop, FIELDS).checkCorpora() > 100);
      }
    }
  }

  /** RFC 5321 §4.5.3.1.10: our client's one transaction becomes as many as the next hop wants. */
  @Test
  void recipientsOverTheNextHopsLimitAreSplit() throws IOException {
    String message = "From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n";
    try (RawSmtpClient client = greeted(LIMITED_PORT)) {
      client.command("MAIL FROM:<a@example.org>", "250");
      for (int i = 0; i < 6; i++) {
        client.command("RCPT TO:<" + i + "@elsewhere.example>", "250");
      }
      // three transactions are as many as it may have
      client.command("RCPT TO:<6@elsewhere.example>", "451 4.5.3");
      String reply = client.data(message.getBytes(StandardCharsets.US_ASCII));
      assertTrue(reply.startsWith("250"), reply);
    }
    List<Message> messages = limited.awaitMessages(3, SOON);
    assertEquals(6, messages.stream().mapToInt(each -> each.recipients().size()).sum());
    for (Message each : messages) {
      assertArrayEquals(messages.getFirst().data(), each.data());
      assertTrue(each.text().contains("a=ed25519-sha256"));
      assertTrue(each.text().endsWith(message));
    }
  }

  private static RawSmtpClient greeted(int port) throws IOException {
    return RawSmtpClient.greeted(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }
}
