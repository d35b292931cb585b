package io.authserver.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.Decision;
import io.authserver.db.migrate.DaemonRole;
import io.authserver.db.migrate.MigrationRunner;
import io.authserver.db.migrate.StartupCheck;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import io.authserver.upgrade.Question.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site of a former revision, from a dump, after {@code authserver db migrate}: it has what a
 * fresh site has, it has all that it had, and it answers as it did, but for what {@code
 * accepted-differences.txt} says.
 */
final class UpgradeIT {
  /** Tables and columns whose rows migrations change, each with the reason. */
  private static final Map<String, String> TOUCHED =
      Map.of("mailing_list.changed_at", "lists get a verdict, and where their bounces go");

  /**
   * What becomes of the mail of forwarders of the former revision that go on after the migration,
   * until they are started anew.
   */
  private enum Fate {
    /** They read the rows that they would have read. */
    GOES_ON,
    /** They cannot read the rows: 451, and the client's queue keeps the message. */
    WAITS
  }

  /** The fates that the mail of such forwarders may have; CHANGELOG has to say so of WAITS. */
  private static final Set<Fate> FATES = Set.of(Fate.WAITS);

  /** The decisions that the former forwarder knows; another one is an exception there, so 451. */
  private static final Set<String> KNOWN_DECISIONS =
      Set.of(
          "user",
          "list",
          "redirect",
          "blocked",
          "inactive",
          "unknown",
          "foreign",
          "invalid",
          "circle",
          "too_deep",
          "too_many");

  /** Where a row of the former forwarder has the decision. */
  private static final int DECISION = 5;

  private static final Map<Question, Object> ASKED = new HashMap<>();

  @TempDir private static Path folder;
  private static FormerSite site;
  private static Census before;
  private static Answers answers;

  @BeforeAll
  static void upgrade() throws Exception {
    site = new FormerSite(folder);
    before = Census.of(site.database().superuserUrl());
    answers = FormerSite.answers();
    site.migrate();
  }

  @AfterAll
  static void close() {
    site.close();
  }

  @Test
  void noRowIsLostOrChanged() throws Exception {
    assertTrue(before.filledTables() > 14, "the site has rows in " + before.filledTables());
    assertEquals(TOUCHED.keySet(), before.changed(before.again(site.database().superuserUrl())));
  }

  @Test
  void theSchemaIsThatOfAFreshSite() throws Exception {
    try (TestDatabase fresh = TestDatabase.create()) {
      for (String query : catalogs()) {
        List<String> lacking = new ArrayList<>(lines(fresh.superuserUrl(), query));
        assertTrue(!lacking.isEmpty(), query);
        List<String> tooMuch = new ArrayList<>(lines(site.database().superuserUrl(), query));
        for (String line : List.copyOf(tooMuch)) {
          if (lacking.remove(line)) {
            tooMuch.remove(line);
          }
        }
        assertEquals("", String.join("\n", lacking), "lacking; too much: " + tooMuch);
        assertEquals("", String.join("\n", tooMuch), "too much");
      }
    }
  }

  private static List<String> catalogs() throws Exception {
    Path sql = Path.of("..", "sql");
    return List.of(
        Files.readString(sql.resolve("snapshot.sql")),
        Files.readString(sql.resolve("roles.sql")),
        """
        SELECT c.oid::regclass || coalesce('.' || a.attname, '') || ': ' || d.description
        FROM pg_description d
        JOIN pg_class c ON c.oid = d.objoid AND c.relnamespace = 'authserver'::regnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
        WHERE d.classoid = 'pg_class'::regclass ORDER BY 1
        """,
        """
        SELECT p.oid::regprocedure || ': ' || obj_description(p.oid, 'pg_proc') FROM pg_proc p
        WHERE p.proowner = 'authserver_owner'::regrole ORDER BY 1
        """,
        """
        SELECT concat(defaclrole::regrole, ' ', defaclobjtype, ' ', defaclacl)
        FROM pg_default_acl ORDER BY 1
        """,
        "SELECT version || ' ' || name || ' ' || checksum FROM authserver.schema_migration ORDER BY"
            + " 1",
        "SELECT name || ' ' || checksum FROM authserver.schema_routine ORDER BY 1");
  }

