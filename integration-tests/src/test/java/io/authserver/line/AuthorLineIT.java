package io.authserver.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The author over both daemons: what somebody submits in the name of another tenant's user leaves
 * unsigned or not at all, whichever way it takes; what he submits in his own leaves signed.
 *
 * <p>Symptom: bob of one domain submitted mail with an author of another, and it was signed for
 * that. Cause: nothing bound the author to who submitted it.
 */
final class AuthorLineIT {
  private static final Pattern SIGNING_DOMAIN = Pattern.compile("[;\\s]d=\\s*([^;\\s]+)");
  private static final List<String> WAYS = List.of("dora@far.example", "team@garden.example");

  private static MailLine line;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    line =
        new MailLine(
            folder,
            Set.of("garden.example", "orchard.example", "strict.example"),
            "UPDATE authserver.domain SET author_must_match = 'domain'",
            """
            UPDATE authserver.domain SET author_must_match = 'address', author_mismatch = 'refuse'
            WHERE name = 'strict.example'
            """,
            "INSERT INTO authserver.mail_user (identifier) VALUES ('alice'), ('olga'), ('sven')",
            "INSERT INTO authserver.mailing_list (name) VALUES ('team')",
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT id, 'zoe@far.example' FROM authserver.mailing_list
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id)
            SELECT d.id, a.n, u.id, l.id FROM (VALUES ('garden.example', 'alice', 'alice', NULL),
              ('orchard.example', 'olga', 'olga', NULL), ('strict.example', 'sven', 'sven', NULL),
              ('garden.example', 'team', NULL, 'team')) a (d, n, u, l)
            JOIN authserver.domain d ON d.name = a.d
            LEFT JOIN authserver.mail_user u ON u.identifier = a.u
            LEFT JOIN authserver.mailing_list l ON l.name = a.l
            """,
            """
            UPDATE authserver.mail_user SET delivery_mailbox_id =
              (SELECT a.id FROM authserver.email_alias a WHERE a.user_id = mail_user.id)
            """);
  }

  @AfterAll
  static void close() throws Exception {
    line.close();
  }

  /** Submits a message and returns the domains that its one copy is signed for. */
  private static List<String> submit(String reversePath, String author, String recipient)
      throws Exception {
    int before = line.internet().messages().size();
    MailLine.send(line.forwarder(), reversePath, recipient, message(author));
    List<Message> arrived = line.internet().messages().subList(before, before + 1);
    Matcher matcher = SIGNING_DOMAIN.matcher(arrived.getFirst().text());
    return matcher.results().map(result -> result.group(1)).toList();
  }

  private static byte[] message(String author) {
    return String.join(
            "\r\n",
            "Received: from pc (pc [192.0.2.7])",
            "\tby mx.ours.example (OpenSMTPD) with ESMTPSA id 0badc0de;",
            "\tSun, 22 Nov 2026 04:00:00 +0000 (UTC)",
            "From: " + author,
            "Date: Sun, 22 Nov 2026 04:00:00 +0000",
            "Message-ID: <1@" + author + ">",
            "",
            "Hello",
            "")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsSubmittedInAnothersNameLeavesUnsigned() throws Exception {
    for (String way : WAYS) {
      assertEquals(List.of(), submit("olga@orchard.example", "alice@garden.example", way), way);
      assertEquals(List.of(), submit("x@far.example", "alice@garden.example", way), way);
    }
  }

  @Test
  void whatIsSubmittedInOnesOwnNameLeavesSigned() throws Exception {
    for (String way : WAYS) {
      assertEquals(
          List.of("garden.example"), submit("alice@garden.example", "alice@garden.example", way));
      assertEquals(
          List.of("orchard.example"),
          submit("Olga+x@orchard.example", "olga@orchard.example", way));
      assertEquals(
          List.of("strict.example"), submit("sven@strict.example", "Sven+y@strict.example", way));
      // Vacation, MDN; and a program behind the list's own address.
      assertEquals(List.of("garden.example"), submit("", "alice@garden.example", way));
      assertEquals(
          List.of("garden.example"), submit("team+v@garden.example", "info@garden.example", way));
    }
  }

  @Test
  void whatIsSubmittedInTheNameOfWhoRefusesItDoesNotLeave() {
    for (String way : WAYS) {
      int before = line.internet().messages().size();
      AssertionError refused =
          assertThrows(
              AssertionError.class,
              () -> submit("olga@orchard.example", "sven@strict.example", way));
      assertTrue(
          String.valueOf(refused.getMessage()).startsWith("550 5.7.1 The author in From"),
          refused::toString);
      assertEquals(before, line.internet().messages().size());
    }
  }
}
