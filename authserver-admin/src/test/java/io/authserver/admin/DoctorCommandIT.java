package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.NsdServers;
import io.authserver.admin.output.JsonReader;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** {@code authserver doctor}: nothing on a healthy site, each fault where it was made. */
class DoctorCommandIT extends AdminFixture {
  private static final String[] CALL = {"doctor", "--no-dns", "--json"};

  @BeforeEach
  void makeSecret() {
    cli.ok("srs-secret", "create");
  }

  /** A site without a fault: two users, lists within lists, redirects, postmasters, a key. */
  private void healthy() {
    cli.ok("domain", "create", "ours.example");
    cli.ok("dkim", "create", "ours.example", "--algorithm", "ed25519", "--selector", "s1");
    cli.ok("dkim", "activate", "ours.example", "--all", "--force");
    database.execute(
        "INSERT INTO authserver.domain (name, redirect_to, require_signature) VALUES"
            + " ('old.example', 'ours.example', false), ('far.ours.example', NULL, true),"
            + " ('away.example', 'foreign.example', false)",
        "INSERT INTO authserver.mail_user (identifier) VALUES ('alice')",
        "INSERT INTO authserver.mailing_list (name) VALUES ('team'), ('inner'), ('unused')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id)"
            + " SELECT d.id, a.n, u.id, l.id FROM (VALUES ('ours.example', 'alice', 'alice', NULL),"
            + " ('ours.example', 'postmaster', 'alice', NULL),"
            + " ('far.ours.example', 'postmaster', 'alice', NULL),"
            + " ('ours.example', 'team', NULL, 'team'), ('ours.example', 'inner', NULL, 'inner'))"
            + " a (d, n, u, l) JOIN authserver.domain d ON d.name = a.d"
            + " LEFT JOIN authserver.mail_user u ON u.identifier = a.u"
            + " LEFT JOIN authserver.mailing_list l ON l.name = a.l",
        "UPDATE authserver.mail_user SET delivery_mailbox_id = (SELECT a.id FROM"
            + " authserver.email_alias a WHERE a.local_part = 'alice')",
        "UPDATE authserver.domain SET author_must_match = 'domain'",
        "UPDATE authserver.mailing_list SET owner_id = (SELECT id FROM authserver.mail_user)");
    members("team", "alice+x@old.example", "inner@ours.example");
    members("inner", "x@far.example", "y@away.example");
  }

  private void members(String list, String... addresses) {
    for (String address : addresses) {
      database.execute(
          "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id, '"
              + address
              + "' FROM authserver.mailing_list WHERE name = '"
              + list
              + "'");
    }
  }

  private void list(String name, String... addresses) {
    database.execute(
        "INSERT INTO authserver.mailing_list (name) VALUES ('" + name + "')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, list_id) SELECT d.id, '"
            + name
            + "', l.id FROM authserver.domain d, authserver.mailing_list l WHERE d.name ="
            + " 'ours.example' AND l.name = '"
            + name
            + "'");
    members(name, addresses);
  }

  private List<Map<String, Object>> findings(int code, String... call) {
    return JsonReader.rows(cli.run(call).exits(code).out());
  }

  /** Returns object and detail of each finding that is a problem, by kind. */
  private Map<String, List<String>> problems(String... call) {
    Map<String, List<String>> problems = new TreeMap<>();
    for (Map<String, Object> row : findings(1, call.length == 0 ? CALL : call)) {
      if (List.of("author-unchecked", "list-without-owner").contains(row.get("id"))) {
        continue; // the tests' own domains and lists, and no problem
      }
      problems
          .computeIfAbsent(String.valueOf(row.get("id")), _ -> new ArrayList<>())
          .add(row.get("object") + (row.get("detail") == null ? "" : " " + row.get("detail")));
    }
    return problems;
  }

  @Test
  void domainsWhoseAuthorsNobodyChecksAreNamedAndNoProblem() {
    cli.ok("domain", "create", "new.example", "--redirect-to", "far.example");
    database.execute(
        "INSERT INTO authserver.domain (name, redirect_to, sign, active) VALUES"
            + " ('before.example', 'new.example', true, true),"
            + " ('silent.example', 'new.example', false, true),"
            + " ('asleep.example', 'new.example', true, false)");
    List<Map<String, Object>> found = findings(0, CALL);
    assertEquals(1, found.size(), found::toString);
    Map<String, Object> finding = found.getFirst();
    assertEquals("author-unchecked", finding.get("id"));
    assertEquals("info", finding.get("severity"));
    assertEquals("before.example", finding.get("object"));
    String mend = String.valueOf(finding.get("mend"));
    assertTrue(mend.startsWith("authserver "), mend);
    cli.ok(mend.substring("authserver ".length()).split(" ", -1));
    assertEquals(List.of(), findings(0, CALL));
  }

