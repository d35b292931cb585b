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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of resolution and of bad input, from a client's socket to the next hop's. */
final class ForwarderRulesIT {
  private static final String MAIL = "MAIL FROM:<x@out.example>";
  private static final String LOG = "io.authserver.mailforwarder";

  private static ForwarderSite site;

  @BeforeAll
  static void start() throws Exception {
    ScriptedNextHop hop =
        ScriptedNextHop.builder()
            .likeOpenSmtpd()
            .on(
                Step.RCPT,
                event ->
                    event.line().contains("former@")
                        ? Action.reply("550 5.1.1 no such user")
                        : Action.proceed())
            .start();
    site =
        new ForwarderSite(
            hop,
            """
            INSERT INTO authserver.domain (name, redirect_to, catch_all) VALUES
              ('ours.example', NULL, NULL), ('moved.example', 'far.example', NULL),
              ('inner.example', 'ours.example', NULL), ('any.example', NULL, 'alice@ours.example'),
              ('void.example', NULL, 'void@void.example'), ('changing.example', 'far.example', NULL),
              ('dead.example', NULL, 'alice@ours.example'), ('todead.example', 'dead.example', NULL),
              ('anydead.example', NULL, 'x@dead.example'), ('sleepy.example', 'far.example', NULL)
            """,
            """
            INSERT INTO authserver.mail_user (identifier, active) VALUES
              ('alice', true), ('former', false)
            """,
            """
            INSERT INTO authserver.mailing_list (name)
            SELECT 'deep' || i FROM generate_series(0, 11) i UNION
            SELECT unnest(ARRAY['team', 'empty', 'here', 'there', 'odd', 'asleep', 'some'])
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
            SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
              ('alice', 'ours', 'alice', NULL, NULL), ('former', 'ours', 'former', NULL, NULL),
              ('team', 'ours', NULL, 'team', NULL), ('empty', 'ours', NULL, 'empty', NULL),
              ('here', 'ours', NULL, 'here', NULL), ('there', 'ours', NULL, 'there', NULL),
              ('odd', 'ours', NULL, 'odd', NULL), ('kept', 'moved', 'alice', NULL, NULL),
              ('kept', 'any', NULL, 'team', NULL), ('no', 'ours', 'alice', NULL, 'reject'),
              ('asleep', 'ours', NULL, 'asleep', NULL), ('some', 'ours', NULL, 'some', NULL),
              ('alice', 'dead', 'alice', NULL, NULL), ('team', 'dead', NULL, 'team', NULL),
              ('hole', 'dead', 'alice', NULL, 'drop'), ('hole', 'ours', 'alice', NULL, 'drop'), ('later', 'ours', 'alice', NULL, 'defer')
            ) a (local_part, domain, identifier, list, blocked)
            JOIN authserver.domain d ON d.name = a.domain || '.example'
            LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
            LEFT JOIN authserver.mailing_list l ON l.name = a.list
            """,
            """
            INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
            SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
            WHERE d.name = 'ours.example' AND l.name LIKE 'deep%'
            """,
            """
            UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
            FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
            WHERE a.user_id = u.id AND a.local_part = u.identifier AND d.name = 'ours.example'
            """,
            """
            INSERT INTO authserver.mailing_list_address (list_id, address)
            SELECT l.id, m.address FROM (
              SELECT 'deep' || i, 'deep' || i + 1 || '@ours.example' FROM generate_series(0, 10) i
              UNION ALL VALUES ('deep11', 'carol@far.example'), ('deep1', 'dan@far.example'),
                ('team', 'carol@far.example'), ('team', 'dan@far.example'),
                ('here', 'there@inner.example'), ('here', 'carol@far.example'),
                ('there', 'here@ours.example'), ('there', 'dan@far.example'),
                ('asleep', 'dan@far.example'), ('some', 'asleep@ours.example'),
                ('some', 'alice@dead.example'), ('some', 'carol@far.example')
            ) m (list, address) JOIN authserver.mailing_list l ON l.name = m.list
            """,
            "UPDATE authserver.domain SET active = false WHERE name = 'dead.example'",
            "UPDATE authserver.mailing_list SET active = false WHERE name = 'asleep'");
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  private static byte[] message(String header) {
    return (header + "Subject: s\r\n\r\nbody\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends to recipients that are all taken, and returns who got a copy, sorted. */
  private static List<String> delivered(String... recipients) throws IOException {
    int before = site.hop().messages().size();
    assertEquals("250 2.0.0", data("", recipients));
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

  private static String rcpt(String argument) throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command(MAIL, "250");
      return client.command("RCPT TO:" + argument);
    }
  }

  @Test
  void aPipelinedBatchIsOneCallAndChangesAreHeardOf() throws Exception {
    StringBuilder batch = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      batch.append("RCPT TO:<alice+batch").append(i).append("@ours.example>\r\n");
      batch.append("RCPT TO:<batch").append(i).append("@moved.example>\r\n");
    }
    int before = site.calls();
    for (int i = 0; i < 2; i++) {
      try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
        client.command(MAIL, "250");
        client.send(batch.toString());
        for (int j = 0; j < 100; j++) {
          client.expect("250");
        }
      }
      assertEquals(before + 1, site.calls(), "one call, and none the second time");
    }
    assertEquals(List.of("x@far.example"), delivered("x@changing.example"));
    site.database()
        .execute(
            "UPDATE authserver.domain SET redirect_to = 'new.example'"
                + " WHERE name = 'changing.example'");
    long end = System.nanoTime() + ForwarderSite.SOON.toNanos();
    while (!delivered("x@changing.example").equals(List.of("x@new.example"))) {
      assertTrue(System.nanoTime() < end, "the change is heard of");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "kept+a@moved.example, kept+a@moved.example",
    "Eve+a-b@moved.example, Eve+a-b@far.example",
    "alice+a@inner.example, alice+a@ours.example",
    "who+x@any.example, alice@ours.example",
    "team@inner.example, carol@far.example dan@far.example",
    "kept@any.example, carol@far.example dan@far.example",
    "alice-x+y@ours.example, alice-x+y@ours.example",
    "nobody@ours.example, nobody@ours.example",
    "postmaster, postmaster",
    "hole@ours.example, ''"
  })
  void whoGetsWhat(String recipient, String targets) throws IOException {
    assertEquals(
        targets.isEmpty() ? List.of() : List.of(targets.split(" ", -1)), delivered(recipient));
  }

