package io.authserver.admin;

import static io.authserver.admin.MailauthDatabase.ALICE;
import static io.authserver.admin.MailauthDatabase.BOB;
import static io.authserver.admin.MailauthDatabase.HASH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.output.Json;
import io.authserver.admin.output.JsonReader;
import io.authserver.db.mailauth.ImportAction;
import io.authserver.db.mailauth.Reason;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.dkim.key.DkimPrivateKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code authserver import mailauth}, from a PostgreSQL with the reference's tables. */
class ImportCommandIT extends AdminFixture {
  private static final DkimPrivateKey KEY = DkimPrivateKey.generateRsa(2048);

  private MailauthDatabase reference;

  @AfterEach
  void dropReference() {
    if (reference != null) {
      reference.close();
    }
  }

  private void read(MailauthDatabase source) {
    reference = source;
    cli.with("MAILAUTH_DATABASE_URL", source.url());
  }

  private Cli.Result run(int code, String... options) {
    List<String> call = new ArrayList<>(List.of("import", "mailauth"));
    call.addAll(List.of(options));
    return cli.run(call.toArray(String[]::new)).exits(code);
  }

  private static List<String> lines(Cli.Result result) {
    return JsonReader.rows(result.out()).stream()
        .map(row -> row.get("action") + " " + row.get("kind") + " " + row.get("name"))
        .toList();
  }