  @Test
  void membersAreFoundAsTheirDomainAndListHaveIt() {
    healthy();
    database.execute("UPDATE authserver.mailing_list SET owner_id = NULL");
    cli.ok("domain", "edit", "ours.example", "--delimiter", "both");
    members("team", "alice-x@old.example", "alice+x-y@ours.example", "inner+x@old.example");
    members("team", "inner-owner@old.example", "unused-owner@ours.example");
    assertEquals(
        List.of("team inner-owner@old.example", "team unused-owner@ours.example"),
        problems().get("member-nobody"));
    database.execute(
        "UPDATE authserver.mailing_list SET owner_id = (SELECT id FROM authserver.mail_user)");
    assertEquals(List.of("team unused-owner@ours.example"), problems().get("member-nobody"));
    cli.ok("mailinglist", "edit", "inner", "--no-extensions");
    cli.ok("domain", "edit", "ours.example", "--delimiter", "plus");
    assertEquals(
        List.of(
            "team alice-x@old.example",
            "team inner+x@old.example",
            "team unused-owner@ours.example"),
        problems().get("member-nobody"));
  }

  @Test
  void aHealthySiteHasNoFindings() {
    healthy();
    assertEquals(List.of(), findings(0, CALL));
    assertTrue(cli.ok("doctor", "--no-dns").err().contains("nothing is wrong"));
  }

  @Test
  void returnAddressesThatCouldBeForgedOrLeadNowhereAreNamed() {
    healthy();
    cli.with("MAILFORWARDER_SRS_DOMAIN", "SRS.example")
        .with("MAILFORWARDER_SRS_MIN_HASH_LENGTH", "3");
    database.execute(
        "SELECT authserver.forwarder_register_srs_secrets(ARRAY['short'::bytea])",
        "INSERT INTO authserver.domain (name, active) VALUES ('srs.example', false)");
    Map<String, List<String>> problems = problems();
    assertEquals(List.of("2 5"), problems.remove("srs-secret-short"));
    assertEquals(List.of("3"), problems.remove("srs-hash-short"));
    assertEquals(List.of("srs.example"), problems.remove("srs-domain-unknown"));
    assertEquals(Map.of(), problems);
    database.execute("TRUNCATE authserver.srs_secret");
    assertEquals(List.of("authserver.srs_secret"), problems().get("srs-no-secret"));
  }

  /** It is advice: most sites need no extension, since the edge verifies the other form itself. */
  @Test
  void whatTheEdgeCannotVerifyIsSaidAndNoProblem() {
    healthy();
    cli.ok("srs-secret", "form", "mailsrs");
    Map<String, Object> finding = findings(0, CALL).getFirst();
    assertEquals("srs-unchecked-by-edge", finding.get("id"));
    assertEquals("info", finding.get("severity"));
    database.execute("CREATE EXTENSION pgcrypto");
    assertEquals(List.of(), findings(0, CALL));
    database.execute("DROP EXTENSION pgcrypto");
    cli.ok("srs-secret", "form", "separated");
    assertEquals("srs-unchecked-by-edge", findings(0, CALL).getFirst().get("id"));
    database.execute("UPDATE authserver.site SET srs_form_since = now() - interval '23 days'");
    assertEquals(List.of(), findings(0, CALL));
  }

  @Test
  void listsThatLeadToThemselvesOrNowhereAreNamed() {
    healthy();
    list("circle", "second@old.example", "x@far.example");
    list("second", "circle+ext@ours.example");
    list("self", "self@ours.example");
    list("empty");
    list("nowhere", "nobody@ours.example", "empty@ours.example");
    list("back", "x@far.example");
    database.execute(
        "UPDATE authserver.mailing_list SET new_mailfrom = 'back@ours.example' WHERE name ="
            + " 'back'");
    Map<String, List<String>> problems = problems();
    assertEquals(List.of("circle", "second", "self"), problems.remove("list-circle"));
    assertEquals(List.of("empty"), problems.remove("list-empty"));
    assertEquals(List.of("nowhere"), problems.remove("list-nowhere"));
    assertEquals(List.of("nowhere nobody@ours.example"), problems.remove("member-nobody"));
    assertEquals(List.of("back back@ours.example"), problems.remove("list-mailfrom-leads-back"));
    assertEquals(Map.of(), problems);
  }