  @Test
  void listsWithinListsAreExpandedAndCirclesAreCut() throws IOException {
    try (LogCapture log = new LogCapture(LOG)) {
      assertEquals(List.of("carol@far.example", "dan@far.example"), delivered("here@ours.example"));
      assertEquals(1, log.containing("reason=circle").size());
      assertTrue(log.containing("reason=circle").getFirst().startsWith("WARN "));
      assertTrue(rcpt("<void@void.example>").startsWith("554 5.4.6"));
      assertEquals(
          1, log.containing("reason=circle").stream().filter(l -> l.contains("void")).count());
    }
    // at any depth; it was reported to the sender as too deep below the tenth
    assertEquals(List.of("carol@far.example", "dan@far.example"), delivered("deep1@ours.example"));
    assertEquals(List.of("carol@far.example"), delivered("deep2@ours.example"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<no@ours.example>|550 5.7.1",
        "<no+x@ours.example>|550 5.7.1",
        "<later@ours.example>|450 4.7.1",
        "<hole@ours.example>|250 2.1.5",
        "<former@ours.example>|550 5.1.1",
        "<alice@dead.example>|550 5.2.1",
        "<nobody@dead.example>|550 5.2.1",
        "<team@dead.example>|550 5.2.1",
        "<hole@dead.example>|550 5.2.1",
        "<x@todead.example>|550 5.2.1",
        "<x@anydead.example>|550 5.2.1",
        "<asleep@ours.example>|550 5.2.1",
        "<asleep+x@inner.example>|550 5.2.1",
        "<SRS0=aaaa=AA=far.example=x@ours.example>|550 5.1.1",
        "<a@b@ours.example>|501 5.1.3",
        "<a b@ours.example>|501 5.1.3",
        "<@ours.example>|501 5.1.3",
        "<alice@>|501 5.1.3",
        "<alice>|501 5.1.3",
        "<alice@ours..example>|501 5.1.3",
        "<>|501 5.1.3",
        "alice|501 5.",
        "|501 5.",
        // a client that speaks UTF-8 without having asked for SMTPUTF8
        "<j\u00c3\u00bcrgen@ours.example>|553 5.6.7",
        "<alice@ours.example> X=1|555 5.5.4",
        "<alice@ours.example> NOTIFY=NEVER,SUCCESS|501 5.5.4"
      })
  void whatIsRefusedAndHow(String argument, String reply) throws IOException {
    String said = rcpt(argument == null ? "" : argument);
    assertTrue(said.startsWith(reply), said);
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command("MAIL FROM:<x@out.example> X=1", "555 5.5.4");
      client.command("MAIL FROM:<x@out.example", "501 5.1.7");
    }
  }

