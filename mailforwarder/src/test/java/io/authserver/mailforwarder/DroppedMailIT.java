package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.server.FrontLimits;
import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each limit that a message can meet after the edge has taken it, from a client's socket to the
 * next hop's: null and submitted mail is refused, a stranger's is dropped and told to who looks
 * after the recipient.
 *
 * <p>Symptom: OpenSMTPD bounced such a message, body and all, to whomever its sender claimed to be.
 * Cause: it was refused after OpenSMTPD had taken it.
 */
final class DroppedMailIT {
  private static final String SECRET = "what nobody may read";
  private static final String OUTSIDE =
      "Received: from evil ([192.0.2.1]) by mx.ours.example with ESMTP id 1; now\r\n";
  private static final String LOGIN =
      "Received: from pc ([192.0.2.1]) by mx.ours.example (OpenSMTPD) with ESMTPSA id 1; now\r\n";

  private static ForwarderSite site;

  @BeforeAll
  static void start() throws Exception {
    site =
        new ForwarderSite(
            ScriptedNextHop.builder().likeOpenSmtpd().start(),
            new FrontLimits(200_000, 100, 10, 10, 4096, 20_000, 200, 5000, 50, 100, 10),
            "INSERT INTO authserver.domain (name) VALUES ('ours.example'), ('bare.example')",
            "INSERT INTO authserver.mail_user (identifier) VALUES ('alice'), ('boss')",
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
            SELECT d.id, a.local_part, u.id FROM (VALUES
              ('alice', 'ours', 'alice'), ('boss', 'ours', 'boss'), ('postmaster', 'ours', 'boss'),
              ('bob', 'bare', 'alice')
            ) a (local_part, domain, identifier)
            JOIN authserver.domain d ON d.name = a.domain || '.example'
            JOIN authserver.mail_user u ON u.identifier = a.identifier
            """,
            """
            UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
            FROM authserver.email_alias a WHERE a.user_id = u.id AND a.local_part = u.identifier
            """,
            """
            INSERT INTO authserver.mailing_list (name, owner_id)
            SELECT 'owned', u.id FROM authserver.mail_user u WHERE u.identifier = 'boss'
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
            SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
            WHERE d.name = 'ours.example'
            """,
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT id, 'carol@far.example' FROM authserver.mailing_list
            """);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  @BeforeEach
  void anHourLater() {
    site.database().execute("DELETE FROM authserver.report_told");
  }

  private static String message(String limit, String header) {
    String body = "\r\n" + SECRET + "\r\n";
    return switch (limit) {
      case "message_size" -> header + body + "body\r\n".repeat(50_000);
      case "header_size" ->
          header + "X: yy\r\n".repeat(150) + ("Y: " + "y".repeat(900) + "\r\n").repeat(40) + body;
      case "header_fields" -> header + "X: y\r\n".repeat(201) + body;
      case "line_length" -> header + body + "x".repeat(5001) + "\r\n";
      case "received_fields" -> header + "Received: by x; now\r\n".repeat(50) + body;
      case "delivered_to_loop" ->
          header
              + "Delivered-To: owned@ours.example\r\nDelivered-To: alice@ours.example\r\n"
              + body;
      default -> throw new IllegalArgumentException(limit);
    };
  }

  private static String send(String reversePath, String message, String... recipients)
      throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command("MAIL FROM:<" + reversePath + ">", "250");
      for (String recipient : recipients) {
        client.command("RCPT TO:<" + recipient + ">", "250");
      }
      return client.data(message.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static List<Message> since(int before) {
    List<Message> all = site.hop().messages();
    return all.subList(before, all.size());
  }

  @ParameterizedTest
  @CsvSource({
    "message_size,      552 5.3.4",
    "header_size,       552 5.3.4",
    "header_fields,     552 5.3.4",
    "line_length,       554 5.6.0",
    "received_fields,   554 5.4.6",
    "delivered_to_loop, 554 5.4.6"
  })
  void aLimitIsAnsweredToWhoMayHearOfIt(String limit, String refusal) throws IOException {
    int before = site.hop().messages().size();
    String none = send("", message(limit, OUTSIDE), "owned@ours.example");
    assertTrue(none.startsWith(refusal), none);
    String login = send("x@out.example", message(limit, LOGIN), "owned@ours.example");
    assertTrue(login.startsWith(refusal), login);
    assertTrue(refusal.startsWith("552") || limit.equals("line_length") || login.contains("loop"));
    assertEquals(List.of(), since(before));

    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      String stranger = send("victim@out.example", message(limit, OUTSIDE), "owned@ours.example");
      assertTrue(stranger.startsWith("250 2.0.0 Message dropped"), stranger);
      List<String> dropped = log.containing("WARN event=dropped");
      assertEquals(1, dropped.size(), dropped::toString);
      assertTrue(dropped.getFirst().contains("reason=\"" + limit + "\""), dropped::toString);
    }
    Message report = since(before).getFirst();
    assertEquals(1, since(before).size());
    assertEquals("<>", report.reversePath());
    assertEquals(List.of("<boss@ours.example>"), report.forwardPaths());
    String text = report.text();
    assertFalse(text.contains(SECRET), "headers only");
    assertTrue(text.contains("evil"), text);
    assertTrue(text.contains("Auto-Submitted: auto-replied\r\n"));
    assertTrue(text.contains(refusal), text);
  }

  @Test
  void aReportAnHourForEachAddressAndNoneWhereNobodyIsThere() throws IOException {
    int before = site.hop().messages().size();
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      for (int i = 0; i < 3; i++) {
        send("victim@out.example", message("line_length", OUTSIDE), "alice@ours.example");
        send("victim@out.example", message("line_length", OUTSIDE), "bob@bare.example");
      }
      assertEquals(2, log.containing("told_within_the_hour").size());
      assertEquals(3, log.containing("reason=\"no_postmaster\"").size());
    }
    assertEquals(
        List.of(List.of("<postmaster@ours.example>")),
        since(before).stream().map(Message::forwardPaths).toList());
    site.database()
        .execute("UPDATE authserver.report_told SET told_at = told_at - interval '61 minutes'");
    send("victim@out.example", message("line_length", OUTSIDE), "alice@ours.example");
    assertEquals(2, since(before).size());
  }

  @Test
  void withTheDatabaseAwayNobodyIsToldAndTheMessageIsDropped() throws Exception {
    send("victim@out.example", message("line_length", OUTSIDE), "alice@ours.example");
    site.database().execute("DELETE FROM authserver.report_told");
    int before = site.hop().messages().size();
    site.door().shut();
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      String reply =
          send("victim@out.example", message("line_length", OUTSIDE), "alice@ours.example");
      assertTrue(reply.startsWith("250 2.0.0 Message dropped"), reply);
      assertEquals(1, log.containing("database_away\"").size());
    } finally {
      site.door().open();
    }
    assertEquals(List.of(), since(before));
    site.awaitChanges();
  }
}