  @Test
  void whatTheDoctorSaysOfAListIsWhatTheForwarderDoes() {
    healthy();
    list("circle", "circle@ours.example");
    list("empty");
    cli.with("MAILFORWARDER_SRS_SECRET", "k");
    for (String list : List.of("circle", "empty")) {
      assertTrue(
          cli.ok("explain", "x@y.test", list + "@ours.example").out().contains("refused ("), list);
    }
  }

  @Test
  void aListWithTooManyAddressesIsNamedAsItIsRefused() {
    healthy();
    cli.with("MAILFORWARDER_SRS_SECRET", "k").with("MAILFORWARDER_MAX_TARGETS", "3");
    list("small", "a@far.example", "b@far.example", "C@far.example");
    // The same address twice is one, and a list is none.
    list("twice", "small@ours.example", "a@far.example");
    list("large", "twice@ours.example", "d@far.example");
    assertEquals(List.of("large"), problems().get("list-too-large"));
    assertTrue(
        cli.ok("explain", "x@y.test", "large@ours.example")
            .out()
            .contains(
                "refused (list_over_max_targets): 550 5.2.4 This list stands for 4 addresses; the"
                    + " limit is 3"));
    assertFalse(cli.ok("explain", "x@y.test", "twice@ours.example").out().contains("refused ("));
  }

  @Test
  void aListOfSeveralForWhichNobodyAnswersIsNamedAndNoProblem() {
    healthy();
    list("one", "a@far.example");
    list("two", "a@far.example", "b@far.example");
    list("abuse", "a@far.example", "b@far.example");
    List<Map<String, Object>> found = findings(0, CALL);
    assertEquals(
        List.of("list-without-owner two"),
        found.stream().map(row -> row.get("id") + " " + row.get("object")).toList());
    cli.ok("mailinglist", "edit", "two", "--null-sender", "refuse");
    assertEquals(List.of(), findings(0, CALL));
  }

  /** What a trigger that was switched off has left is seen, and mended by the command it names. */
  @Test
  void aVerdictThatDoesNotHoldIsNamed() {
    healthy();
    list("one", "a@far.example");
    database.execute(
        "UPDATE authserver.list_verdict SET verdict = 'empty' WHERE list_id ="
            + " (SELECT id FROM authserver.mailing_list WHERE name = 'one')");
    assertEquals(List.of("one empty instead of ok"), problems().get("list-verdict"));
    database.execute("SELECT authserver.judge_lists()");
    assertEquals(List.of(), findings(0, CALL));
  }