  @Test
  void whatIsDeactivatedInsideAListGetsNothing() throws IOException {
    try (LogCapture log = new LogCapture(LOG)) {
      // The member in the deactivated domain is to be reported, and there is no postmaster; the
      // nested list is not.
      assertEquals(List.of("carol@far.example"), delivered("some@ours.example"));
      String nobody = log.containing("event=reported_to_nobody").getFirst();
      assertTrue(nobody.contains("reason=\"no_postmaster\" refusals=\"1\""), nobody);
      assertTrue(log.containing("reason=inactive_list").getFirst().startsWith("INFO "));
    }
  }

  @Test
  void aDomainIsDeactivatedAndActivatedWithoutARestart() throws IOException {
    assertEquals(List.of("x@far.example"), delivered("x@sleepy.example"));
    for (String active : List.of("false", "true")) {
      site.database()
          .execute(
              "UPDATE authserver.domain SET active = " + active + " WHERE name = 'sleepy.example'");
      String expected = active.equals("true") ? "250" : "550 5.2.1";
      long end = System.nanoTime() + ForwarderSite.SOON.toNanos();
      while (!rcpt("<x@sleepy.example>").startsWith(expected)) {
        assertTrue(System.nanoTime() < end, "the change is heard of");
      }
    }
  }

  /** The hash says that we made it; what is behind it is not in the domain. */
  @Test
  void aBounceStillComesBackThroughADeactivatedDomain() throws IOException {
    String srs = ForwarderSite.SRS.forward("Bob", "far.example", ForwarderSite.NOW);
    assertEquals(List.of("Bob@far.example"), delivered(srs + "@dead.example"));
  }

  @Test
  void aListWithoutMembersIsRefusedAndTheOperatorIsTold() throws IOException {
    try (LogCapture log = new LogCapture(LOG)) {
      assertTrue(rcpt("<empty@ours.example>").startsWith("550 5.1.1"));
      assertTrue(log.containing("reason=no_members").getFirst().startsWith("WARN event=refused"));
    }
  }

  @Test
  void aTargetThatIsNoAddressIsSkippedAndTheOperatorIsTold() throws IOException {
    site.database()
        .execute(
            "ALTER TABLE authserver.mailing_list_address"
                + " DROP CONSTRAINT mailing_list_address_valid",
            "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT l.id, a FROM"
                + " authserver.mailing_list l, unnest(ARRAY['no address', 'a@b@c', E'x\\n"
                + "@y.example', 'carol@far.example']) a WHERE l.name = 'odd'");
    try (LogCapture log = new LogCapture(LOG)) {
      assertEquals(List.of("carol@far.example"), delivered("odd@ours.example"));
      assertEquals(3, log.containing("reason=not_an_address").size());
      assertTrue(log.containing("target=no address").getFirst().startsWith("WARN "));
    }
  }