  private static List<String> lines(String url, String query) throws Exception {
    try (Connection connection =
            DatabaseUrl.parse(url)
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      List<String> lines = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(query)) {
        while (rows.next()) {
          String line = rows.getString(1);
          // a BETWEEN within an AND loses its parentheses when it is dumped and loaded
          lines.add(line.startsWith("  CONSTRAINT") ? line.replaceAll("[()]", "") : line);
        }
      }
      return lines;
    }
  }

  @Test
  void migratingAgainChangesNothing() throws Exception {
    String url = site.database().superuserUrl();
    String records =
        "SELECT name || applied_at FROM authserver.schema_migration"
            + " UNION ALL SELECT name || applied_at FROM authserver.schema_routine ORDER BY 1";
    List<String> applied = lines(url, records);
    Census once = Census.of(url);
    String said = site.migrate();
    assertEquals(applied, lines(url, records), said);
    assertEquals(Set.of(), once.changed(once.again(url)));
    assertEquals(List.of(), new MigrationRunner(DatabaseUrl.parse(url)).drift());
  }

  @Test
  void bothDaemonsMayStart() throws Exception {
    TestDatabase database = site.database();
    AuthDatabase signer = database.open(database.signerUrl());
    AuthDatabase forwarder = database.open(database.forwarderUrl());
    assertEquals(List.of(), StartupCheck.problems(signer, DaemonRole.SIGNER));
    assertEquals(List.of(), StartupCheck.problems(forwarder, DaemonRole.FORWARDER));
    assertEquals(
        List.of(),
        StartupCheck.wrappingKeyProblems(signer, WrappingKeys.load(List.of(site.wrappingKey()))));
  }

  /**
   * Domains and lists that were there have extensions as before; what is for a list's owner is the
   * one thing that changes, as CHANGELOG says.
   */
  @Test
  void extensionsAreWhatTheyWereAndAListsOwnerHasHisAddresses() throws Exception {
    String url = site.database().superuserUrl();
    assertEquals(
        List.of("both", "true"),
        lines(
            url,
            "SELECT DISTINCT delimiter FROM authserver.domain UNION ALL"
                + " SELECT DISTINCT extensions::text FROM authserver.mailing_list"));
    assertEquals(
        List.of(
            "team-north-x@garden.example virtmail",
            "crew+x@garden.example virtmail",
            "crew-x+y@garden.example virtmail",
            "info-desk-paris@garden.example info-desk@garden.example",
            "news-request@orchard.example virtmail",
            "news-bounces+bob=x.test@orchard.example virtmail",
            "letter-bounces+bob=x.test@orchard.example carol@orchard.example",
            "crew-request@garden.example nobody",
            "bereft-owner@garden.example nobody"),
        lines(
            url,
            "SELECT a || ' ' || coalesce((SELECT string_agg(alias, ' ')"
                + " FROM authserver_resolve_alias(a, TRUE)), 'nobody') FROM"
                + " unnest(ARRAY['team-north-x@garden.example', 'crew+x@garden.example',"
                + " 'crew-x+y@garden.example', 'info-desk-paris@garden.example',"
                + " 'news-request@orchard.example', 'news-bounces+bob=x.test@orchard.example',"
                + " 'letter-bounces+bob=x.test@orchard.example', 'crew-request@garden.example',"
                + " 'bereft-owner@garden.example']) a"));
  }

  /** Every difference is accepted, and every accepted difference is there. */
  @Test
  void theAnswersAreWhatTheyWere() throws Exception {
    List<String> found = new ArrayList<>();
    List<Question> questions =
        answers.questions(
            Kind.EXPLAIN,
            Kind.SPAPI,
            Kind.SPAPI_SRS,
            Kind.FORMER_SIGNER,
            Kind.DOMAIN,
            Kind.MAILBOXES,
            Kind.TOKEN,
            Kind.OUTCOME,
            Kind.PENDING);
    assertTrue(questions.size() > 600, () -> "only " + questions.size() + " questions");
    try (Enquiry enquiry = new Enquiry(site.access())) {
      for (Question question : questions) {
        found.addAll(answers.differences(question, ask(enquiry, question)));
      }
    }
    assertAccepted(found, line -> !line.startsWith(Kind.FORMER_FORWARDER + "["));
  }

  /** Fails for what is not accepted, and for what is accepted and not there. */
  private static void assertAccepted(List<String> found, Predicate<String> ofThisTest)
      throws Exception {
    List<String> gone =
        new ArrayList<>(FormerSite.lines(FormerSite.ACCEPTED).stream().filter(ofThisTest).toList());
    List<String> unexpected = new ArrayList<>(found);
    unexpected.removeAll(gone);
    gone.removeAll(found);
    assertEquals("", String.join("\n", unexpected), "not accepted");
    assertEquals("", String.join("\n", gone), "accepted, and no longer so");
  }

  /**
   * Whatever else differs, nothing is refused now that the former edge and mailforwarder took:
   * neither what was asked then, with extensions of both kinds, nor bounces.
   */
  @Test
  void nothingThatWasDeliveredIsRefused() throws Exception {
    List<String> refused = new ArrayList<>();
    int asked = 0;
    try (Enquiry enquiry = new Enquiry(site.access())) {
      for (Question question : answers.questions(Kind.SPAPI)) {
        String address = question.of().getFirst();
        if (hasRow(answers.get(question)) && !wasRefusedBehindTheEdge(address)) {
          asked++;
          if (!hasRow(ask(enquiry, question))) {
            refused.add("the edge: " + address);
          }
        }
      }
      for (Question question : answers.questions(Kind.EXPLAIN)) {
        if (wasTaken(question)) {
          asked++;
          Map<?, ?> now = (Map<?, ?>) ask(enquiry, question);
          if (now.get("reply") != null) {
            refused.add("mailforwarder: " + question + ": " + now.get("reply"));
          }
        }
      }
      for (Question question : answers.questions(Kind.SPAPI_SRS)) {
        if (Integer.parseInt(question.of().getFirst()) < 21
            && hasRow(answers.get(question))
            && !hasRow(ask(enquiry, question))) {
          refused.add("the edge: " + question);
        }
      }
    }
    assertEquals("", String.join("\n", refused));
    assertTrue(asked > 300, "only " + asked);
  }

  /**
   * Mail for a list's owner was taken as an extension of the list, by all of its members. He gets
   * it now, and where there is none nobody does (CHANGELOG).
   */
  @Test
  void theAddressesOfAListsOwnerAreTakenWhereItHasOne() throws Exception {
    List<String> wrong = new ArrayList<>();
    Set<String> owned =
        Set.copyOf(
            lines(
                site.database().superuserUrl(),
                "SELECT a.local_part || '@' || d.name FROM authserver.email_alias a JOIN"
                    + " authserver.domain d ON d.id = a.domain_id JOIN authserver.mailing_list l"
                    + " ON l.id = a.list_id JOIN authserver.mail_user u ON u.id = l.owner_id"
                    + " AND u.active JOIN authserver.email_alias m ON m.id ="
                    + " u.delivery_mailbox_id AND m.blocked IS NULL"));
    Set<String> aliases =
        Set.copyOf(
            lines(
                site.database().superuserUrl(),
                "SELECT a.local_part || '@' || d.name FROM authserver.email_alias a JOIN"
                    + " authserver.domain d ON d.id = a.domain_id"));
    int asked = 0;
    int taken = 0;
    try (Enquiry enquiry = new Enquiry(site.access())) {
      for (String list :
          lines(
              site.database().superuserUrl(),
              "SELECT a.local_part || '@' || d.name FROM authserver.email_alias a JOIN"
                  + " authserver.domain d ON d.id = a.domain_id WHERE a.list_id IS NOT NULL")) {
        Question extended = Question.of(Kind.SPAPI, list.replace("@", "-X+y@"));
        if (!answers.questions(Kind.SPAPI).contains(extended)
            || !hasRow(answers.get(extended))
            || wasRefusedBehindTheEdge(list)) {
          continue;
        }
        for (String suffix :
            List.of("-request", "-owner", "-admin", "-unsubscribe", "-bounces", "-bounces+a=b")) {
          String address = list.replace("@", suffix + "@");
          boolean row = hasRow(ask(enquiry, Question.of(Kind.SPAPI, address)));
          // An alias of that name comes first.
          if (row != (owned.contains(list) || aliases.contains(address.replace("+a=b", "")))) {
            wrong.add(address);
          }
          asked++;
          taken += row ? 1 : 0;
        }
      }
    }
    assertEquals("", String.join("\n", wrong));
    assertTrue(asked > 50 && taken > 5, asked + ", " + taken + " of them taken");
  }

  /** Asks once: the site answers the same again. */
  private static Object ask(Enquiry enquiry, Question question) throws Exception {
    Object told = ASKED.get(question);
    if (told == null) {
      told = enquiry.ask(question);
      ASKED.put(question, told);
    }
    return told;
  }

  private static boolean hasRow(Object told) {
    return !((List<?>) ((Map<?, ?>) told).get("alias")).isEmpty();
  }

  private static boolean wasTaken(Question explanation) {
    Map<?, ?> explained = (Map<?, ?>) answers.get(explanation);
    return !explained.containsKey("status") && explained.get("reply") == null;
  }

  /** Whether the former mailforwarder refused an address, with its extension or without. */
  private static boolean wasRefusedBehindTheEdge(String address) {
    String base = address.replaceFirst("(\\+x-y|-X\\+y)@", "@");
    return answers.questions(Kind.EXPLAIN).stream()
        .filter(question -> question.of().get(1).equals(base))
        .anyMatch(question -> !wasTaken(question));
  }

  /**
   * Forwarders of the former revision that still run after the migration go on, or answer 451:
   * {@link #FATES} says which. Where they go on they read the same rows, so that nobody behind an
   * address is left out and nothing is refused that was taken, but for accepted differences.
   */
  @Test
  void formerForwardersLoseNothing() throws Exception {
    List<Question> questions = answers.questions(Kind.FORMER_FORWARDER);
    assertTrue(questions.size() > 300, () -> "only " + questions.size() + " questions");
    Set<Fate> fates = new TreeSet<>();
    List<String> differences = new ArrayList<>();
    try (Enquiry enquiry = new Enquiry(site.access())) {
      for (Question question : questions) {
        Object rows;
        try {
          rows = enquiry.ask(question);
        } catch (SQLException e) {
          // The former forwarder answers 451 to whatever the database says.
          fates.add(Fate.WAITS);
          continue;
        }
        if (isUnreadable((List<?>) rows)) {
          fates.add(Fate.WAITS);
        } else {
          fates.add(Fate.GOES_ON);
          differences.addAll(answers.differences(question, rows));
        }
      }
    }
    assertAccepted(differences, line -> line.startsWith(Kind.FORMER_FORWARDER + "["));
    assertEquals(FATES, fates);
  }

  /** The former forwarder makes a {@link Decision} of each row's word. */
  private static boolean isUnreadable(List<?> rows) {
    return rows.stream().anyMatch(row -> !KNOWN_DECISIONS.contains(((List<?>) row).get(DECISION)));
  }
}
