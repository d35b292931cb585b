package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two instances with one database. The first is killed (SIGKILL) at a step of a try; the client
 * comes again to the second.
 */
final class ForwarderKillIT {
  private static final AtomicReference<Step> KILL_AT = new AtomicReference<>();
  private static final AtomicReference<DaemonProcess> VICTIM = new AtomicReference<>();
  private static final AtomicReference<String> REFUSED = new AtomicReference<>("");

  private static TestDatabase database;
  private static ScriptedNextHop hop;
  private static DaemonProcess other;
  private static InetSocketAddress otherAddress;
  @TempDir private static Path folder;

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.create();
    database.execute(
        "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
        "INSERT INTO authserver.mailing_list (name) VALUES ('team')",
        "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id, a FROM"
            + " authserver.mailing_list, unnest(ARRAY['carol@far.example', 'dan@far.example',"
            + " 'alice@ours.example']) a",
        "INSERT INTO authserver.email_alias (domain_id, local_part, list_id) SELECT d.id, 'team',"
            + " l.id FROM authserver.domain d, authserver.mailing_list l");
    ScriptedNextHop.Builder script = ScriptedNextHop.builder().likeOpenSmtpd();
    for (Step step : Step.values()) {
      script.on(step, event -> act(step, event.line()));
    }
    hop = script.start();
    Files.writeString(folder.resolve("srs"), "secret\n");
    int port = DaemonProcess.freePort();
    other = daemon(port);
    otherAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @AfterAll
  static void stop() {
    other.close();
    hop.close();
    database.close();
  }

  @AfterEach
  void endTheVictim() {
    VICTIM.get().close();
  }

  private static Action act(Step step, String line) {
    if (KILL_AT.compareAndSet(step, null)) {
      DaemonProcess victim = VICTIM.get();
      victim.close();
      try {
        victim.exitStatus();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return step == Step.RCPT && !REFUSED.get().isEmpty() && line.contains(REFUSED.get())
        ? Action.reply("451 4.7.1 not now")
        : Action.proceed();
  }

  private static DaemonProcess daemon(int port) throws IOException {
    String hopPort = Integer.toString(hop.port());
    DaemonProcess daemon =
        DaemonProcess.start(
            MailForwarderMain.class,
            Map.of(
                "DATABASE_URL", database.forwarderUrl(),
                "MAILFORWARDER_SRS_SECRET_FILE", folder.resolve("srs").toString(),
                "MAILFORWARDER_INPUT_PORT", Integer.toString(port),
                "MAILFORWARDER_LOCALDELIVERY_PORT", hopPort,
                "MAILFORWARDER_REMOTERELAY_PORT", hopPort));
    daemon.awaitReady();
    return daemon;
  }

  /** Sends a message; one that is to be cut in its content is too long for any socket's buffer. */
  private static String send(InetSocketAddress address, String subject) throws IOException {
    String line = "x".repeat(998) + "\r\n";
    String body = subject.startsWith(Step.CONTENT.name()) ? line.repeat(16_000) : line;
    try (RawSmtpClient client = RawSmtpClient.greeted(address)) {
      client.command("MAIL FROM:<x@out.example>", "250");
      client.command("RCPT TO:<team@ours.example>", "250");
      return client
          .data(("Subject: " + subject + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII))
          .substring(0, 3);
    }
  }

  private static long copies(String subject, String address) {
    return hop.messages().stream()
        .filter(Message::taken)
        .filter(message -> message.text().contains("Subject: " + subject + "\r\n"))
        .filter(message -> message.forwardPaths().contains("<" + address + ">"))
        .count();
  }

  @ParameterizedTest
  @CsvSource({
    // the step, whether it is a later try, then the most copies for each of the three
    "RCPT, true, 1, 1, 1",
    "DATA, true, 1, 1, 1",
    "CONTENT, true, 1, 1, 1",
    "FINAL_DOT, true, 1, 2, 1",
    "AFTER_MESSAGE, true, 1, 2, 1",
    "CONTENT, false, 1, 1, 1",
    "FINAL_DOT, false, 2, 2, 2"
  })
  void theOtherInstanceSendsWhatIsMissing(Step step, boolean later, int carol, int dan, int alice)
      throws Exception {
    String subject = step + "-" + later;
    int port = DaemonProcess.freePort();
    VICTIM.set(daemon(port));
    InetSocketAddress victim = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    if (later) {
      REFUSED.set("dan@");
      assertEquals("451", send(victim, subject));
      assertEquals(1, copies(subject, "carol@far.example"));
      assertEquals(1, copies(subject, "alice@ours.example"));
      REFUSED.set("");
    }
    KILL_AT.set(step);
    assertThrows(IOException.class, () -> send(victim, subject));
    assertEquals("250", send(otherAddress, subject));
    bounded(1, carol, copies(subject, "carol@far.example"));
    bounded(step == Step.FINAL_DOT ? dan : 1, dan, copies(subject, "dan@far.example"));
    bounded(1, alice, copies(subject, "alice@ours.example"));
    // and once more, because the client did not hear the reply
    long before = hop.messages().size();
    if (later) {
      assertEquals("250", send(otherAddress, subject));
      assertEquals(before, hop.messages().size());
    }
  }

  private static void bounded(long least, long most, long copies) {
    assertTrue(copies >= least && copies <= most, () -> copies + " copies");
  }
}
