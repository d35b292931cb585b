package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bounces to lists, from a client's socket to the next hop's.
 *
 * <p>Symptom: they came to all members, those of copies that were sent in a list's name too. Cause:
 * a list was expanded whoever had sent the mail (RFC 5321 §3.9.2: errors of a list are for who
 * administers it).
 */
final class ListBouncesIT {
  private static ForwarderSite site;

  @BeforeAll
  static void start() throws Exception {
    site =
        new ForwarderSite(
            ScriptedNextHop.accepting(),
            "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
            "INSERT INTO authserver.mail_user (identifier) VALUES ('alice')",
            "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
                + " SELECT 1, 'alice', id FROM authserver.mail_user",
            "UPDATE authserver.mail_user SET delivery_mailbox_id = 1",
            """
            INSERT INTO authserver.mailing_list (name, owner_id, new_mailfrom, null_sender)
            SELECT n.name, u.id, n.path, n.rule FROM (VALUES
              ('crew', NULL, NULL, NULL), ('all', NULL, NULL, 'members'), ('abuse', NULL, NULL, NULL),
              ('one', NULL, NULL, NULL), ('news', 'alice', 'alice@ours.example', NULL),
              ('desk', NULL, 'abuse+desk@ours.example', NULL), ('shut', 'alice', NULL, 'refuse')
            ) n (name, owner, path, rule) LEFT JOIN authserver.mail_user u ON u.identifier = n.owner
            """,
            "INSERT INTO authserver.email_alias (domain_id, local_part, list_id)"
                + " SELECT 1, name, id FROM authserver.mailing_list",
            "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id, name ||"
                + " '1@far.example' FROM authserver.mailing_list",
            "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id, name ||"
                + " '2@far.example' FROM authserver.mailing_list WHERE name <> 'one'");
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  /** Sends a message to one recipient; returns the reply to RCPT, or who got a copy. */
  private static String send(String reversePath, String recipient) throws IOException {
    int before = site.hop().messages().size();
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command("MAIL FROM:<" + reversePath + ">", "250");
      String reply = client.command("RCPT TO:<" + recipient + ">");
      if (!reply.startsWith("250")) {
        return reply.strip();
      }
      client.data("Subject: s\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    List<Message> copies = site.hop().messages().subList(before, site.hop().messages().size());
    return String.join(
        " ", copies.stream().flatMap(copy -> copy.forwardPaths().stream()).sorted().toList());
  }

  @ParameterizedTest
  @CsvSource({
    "crew@ours.example, 550 5.7.1 This list takes no bounces",
    "shut@ours.example, 550 5.7.1 This list takes no bounces",
    "all@ours.example, <all1@far.example> <all2@far.example>",
    "one@ours.example, <one1@far.example>",
    "Abuse+x@ours.example, <abuse1@far.example> <abuse2@far.example>",
    "news@ours.example, <alice@ours.example>",
    "desk@ours.example, <abuse1@far.example> <abuse2@far.example>"
  })
  void aBounceToAListGoesToWhoAnswersForIt(String recipient, String expected) throws IOException {
    assertEquals(expected, send("", recipient));
  }

  @ParameterizedTest
  @CsvSource({
    "crew, 550 5.7.1 This list takes no bounces",
    "all, 550 5.7.1 This list takes no bounces",
    "one, 550 5.7.1 This list takes no bounces",
    "news, <alice@ours.example>"
  })
  void aBounceOfACopyInTheListsNameNeverReachesItsMembers(String list, String expected)
      throws IOException {
    String srs = ForwarderSite.SRS.forward(list, "ours.example", ForwarderSite.NOW);
    assertEquals(expected, send("", srs + "@ours.example"));
  }

  @Test
  void everyOtherMailReachesTheMembers() throws IOException {
    assertEquals("<crew1@far.example> <crew2@far.example>", send("x@y.test", "crew@ours.example"));
    String path = site.hop().messages().getLast().reversePath();
    assertTrue(path.startsWith("<SRS0="), path);
  }
}
