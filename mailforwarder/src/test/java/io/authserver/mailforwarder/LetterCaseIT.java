package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Letter case from a client's socket to the next hop's, with a real database and SMTPUTF8.
 *
 * <p>Symptom: mail for two users whose local parts differ in the case of a letter beyond ASCII was
 * taken with 250 for both, and one of them got it. Cause: the database folds A to Z alone (two
 * rows), the forwarder folded by Unicode when it looked for duplicates (one address).
 */
final class LetterCaseIT {
  /** Local parts that Unicode's folding takes for one in some way, and ASCII's does not. */
  private static final String NAMES =
      "É é \u212a k \u0130 i\u0307 i ß ss \u017f s Σ σ ς Ǆ ǅ ǆ K\u0301 \u212a\u0301";

  private static final Set<String> FAILING = ConcurrentHashMap.newKeySet();

  private static ForwarderSite site;

  @BeforeAll
  static void start() throws Exception {
    ScriptedNextHop hop =
        ScriptedNextHop.builder()
            .on(
                Step.RCPT,
                event ->
                    FAILING.stream().anyMatch(event.line()::contains)
                        ? Action.reply("450 4.2.1 busy")
                        : Action.proceed())
            .start();
    site =
        new ForwarderSite(
            hop,
            "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
            """
            INSERT INTO authserver.mail_user (identifier)
            SELECT lower(n COLLATE "C") FROM unnest(string_to_array('%s', ' ')) n\
            """
                .formatted(NAMES),
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
            SELECT d.id, u.identifier, u.id FROM authserver.mail_user u, authserver.domain d
            """,
            """
            UPDATE authserver.mail_user SET delivery_mailbox_id =
              (SELECT id FROM authserver.email_alias WHERE local_part = identifier)
            """,
            """
            INSERT INTO authserver.mailing_list (name, new_mailfrom) VALUES
              ('all', NULL), ('Équipe', NULL), ('équipe', NULL), ('kim', '\u212aim@ours.example'),
              ('back', 'Back@ours.example')
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
            SELECT d.id, l.name, l.id FROM authserver.mailing_list l, authserver.domain d
            """,
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT l.id, u.identifier || '@ours.example'
            FROM authserver.mailing_list l, authserver.mail_user u WHERE l.name = 'all'
            UNION ALL
            SELECT id, name || '@far.example' FROM authserver.mailing_list WHERE name <> 'all'
            """);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  /** A text as the client of tests sends it, which writes Latin-1. */
  private static String wire(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String data(String header, List<String> localParts) throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command("MAIL FROM:<x@out.example> SMTPUTF8", "250");
      for (String localPart : localParts) {
        client.command("RCPT TO:<" + wire(localPart) + "@ours.example>", "250");
      }
      byte[] message = (header + "Subject: s\r\n\r\nbody\r\n").getBytes(StandardCharsets.UTF_8);
      return client.data(message).substring(0, 9);
    }
  }

  /** Sends, expects this reply, and returns who got a copy, sorted. */
  private static List<String> delivered(String reply, String header, List<String> localParts)
      throws IOException {
    int before = site.hop().messages().size();
    assertEquals(reply, data(header, localParts));
    List<String> paths = new ArrayList<>();
    for (Message copy : since(before)) {
      copy.forwardPaths().forEach(path -> paths.add(path.substring(1, path.length() - 1)));
    }
    paths.sort(null);
    return paths;
  }

  private static List<Message> since(int before) {
    List<Message> all = site.hop().messages();
    return all.subList(before, all.size());
  }

  private static List<String> ours(String... localParts) {
    List<String> addresses = new ArrayList<>();
    for (String localPart : localParts) {
      addresses.add(localPart + "@ours.example");
    }
    addresses.sort(null);
    return addresses;
  }

  @ParameterizedTest
  @CsvSource({
    "É, é",
    "\u212a, k",
    "\u0130, i\u0307",
    "\u0130, i",
    "ß, SS",
    "\u017f, s",
    "Σ, ς",
    "σ, ς",
    "Ǆ, ǅ",
    "K\u0301, \u212a\u0301"
  })
  void twoUsersGetTwoCopies(String one, String other) throws IOException {
    assertEquals(ours(one, other), delivered("250 2.0.0", "", List.of(one, other)));
    assertEquals(ours(one, other), delivered("250 2.0.0", "", List.of(other, one)));
  }

  @Test
  void aToZInEitherCaseIsOneUser() throws IOException {
    assertEquals(ours("k"), delivered("250 2.0.0", "", List.of("k", "K")));
    assertEquals(ours("K"), delivered("250 2.0.0", "", List.of("K", "k")));
    assertEquals(ours("É+A"), delivered("250 2.0.0", "", List.of("É+A", "É+a")));
  }

  @Test
  void eachMemberOfAListGetsACopy() throws IOException {
    String[] members = NAMES.replace("K", "k").split(" ", -1);
    assertEquals(ours(members), delivered("250 2.0.0", "", List.of("all")));
  }

  /** The list has expanded the message before, or one has whose name looks like its own. */
  @ParameterizedTest
  @CsvSource({
    "Équipe, Équipe@ours.example, true",
    "Équipe, ÉQUIPE@OURS.example, true",
    "Équipe, équipe@ours.example, false",
    "équipe, Équipe@ours.example, false",
    "équipe, équipe@ours.example, true",
    "kim, KIM@ours.example, true",
    "kim, \u212aim@ours.example, false"
  })
  void aLoopIsFoundByTheSameRule(String list, String deliveredTo, boolean loop) throws IOException {
    // A stranger's message that loops is dropped, and reported to an owner at most.
    List<String> got =
        delivered("250 2.0.0", "Delivered-To: " + deliveredTo + "\r\n", List.of(list));
    assertEquals(!loop, got.contains(list + "@far.example"), got::toString);
  }

  /** What an earlier try delivered to one of the two counts for that one alone. */
  @ParameterizedTest
  @CsvSource({"É, é", "é, É", "k, \u212a"})
  void aRetryGoesToTheOneWhoMissedIt(String missing, String other) throws IOException {
    String header = "Message-ID: <retry-" + missing + "@out.example>\r\n";
    FAILING.add("<" + missing + "@");
    try {
      List<String> first = delivered("451 4.2.1", header, List.of("all"));
      assertEquals(List.of(false, true), List.of(has(first, missing), has(first, other)));
    } finally {
      FAILING.clear();
    }
    assertEquals(ours(missing), delivered("250 2.0.0", header, List.of("all")));
  }

  private static boolean has(List<String> addresses, String localPart) {
    return addresses.contains(localPart + "@ours.example");
  }

  /** A bounce to U+212A "im" is not one to "kim"; one to "Back" is one to the list "back". */
  @Test
  void aReversePathLeadsBackByTheSameRule() throws IOException {
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      int before = site.hop().messages().size();
      delivered("250 2.0.0", "", List.of("kim"));
      assertEquals("<\u212aim@ours.example>", since(before).getFirst().reversePath());
      assertEquals(List.of(), log.containing("new_mailfrom_leads_back"));
      delivered("250 2.0.0", "", List.of("back"));
      assertTrue(since(before).getLast().reversePath().startsWith("<SRS0="));
      assertEquals(1, log.containing("new_mailfrom_leads_back").size());
    }
  }
}