  @Test
  void usersAliasesAndDomainsThatTakeNoMailAreNamed() {
    healthy();
    database.execute(
        "INSERT INTO authserver.mail_user (identifier, active) VALUES ('gone', false),"
            + " ('homeless', true), ('shut', true), ('slash', true)",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id, blocked)"
            + " SELECT d.id, a.n, u.id, a.b FROM (VALUES ('gone', 'gone', NULL),"
            + " ('gone-blocked', 'gone', 'reject'), ('homeless', 'homeless', NULL),"
            + " ('shut', 'shut', 'defer'), ('shut2', 'shut', NULL), ('/shut', 'slash', NULL))"
            + " a (n, u, b)"
            + " JOIN authserver.domain d ON d.name = 'ours.example'"
            + " JOIN authserver.mail_user u ON u.identifier = a.u",
        "UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id FROM authserver.email_alias"
            + " a WHERE a.user_id = u.id AND a.local_part IN ('shut', '/shut')",
        "INSERT INTO authserver.domain (name, redirect_to, require_signature) VALUES"
            + " ('bare.example', NULL, true), ('a.example', 'b.example', false),"
            + " ('b.example', 'a.example', false)",
        "INSERT INTO authserver.domain (name, catch_all) VALUES ('c.example', 'x@c.example'),"
            + " ('d.example', 'gone@ours.example'), ('e.example', 'Team@ours.example')");
    members("team", "gone@ours.example", "gone-blocked@ours.example");
    Map<String, List<String>> problems = problems();
    assertEquals(List.of("gone@ours.example gone"), problems.remove("alias-of-disabled-user"));
    assertEquals(List.of("homeless"), problems.remove("user-without-mailbox"));
    assertEquals(List.of("shut shut@ours.example"), problems.remove("mailbox-blocked"));
    assertEquals(List.of("slash /shut@ours.example"), problems.remove("mailbox-with-slash"));
    assertEquals(List.of("bare.example"), problems.remove("domain-without-postmaster"));
    assertEquals(List.of("bare.example"), problems.remove("domain-cannot-sign"));
    assertEquals(
        List.of("a.example a.example", "b.example b.example"), problems.remove("redirect-circle"));
    assertEquals(
        List.of("c.example x@c.example", "d.example gone@ours.example"),
        problems.remove("catch-all-nobody"));
    assertEquals(List.of("team gone@ours.example"), problems.remove("member-disabled"));
    assertEquals(List.of("team gone-blocked@ours.example"), problems.remove("member-blocked"));
    assertEquals(Map.of(), problems);
  }

  @Test
  void whatLeadsToSomethingDeactivatedIsNamedAndWhatIsDeactivatedItselfIsNot() {
    healthy();
    list("asleep", "nobody@ours.example", "asleep@ours.example", "alice@ours.example");
    list("mixed", "asleep@ours.example", "x@todead.example", "y@anydead.example", "z@far.example");
    list("sleepers", "asleep@ours.example", "who@dead.example");
    database.execute(
        "INSERT INTO authserver.domain (name, redirect_to, catch_all, active, require_signature)"
            + " VALUES ('dead.example', NULL, NULL, false, true),"
            + " ('todead.example', 'dead.example', NULL, true, false),"
            + " ('anydead.example', NULL, 'carol@dead.example', true, false),"
            + " ('round.example', 'round2.example', NULL, true, false),"
            + " ('round2.example', 'round.example', NULL, false, false)",
        "INSERT INTO authserver.mail_user (identifier, active) VALUES ('carol', true),"
            + " ('former', false), ('only', true)",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
            + " SELECT d.id, a.n, u.id FROM (VALUES ('dead.example', 'carol', 'carol'),"
            + " ('ours.example', 'carol', 'carol'), ('dead.example', 'former', 'former'),"
            + " ('dead.example', 'only', 'only')) a (d, n, u)"
            + " JOIN authserver.domain d ON d.name = a.d"
            + " JOIN authserver.mail_user u ON u.identifier = a.u",
        "UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id FROM authserver.email_alias"
            + " a JOIN authserver.domain d ON d.id = a.domain_id WHERE a.user_id = u.id AND"
            + " d.name = 'dead.example'",
        "UPDATE authserver.mailing_list SET active = false WHERE name = 'asleep'");
    Map<String, List<String>> problems = problems();
    assertEquals(List.of("asleep@ours.example asleep"), problems.remove("alias-of-inactive-list"));
    assertEquals(
        List.of("mixed asleep@ours.example", "sleepers asleep@ours.example"),
        problems.remove("member-inactive-list"));
    assertEquals(
        List.of("mixed x@todead.example", "mixed y@anydead.example", "sleepers who@dead.example"),
        problems.remove("member-inactive-domain"));
    assertEquals(List.of("sleepers"), problems.remove("list-nowhere"));
    assertEquals(
        List.of("carol carol@dead.example"), problems.remove("mailbox-in-inactive-domain"));
    assertEquals(
        List.of("round.example round2.example", "todead.example dead.example"),
        problems.remove("redirect-to-inactive-domain"));
    assertEquals(
        List.of("anydead.example carol@dead.example"), problems.remove("catch-all-nobody"));
    assertEquals(Map.of(), problems);
  }

  @Test
  void aTargetThatIsNoAddressIsFoundWhereItsConstraintIsGone() {
    healthy();
    database.execute(
        "ALTER TABLE authserver.mailing_list_address DROP CONSTRAINT mailing_list_address_valid");
    members("team", "no address");
    Map<String, List<String>> problems = problems();
    assertEquals(List.of("mailing_list_address_valid"), problems.remove("constraint-missing"));
    assertEquals(List.of("team no address"), problems.remove("target-not-an-address"));
    assertEquals(Map.of(), problems);
    Map<String, Object> row =
        findings(1, CALL).stream()
            .filter(found -> found.get("id").equals("target-not-an-address"))
            .findFirst()
            .orElseThrow();
    assertEquals("authserver mailinglist remove-address team 'no address'", row.get("mend"));
  }

  @Test
  void rightsThatAreMissingOrTooManyAreNamed() {
    healthy();
    database.execute(
        "REVOKE EXECUTE ON FUNCTION authserver.forwarder_route(text[]) FROM"
            + " authserver_forwarder",
        "REVOKE EXECUTE ON FUNCTION public.authserver_check_domain(varchar) FROM authserver_api",
        "GRANT SELECT (identifier) ON authserver.mail_user TO authserver_signer",
        "GRANT EXECUTE ON FUNCTION authserver.find_login(text) TO PUBLIC");
    Map<String, List<String>> problems = problems();
    assertEquals(
        List.of(
            "authserver_forwarder EXECUTE on authserver.forwarder_route(text[])",
            "authserver_api EXECUTE on public.authserver_check_domain(character varying)"),
        problems.remove("right-missing"));
    assertEquals(
        List.of(
            "authserver_signer a right on table authserver.mail_user",
            "PUBLIC EXECUTE on authserver.find_login(text)"),
        problems.remove("right-too-many"));
    assertEquals(Map.of(), problems);
  }

  @Test
  void aSchemaThatIsNotThisProgramsIsSaidFirst() {
    healthy();
    database.execute(
        "CREATE OR REPLACE FUNCTION authserver.schema_version() RETURNS int LANGUAGE sql STABLE"
            + " SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'");
    assertEquals(Map.of("routine-drift", List.of("010_schema_version")), problems());
    database.execute(
        "DELETE FROM authserver.schema_routine WHERE name = '040_look_up'",
        "UPDATE authserver.schema_migration SET checksum = 'other' WHERE version = 2",
        "INSERT INTO authserver.schema_migration (version, name, checksum) VALUES (999,"
            + " '0999_later', 'x')");
    Map<String, List<String>> problems = problems();
    assertEquals(List.of("0999_later"), problems.remove("schema-ahead"));
    assertEquals(List.of("0002_signing_profile"), problems.remove("schema-changed"));
    assertEquals(List.of("040_look_up"), problems.remove("routine-behind"));
    assertEquals(1, problems.remove("not-examined").size());
    assertEquals(Map.of(), problems);
  }

  @Test
  void keysThatDoNotOpenOrAreUnderAnOldWrappingKeyAreNamed() {
    healthy();
    String first = directory.resolve("wrapping.key").toString();
    String second = directory.resolve("second.key").toString();
    cli.ok("wrapping-key", "create", second);
    cli.with("AUTHSERVER_WRAPPING_KEY_FILE", second + "," + first);
    assertEquals(Map.of("key-under-old-wrapping-key", List.of("ours.example/s1")), problems());
    cli.with("AUTHSERVER_WRAPPING_KEY_FILE", second);
    assertEquals(List.of("key-does-not-open"), List.copyOf(problems().keySet()));
    // Without the setting nobody knows, and that is no fault of the site.
    Cli without = new Cli().with("DATABASE_URL", database.adminUrl());
    List<Map<String, Object>> rows = JsonReader.rows(without.run(CALL).exits(0).out());
    assertEquals("info", rows.getFirst().get("severity"));
    assertEquals("not-examined", rows.getFirst().get("id"));
  }

  @Nested
  @Needs(Oracle.NSD)
  class WithNameServers {
    @Test
    void keysThatAreNotInDnsAreNamed() throws Exception {
      try (NsdServers dns = new NsdServers(directory, "ours.example", "keys.example")) {
        cli.asking(dns.access());
        healthy();
        assertEquals(
            Map.of("key-not-in-dns", List.of("ours.example/s1 was not found")),
            problems("doctor", "--json"));
        cli.ok("domain", "deactivate", "ours.example");
        assertEquals(null, problems("doctor", "--json").get("key-not-in-dns"));
        cli.ok("domain", "activate", "ours.example");
        dns.put("ours.example", List.of(cli.ok("dkim", "dns", "ours.example", "s1").out().strip()))
            .reload();
        assertEquals(List.of(), findings(0, "doctor", "--json"));
        cli.ok("dkim", "retire", "ours.example", "s1");
        dns.put("ours.example", List.of()).reload();
        assertEquals(
            List.of("ours.example/s1 was not found"),
            problems("doctor", "--json", "--resolver", dns.address())
                .get("retired-key-not-in-dns"));
      }
    }
  }

  @Test
  void ofEachKindAtMostTheLimitIsShown() {
    healthy();
    database.execute(
        "INSERT INTO authserver.domain (name, author_must_match) SELECT 'd' || i || '.example',"
            + " 'domain' FROM generate_series(1, 30) i");
    assertEquals(20, problems().get("domain-without-postmaster").size());
    Cli.Result result = cli.run("doctor", "--no-dns", "--limit", "3").exits(1);
    assertTrue(result.err().contains("more of domain-without-postmaster"), result.err());
    assertEquals(4, result.out().lines().count(), result.out());
    assertEquals(2, cli.run("doctor", "--limit", "0").code());
  }

  @Test
  void whatCannotBeExaminedIsNeitherHealthyNorIll() {
    assertEquals(
        3,
        new Cli()
            .with("DATABASE_URL", "postgresql://127.0.0.1:1/none")
            .run("doctor", "--no-dns")
            .code());
    assertEquals(
        3, new Cli().with("DATABASE_URL", database.nobodyUrl()).run("doctor", "--no-dns").code());
  }
}