  @Test
  void withTheDatabaseAwayCachedAnswersCountForAnHour() throws Exception {
    assertEquals(List.of("x@far.example"), delivered("x@moved.example"));
    site.door().shut();
    assertTrue(rcpt("<y@moved.example>").startsWith("451 4.3.0"));
    site.later(Duration.ofMinutes(58));
    assertEquals(List.of("x@far.example"), delivered("x@moved.example"));
    site.later(Duration.ofMinutes(3));
    assertTrue(rcpt("<x@moved.example>").startsWith("451 4.3.0"));
    site.door().open();
    long end = System.nanoTime() + ForwarderSite.SOON.toNanos();
    while (!rcpt("<x@moved.example>").startsWith("250")) {
      assertTrue(System.nanoTime() < end, "it comes back");
    }
    site.awaitChanges();
  }

  @Test
  void aThousandRecipientsOfAnyKindInOneTransaction() throws IOException {
    TreeSet<String> expected = new TreeSet<>(List.of("carol@far.example", "dan@far.example"));
    List<String> recipients = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      String recipient =
          switch (i % 8) {
            case 0 -> "alice+" + i + "@ours.example";
            case 1 -> "team+" + i + "@ours.example";
            case 2 -> "u" + i + "@moved.example";
            case 3 -> "u" + (i - 1) + "@FAR.example";
            case 4 -> "z" + i + "@other.example";
            case 5 -> "hole+" + i + "@ours.example";
            case 6 -> "w" + i + "@any.example";
            default -> "no-" + i + "@ours.example";
          };
      recipients.add(recipient);
      switch (i % 8) {
        case 0, 4 -> expected.add(recipient);
        case 2 -> expected.add("u" + i + "@far.example");
        case 6 -> expected.add("alice@ours.example");
        default -> {}
      }
    }
    int before = site.hop().messages().size();
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command(MAIL, "250");
      client.send(
          String.join("", recipients.stream().map(to -> "RCPT TO:<" + to + ">\r\n").toList()));
      for (int i = 0; i < 1000; i++) {
        client.expect(i % 8 == 7 ? "550 5.7.1" : "250");
      }
      assertTrue(client.data(message("")).startsWith("250"));
    }
    List<String> got = new ArrayList<>();
    for (Message copy : since(before)) {
      copy.forwardPaths().forEach(path -> got.add(path.substring(1, path.length() - 1)));
    }
    got.sort(null);
    assertEquals(new ArrayList<>(expected), got, "each final address once");
  }

  @Test
  void aLoopIsItsRecipientsFailureAndTooManyHopsTheMessages() throws IOException {
    String looped = "Delivered-To: TEAM@ours.example\r\nDelivered-To: alice@ours.example\r\n";
    int before = site.hop().messages().size();
    assertEquals(
        "250 2.0.0", data(looped, "team@ours.example", "x@moved.example", "alice@ours.example"));
    assertEquals("250 2.0.0", data(looped, "team@ours.example"), "a stranger is not answered 5xx");
    String trace = "Received: from a by b with ESMTP; x\r\n";
    assertEquals("250 2.0.0", data(trace.repeat(100), "alice@ours.example"));
    assertEquals("250 2.0.0", data(trace.repeat(101), "alice@ours.example"));
    List<String> paths = new ArrayList<>();
    since(before).forEach(copy -> paths.addAll(copy.forwardPaths()));
    paths.sort(null);
    assertEquals(
        List.of("<alice@ours.example>", "<alice@ours.example>", "<x@far.example>"),
        paths,
        "two copies and the message with 100 hops; the stranger is not told");
  }

  private static String data(String header, String... recipients) throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(site.address())) {
      client.command(MAIL, "250");
      for (String recipient : recipients) {
        client.command("RCPT TO:<" + recipient + ">", "250");
      }
      return client.data(message(header)).substring(0, 9);
    }
  }
}