  /** The first column of what a query answers, as the administrator or another role. */
  private static List<String> ask(String url, String sql) throws Exception {
    try (Connection connection =
            DatabaseUrl.parse(url)
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private List<String> rows(String sql) throws Exception {
    return ask(database.adminUrl(), sql);
  }

  private List<String> api(String sql) throws Exception {
    return ask(database.apiUrl(), sql);
  }

  /** A site without a fault. */
  private void wholeSite() throws Exception {
    read(MailauthDatabase.newer());
    reference.load(
        "site.sql", Map.of("CRLF_KEY", KEY.toPem().replace("\n", "\r\n"), "KEY", KEY.toPkcs1Pem()));
  }

  @Test
  void aSiteIsCarriedOverAndAnswersAsItDid() throws Exception {
    wholeSite();
    Cli.Result first = run(0, "--json");
    assertEquals(
        List.of(
            "create domain ours.example",
            "create domain old.example",
            "create key s2024._domainkey.ours.example",
            "create key k._domainkey.old.example",
            "create user alice",
            "create user bob",
            "create mailinglist Team",
            "create emailalias alice@ours.example",
            "create emailalias bob@ours.example",
            "create emailalias info@ours.example",
            "create emailalias team@ours.example",
            "create mailbox alice: alice@ours.example",
            "create mailbox bob: bob@ours.example",
            "create serviceuser printer",
            "create permission mail:read",
            "create permission mail:send",
            "create group Staff",
            "create tie group Staff, permission mail:read",
            "create tie user bob, permission mail:send",
            "create tie user alice, group Staff"),
        lines(first));
    assertTrue(first.err().endsWith("imported\n"), first.err());

    assertEquals(List.of(ALICE), rows("SELECT id FROM authserver.mail_user WHERE staff"));
    assertEquals(
        // Nobody was asked who writes in their name, nor where extensions begin: as it was.
        List.of("old.example>ours.example f off both", "ours.example> t off both"),
        rows(
            "SELECT name || '>' || coalesce(redirect_to, '') || ' ' ||"
                + " left(can_use_transactional::text, 1) || ' ' || author_must_match || ' ' ||"
                + " delimiter FROM authserver.domain ORDER BY name"));
    assertEquals(List.of("t"), rows("SELECT extensions FROM authserver.mailing_list"));
    // Return addresses of the reference are under way.
    assertEquals(List.of("mailsrs"), rows("SELECT srs_form FROM authserver.site"));
    assertEquals(
        List.of("alice@ours.example", "Carol@elsewhere.example"),
        rows("SELECT address FROM authserver.mailing_list_address ORDER BY id"));
    assertEquals(
        List.of("team-bounces@ours.example " + ALICE),
        rows(
            "SELECT new_mailfrom || ' ' || owner_id || coalesce(null_sender, '')"
                + " FROM authserver.mailing_list"));
    assertEquals(KEY.toPem(), cli.ok("dkim", "export", "ours.example", "s2024", "-o", "-").out());
    assertEquals(
        List.of("active", "active"), rows("SELECT state FROM authserver.dkim_key ORDER BY id"));
    assertEquals(
        List.of("imported", "imported"),
        rows("SELECT event FROM authserver.dkim_key_event WHERE event = 'imported'"));
    assertEquals(
        List.of("on the second floor"), rows("SELECT description FROM authserver.service_user"));

    // As OpenSMTPD and Dovecot ask.
    String login =
        "SELECT c.primary_alias || ' ' || c.password"
            + " FROM authserver_resolve_alias('%s', FALSE) AS r,"
            + " authserver_get_credentials(r.alias%s) AS c";
    assertEquals(
        List.of("alice@ours.example " + HASH), api(login.formatted("info@ours.example", "")));
    assertEquals(
        List.of("alice@ours.example " + HASH),
        api(login.formatted("info@ours.example", ", 'mail:read'")));
    assertEquals(List.of("bob@ours.example " + HASH), api(login.formatted("printer", "")));
    assertEquals(List.of(), api(login.formatted("printer", ", 'mail:read'")));
    assertEquals(
        List.of("virtmail"),
        api("SELECT * FROM authserver_resolve_alias('team@ours.example', TRUE)"));
    assertEquals(
        List.of("alice@ours.example"),
        api("SELECT * FROM authserver_resolve_alias('info+x@ours.example', TRUE)"));
    assertEquals(
        List.of("info@ours.example"),
        api("SELECT * FROM authserver_resolve_alias('info@old.example', FALSE)"));
    assertEquals(
        List.of("ours.example"), api("SELECT * FROM authserver_check_domain('ours.example')"));

    assertEquals(List.of(), lines(run(0, "--json")));
    assertTrue(run(0).err().contains("aliases: 4 here already\n"));
  }

  @Test
  void aRehearsalSaysTheSameAndChangesNothing() throws Exception {
    wholeSite();
    faults();
    Cli.Result rehearsed = run(5, "--dry-run", "--json");
    assertEquals(List.of("0"), rows("SELECT count(*) FROM authserver.domain"));
    assertEquals(List.of("0"), rows("SELECT count(*) FROM authserver.dkim_key_event"));
    assertTrue(rehearsed.err().endsWith("this was a rehearsal; nothing was changed\n"));
    assertEquals(rehearsed.out(), run(5, "--json").out());
  }

  @Test
  void anOlderDatabaseIsReadAsWell() throws Exception {
    read(MailauthDatabase.older());
    reference.people();
    reference.execute(
        "INSERT INTO mailauth_mailinglist (name, addresses) VALUES ('l', '{x@y.example}')");
    run(0);
    assertEquals(
        List.of("alice", "bob"),
        rows("SELECT local_part FROM authserver.email_alias WHERE blocked IS NULL ORDER BY 1"));
    assertEquals(List.of("l"), rows("SELECT name FROM authserver.mailing_list"));
  }

  /** Rows that cannot be carried over, or not as they are: one for each reason. */
  private void faults() throws Exception {
    reference.load("faults.sql", Map.of("KEY", KEY.toPem(), "WEAK_KEY", weakKey()));
  }

  private static String weakKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    byte[] der = generator.generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(Base64.getMimeEncoder().encodeToString(der));
  }

  @Test
  void everyReasonIsReportedWithItsRow() throws Exception {
    wholeSite();
    faults();
    cli.ok("user", "create", "taken", "Somebody", "--no-password");
    database.execute(
        "ALTER TABLE authserver.email_alias ADD CONSTRAINT of_the_test CHECK (local_part <>"
            + " 'kept')");

    Cli.Result result = run(5, "--json");
    Map<String, String> reported = new TreeMap<>();
    JsonReader.rows(result.out()).stream()
        .filter(row -> row.get("reason") != null)
        .forEach(
            row -> {
              String text = row.get("kind") + " " + row.get("name");
              reported.merge((String) row.get("reason"), text, (a, b) -> a + "; " + b);
              assertFalse(((String) row.get("sentence")).isEmpty(), text);
            });
    Map<String, String> expected =
        new TreeMap<>(
            Map.ofEntries(
                Map.entry("domain-name", "domain under_score.example"),
                Map.entry("domain-twin", "domain OURS.example"),
                Map.entry("domain-renamed", "domain xn--bcher-kva.example"),
                Map.entry("redirect-target", "domain self.example; domain xn--bcher-kva.example"),
                Map.entry("key-unusable", "key s._domainkey.xn--bcher-kva.example"),
                Map.entry("key-selector", "key no_selector._domainkey.self.example"),
                Map.entry("key-weak", "key w._domainkey.weak.example"),
                Map.entry("user-identifier", "user with space"),
                Map.entry("user-twin", "user ALICE"),
                Map.entry("user-taken", "user taken"),
                Map.entry("full-name", "user django"),
                Map.entry("password-format", "user django; serviceuser twice"),
                Map.entry("password-none", "user sleeper"),
                Map.entry("user-inactive", "user sleeper"),
                Map.entry("mailbox-foreign", "mailbox thief"),
                Map.entry("mailbox-left-out", "mailbox homeless"),
                Map.entry("mailbox-slash", "mailbox slash"),
                Map.entry("list-renamed", "mailinglist same (11); mailinglist (12)"),
                Map.entry("list-size", "mailinglist huge"),
                Map.entry("list-address", "mailinglist same; mailinglist same"),
                Map.entry("list-twice", "mailinglist same"),
                Map.entry("list-mailfrom", "mailinglist same"),
                Map.entry("list-mailfrom-leads-back", "mailinglist same (11)"),
                Map.entry("list-owner", "mailinglist same"),
                Map.entry("alias-address", "emailalias a b@ours.example"),
                Map.entry("alias-twin", "emailalias BOB@ours.example"),
                Map.entry("alias-two-targets", "emailalias both@ours.example"),
                Map.entry("alias-no-target", "emailalias neither@ours.example"),
                Map.entry(
                    "alias-domain",
                    "emailalias home@under_score.example; emailalias x@under_score.example"),
                Map.entry("alias-user", "emailalias gone@ours.example"),
                Map.entry("alias-list", "emailalias everybody@ours.example"),
                Map.entry("alias-extension", "emailalias info-desk@ours.example"),
                Map.entry("alias-folded", "emailalias sales@ours.example"),
                Map.entry("blocked-two-targets", "emailalias spam2@ours.example"),
                Map.entry("blocked-answered", "emailalias 2 aliases"),
                Map.entry("service-user-name", "serviceuser me@home"),
                Map.entry("service-user-duplicate", "serviceuser Twice"),
                Map.entry("service-user-user", "serviceuser orphan"),
                Map.entry("permission-name", "permission nameless"),
                Map.entry("group-renamed", "group (10)"),
                Map.entry("tie", "tie user bob, permission 10"),
                Map.entry("rule", "emailalias kept@weak.example"),
                Map.entry(
                    "no-place",
                    "column mailauth_domain.jwtkey; column mailauth_mnuser.yubikey_serial")));
    assertEquals(String.join("\n", pairs(expected)), String.join("\n", pairs(reported)));

    TreeSet<String> untested = new TreeSet<>();
    Arrays.stream(Reason.values()).map(Reason::id).forEach(untested::add);
    untested.removeAll(expected.keySet());
    // These have tests of their own.
    assertEquals(new TreeSet<>(List.of("alias-before-redirect", "differs")), untested);

    // What can be kept is kept.
    assertEquals(
        List.of("good@x.example"),
        rows(
            "SELECT m.address FROM authserver.mailing_list_address m JOIN authserver.mailing_list l"
                + " ON l.id = m.list_id WHERE l.name = 'same'"));
    assertEquals(
        List.of("reject", "reject"),
        rows("SELECT blocked FROM authserver.email_alias WHERE local_part LIKE 'spam%'"));
    assertEquals(
        List.of("!"), rows("SELECT password FROM authserver.service_user WHERE username='twice'"));
    assertEquals(
        List.of("D J"),
        rows("SELECT full_name FROM authserver.mail_user WHERE identifier='django'"));

    // Once more: nothing is made, and what is still left out is still said.
    List<Map<String, Object>> again = JsonReader.rows(run(5, "--json").out());
    assertEquals(
        List.of(),
        again.stream()
            .filter(r -> List.of("create", "changed").contains(r.get("action")))
            .toList());
    List<String> leftOut = new ArrayList<>(leftOut(result));
    leftOut.sort(null);
    List<String> stillLeftOut = new ArrayList<>(leftOut(new Cli.Result(0, json(again), "")));
    stillLeftOut.sort(null);
    assertEquals(leftOut, stillLeftOut);
  }

  private static String json(List<Map<String, Object>> rows) {
    return Json.write(rows);
  }

  private static List<String> leftOut(Cli.Result result) {
    return lines(result).stream()
        .filter(line -> line.startsWith(ImportAction.LEFT_OUT.id() + " "))
        .toList();
  }

  private static List<String> pairs(Map<String, String> map) {
    return map.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  @Test
  void anAliasInADomainThatRedirectsComesFirstHere() throws Exception {
    read(MailauthDatabase.newer());
    reference.execute(
        "UPDATE mailauth_domain SET redirect_to = 'elsewhere.example'",
        "UPDATE mailauth_emailalias SET blacklisted = true WHERE mailprefix = 'bob'");
    Cli.Result result = run(0, "--problems-only", "--blocked", "drop");
    assertEquals(
        """
        changed   emailalias alice@ours.example: the redirect of its domain came first in the \
        reference; here the alias does [alias-before-redirect]
        changed   emailalias bob@ours.example: the redirect of its domain came first in the \
        reference; here the alias does [alias-before-redirect]
        """,
        result.out());
    assertEquals(
        List.of("drop"), rows("SELECT blocked FROM authserver.email_alias WHERE blocked <> ''"));
  }

  @Test
  void whatDiffersIsSaidAndStays() throws Exception {
    wholeSite();
    run(0);
    database.execute(
        "UPDATE authserver.mail_user SET password = '$5$new$hash', delivery_mailbox_id = NULL"
            + " WHERE identifier = 'alice'",
        "UPDATE authserver.domain SET redirect_to = NULL WHERE name = 'old.example'",
        "UPDATE authserver.email_alias SET list_id = NULL, user_id = '"
            + BOB
            + "' WHERE local_part = 'team'",
        "UPDATE authserver.dkim_key SET public_key = public_key || '\\x00' WHERE selector = 'k'",
        "DELETE FROM authserver.mailing_list_address WHERE address LIKE 'Carol%'",
        "UPDATE authserver.service_user SET password = '!'",
        "UPDATE authserver.permission SET description = 'x' WHERE name = 'mail:send'");
    Cli.Result result = run(5, "--json");
    assertEquals(
        List.of(
            "differs domain old.example",
            "differs key k._domainkey.old.example",
            "differs user alice",
            "differs mailinglist Team",
            "differs emailalias team@ours.example",
            "differs mailbox alice",
            "differs serviceuser printer",
            "differs permission mail:send"),
        lines(result));
    assertEquals(
        List.of("$5$new$hash"),
        rows("SELECT password FROM authserver.mail_user WHERE identifier = 'alice'"));
    assertEquals(
        List.of("is here already, with a different password; it stays as it is here"),
        JsonReader.rows(result.out()).stream()
            .filter(row -> row.get("kind").equals("user"))
            .map(row -> row.get("sentence"))
            .toList());
  }

  /** More than a batch of each, with twins on either side of a batch's edge. */
  @Test
  void manyRowsAreTakenBatchByBatch() throws Exception {
    read(MailauthDatabase.newer());
    reference.execute(
        "INSERT INTO mailauth_mnuser (uuid, identifier, password, fullname)"
            + " SELECT gen_random_uuid(), 'u' || lpad(n::text, 5, '0'), '', ''"
            + " FROM generate_series(1, 2500) n",
        "INSERT INTO mailauth_emailalias (user_id, domain_id, mailprefix)"
            + " SELECT uuid, 1, identifier FROM mailauth_mnuser WHERE identifier LIKE 'u%'",
        "INSERT INTO mailauth_emailalias (user_id, domain_id, mailprefix)"
            + " SELECT uuid, 1, upper(identifier) FROM mailauth_mnuser WHERE identifier LIKE 'u%'",
        "UPDATE mailauth_mnuser SET delivery_mailbox_id = a.id FROM mailauth_emailalias a"
            + " WHERE a.user_id = uuid AND a.mailprefix = identifier");
    Cli.Result first = run(5);
    assertTrue(first.err().contains("aliases: 2502 made, 2500 left out\n"), first.err());
    assertTrue(first.err().contains("delivery mailboxes: 2502 made\n"), first.err());
    assertEquals(
        List.of("2502"),
        rows("SELECT count(*) FROM authserver.mail_user WHERE delivery_mailbox_id IS NOT NULL"));
    Cli.Result second = run(5);
    assertTrue(second.err().contains("aliases: 2502 here already, 2500 left out\n"), second.err());
  }

  /**
   * Symptom: of a list with 100,001 members 100,000 were carried over. Cause: the array was cut
   * where it was read. One more than what is carried over is left out as a whole now.
   */
  @Test
  void aListOrKeyAtItsBoundIsWholeAndOneAboveIsLeftOut() throws Exception {
    read(MailauthDatabase.newer());
    reference.execute(
        "INSERT INTO mailauth_mailinglist (name, addresses, new_mailfrom) SELECT 'most',"
            + " array_agg('m' || n || '@x.example'), '' FROM generate_series(1, 100000) n",
        "INSERT INTO mailauth_mailinglist (name, addresses, new_mailfrom) SELECT 'more',"
            + " array_agg('m' || n || '@x.example'), '' FROM generate_series(1, 100001) n",
        "INSERT INTO mailauth_domain (name, dkimselector, dkimkey) VALUES"
            + " ('most.example', 's', rpad('%1$s', 65536)), ('more.example', 's', rpad('%1$s', 65537))"
                .formatted(KEY.toPem()));
    Cli.Result result = run(5, "--json");
    assertEquals(
        List.of("left-out key s._domainkey.more.example", "left-out mailinglist more"),
        leftOut(result));
    assertEquals(List.of("100000"), rows("SELECT count(*) FROM authserver.mailing_list_address"));
    // Nobody answers for it.
    assertEquals(
        List.of("members"),
        rows("SELECT null_sender FROM authserver.mailing_list WHERE name = 'most'"));
    assertEquals(
        List.of("most.example"),
        rows(
            "SELECT d.name FROM authserver.dkim_key k JOIN authserver.domain d ON d.id ="
                + " k.domain_id"));
  }

  @Test
  void noSecretIsTakenFromTheCommandLine() throws Exception {
    wholeSite();
    Cli plain = new Cli().hiding("s3cret-of-the-test");
    String said = plain.run("import", "mailauth", "--from", reference.url()).exits(2).err();
    assertEquals(
        "authserver: --from: a password is not accepted on the command line, use --from-file or"
            + " MAILAUTH_DATABASE_URL_FILE\n",
        said);
    plain.run("import", "mailauth", "--from", "mysql://x").exits(2);
    plain.run("import", "mailauth").exits(2);
    plain.run("import", "mailauth", "--from", "postgresql://h/n", "--from-file", "x").exits(2);

    Path file = directory.resolve("from");
    Files.writeString(file, reference.url() + "\n");
    Cli withFile = new Cli().with("DATABASE_URL", database.adminUrl()).hiding("s3cret-of-the-test");
    // There are private keys, and nothing to wrap them with.
    Cli.Result result = withFile.run("import", "mailauth", "--from-file", file.toString()).exits(2);
    assertTrue(result.err().contains("AUTHSERVER_WRAPPING_KEY_FILE must name"), result.err());
    reference.execute("UPDATE mailauth_domain SET dkimkey = ''");
    withFile.run("import", "mailauth", "--from-file", file.toString()).exits(0);
  }

  @Test
  void whatIsNoDatabaseOfTheReferenceIsRefused() {
    cli.with("MAILAUTH_DATABASE_URL", database.adminUrl())
        .run("import", "mailauth", "--problems-only")
        .refuses(
            "the reference's database has no table mailauth_domain on the search path of this"
                + " role");
    read(MailauthDatabase.newer());
    reference.execute("REVOKE SELECT ON mailauth_mnserviceuser FROM test_nobody");
    cli.run("import", "mailauth")
        .refuses(
            "the reference's database has no column mailauth_mnserviceuser.id, or this role may not"
                + " read it");
    Cli.Result away =
        cli.with("MAILAUTH_DATABASE_URL", "postgresql://x:y@127.0.0.1:1/none")
            .run("import", "mailauth")
            .exits(3);
    assertTrue(away.err().startsWith("authserver: database: the reference's: "), away.err());
    cli.with("MAILAUTH_DATABASE_URL", reference.url().replace("test_nobody", "test_none"))
        .run("import", "mailauth")
        .exits(3);
  }

  /** A redirect of the reference and a catch-all of ours exclude each other. */
  @Test
  void aDomainWithACatchAllStaysAsItIsAndThatIsSaid() throws Exception {
    wholeSite();
    run(0);
    cli.ok("domain", "edit", "ours.example", "--catch-all", "alice@ours.example");
    cli.ok(
        "domain",
        "edit",
        "old.example",
        "--redirect-to",
        "none",
        "--catch-all",
        "alice@ours.example");
    cli.ok("domain", "deactivate", "old.example");
    Cli.Result again = run(5, "--json");
    assertEquals(
        List.of("differs domain ours.example", "differs domain old.example"), lines(again));
    assertTrue(again.out().contains("with a different redirect, catch-all; it stays"), again.out());
    assertEquals(
        List.of("alice@ours.example"),
        rows("SELECT catch_all FROM authserver.domain WHERE name = 'old.example' AND NOT active"));
  }
}
