package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.output.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code authserver explain} on a site with everything that an address can be. */
class ExplainCommandIT extends AdminFixture {
  private static final String SUBMITTED =
      "Received: from client by ours.example with ESMTPSA id 1; Wed, 4 Mar 2026 05:06:07 +0000\n";
  private static final String FROM_OUTSIDE =
      "Received: from client by ours.example with ESMTP id 1; Wed, 4 Mar 2026 05:06:07 +0000\n";

  @BeforeEach
  void fill() {
    cli.with("MAILFORWARDER_SRS_SECRET", "tops3cr3t").hiding("tops3cr3t");
    cli.with("MAILFORWARDER_EDGE_NAMES", "ours.example");
    cli.ok("domain", "create", "ours.example");
    cli.ok("dkim", "create", "ours.example", "--algorithm", "ed25519", "--selector", "s1");
    cli.ok("dkim", "activate", "ours.example", "--all", "--force");
    database.execute(
        "INSERT INTO authserver.domain (name, redirect_to) VALUES ('old.example', 'ours.example')",
        "INSERT INTO authserver.mail_user (identifier) VALUES ('alice')",
        "INSERT INTO authserver.mailing_list (name, owner_id) SELECT n, u.id FROM (VALUES"
            + " ('team', 'alice'), ('inner', NULL)) l (n, o)"
            + " LEFT JOIN authserver.mail_user u ON u.identifier = o",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)"
            + " SELECT d.id, a.n, u.id, l.id, a.b FROM (VALUES ('alice', 'alice', NULL, NULL),"
            + " ('team', NULL, 'team', NULL), ('inner', NULL, 'inner', NULL),"
            + " ('spam', NULL, NULL, 'reject')) a (n, u, l, b)"
            + " JOIN authserver.domain d ON d.name = 'ours.example'"
            + " LEFT JOIN authserver.mail_user u ON u.identifier = a.u"
            + " LEFT JOIN authserver.mailing_list l ON l.name = a.l",
        "UPDATE authserver.mail_user SET delivery_mailbox_id ="
            + " (SELECT id FROM authserver.email_alias WHERE local_part = 'alice')",
        "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT l.id, m.a FROM"
            + " (VALUES (1, 'inner', 'carol@far.example'), (2, 'inner', 'team@ours.example'),"
            + " (3, 'team', 'alice+team@ours.example'), (4, 'team', 'inner@ours.example'),"
            + " (5, 'team', 'spam@ours.example')) m (p, l, a)"
            + " JOIN authserver.mailing_list l ON l.name = m.l ORDER BY m.p");
  }

  private Map<String, Object> explain(String... arguments) {
    List<String> call = new ArrayList<>(List.of("explain"));
    call.addAll(List.of(arguments));
    call.add("--json");
    return object(cli.ok(call.toArray(String[]::new)).out());
  }

  @SuppressWarnings("unchecked") // an object is what was asked for
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) (value instanceof String text ? JsonReader.read(text) : value);
  }

  @SuppressWarnings("unchecked") // as above
  private static List<Map<String, Object>> list(Object value) {
    return (List<Map<String, Object>>) value;
  }

  private static Map<String, Object> signing(Map<String, Object> explained, int copy) {
    return object(list(explained.get("copies")).get(copy).get("signing"));
  }

  private String message(String header) throws IOException {
    return Files.writeString(directory.resolve("message.eml"), header + "\nHello\n").toString();
  }

  @Test
  void whoGetsABounceToAListIsSaid() {
    cli.ok("mailinglist", "edit", "team", "--null-sender", "refuse");
    Map<String, Object> refused = explain("<>", "team@ours.example");
    assertEquals("550 5.7.1 This list takes no bounces", refused.get("reply"));
    assertEquals("list_null_sender", refused.get("reason"));
    assertEquals("refuse", list(refused.get("path")).getFirst().get("null_sender"));
    cli.ok("mailinglist", "edit", "team", "--owner", "alice", "--null-sender", "owner");
    Map<String, Object> owner = explain("<>", "team@ours.example");
    assertEquals("owner", list(owner.get("path")).getFirst().get("null_sender"));
    assertEquals(
        List.of("<alice@ours.example>"),
        list(owner.get("copies")).stream().map(copy -> copy.get("recipient")).toList());
    assertTrue(cli.ok("explain", "<>", "team@ours.example").out().contains(", bounces: owner"));
  }

  @Test
  void aListWithinAListIsATreeWithItsCircleCut() {
    Map<String, Object> explained =
        explain("bob@x.example", "team@ours.example", "--at", "2026-03-04");

    assertEquals("forward", explained.get("decision"));
    assertEquals("list", explained.get("reason"));
    Map<String, Object> top = list(explained.get("path")).getFirst();
    assertEquals("team", top.get("list"));
    List<Map<String, Object>> members = list(top.get("leads_to"));
    assertEquals(
        List.of("alice+team@ours.example", "inner@ours.example", "spam@ours.example"),
        members.stream().map(member -> member.get("address")).toList());
    assertEquals("alice@ours.example", members.get(0).get("alias"));
    List<Map<String, Object>> inner = list(members.get(1).get("leads_to"));
    assertEquals(
        List.of("foreign", "circle"), inner.stream().map(step -> step.get("decision")).toList());

    List<Map<String, Object>> copies = list(explained.get("copies"));
    assertEquals(2, copies.size());
    assertEquals("<alice+team@ours.example>", copies.get(0).get("recipient"));
    // Towards a domain of ours the sender stays as it is.
    assertEquals("<bob@x.example>", copies.get(0).get("reverse_path"));
    assertEquals("<carol@far.example>", copies.get(1).get("recipient"));
    String rewritten = String.valueOf(copies.get(1).get("reverse_path"));
    assertTrue(
        rewritten.matches("<SRS0=[A-Z2-7]{8}=\\w\\w=x\\.example=bob@ours\\.example>"), rewritten);
    assertEquals("remote_relay", copies.get(1).get("route"));
    assertEquals("127.0.0.1:10045", copies.get(1).get("next_hop"));
    assertEquals("team@ours.example", copies.get(1).get("delivered_to"));
    assertEquals(false, copies.get(1).get("submitted_mark"));

    Map<String, Object> failed = list(explained.get("failed")).getFirst();
    assertEquals("spam@ours.example", failed.get("address"));
    assertEquals("550 5.7.1 Address is blocked", failed.get("reply"));
    assertEquals("alice@ours.example", failed.get("report_to"));
    assertEquals("circle", list(explained.get("skipped")).getFirst().get("reason"));
    // What explain shows is what srs forward makes: one secret, one day.
    assertEquals(
        rewritten.substring(1, rewritten.length() - 1) + "\n",
        cli.piped(
                "bob@x.example\n",
                "srs",
                "forward",
                "--domain",
                "ours.example",
                "--at",
                "2026-03-04")
            .out());
  }

  @Test
  void theTextForAPersonSaysTheSame() {
    String text = cli.ok("explain", "bob@x.example", "team@old.example").out();
    assertTrue(text.startsWith("from      <bob@x.example>, not a domain of ours"), text);
    assertTrue(text.contains("\ndecision  forwarded (redirect)\n"), text);
    assertTrue(text.contains("\n  team@old.example  redirect\n    team@ours.example  list"), text);
    assertTrue(text.contains("\n      inner@ours.example  list \"inner\""), text);
    assertTrue(text.contains("\n        team@ours.example  circle"), text);
    assertTrue(text.contains("\n  next hop  127.0.0.1:10045 (remote_relay)\n"), text);
    assertTrue(text.contains("refused   <spam@ours.example>: 550 5.7.1"), text);
    assertTrue(text.contains("\n  signed    no: foreign_author\n"), text);
    assertTrue(text.contains("note      without --message the author is taken for"), text);
  }

  @Test
  void whatIsAListsOwnersAndWhatIsNobodysIsSaidSo() {
    database.execute(
        "UPDATE authserver.mailing_list SET extensions = false, new_mailfrom = 'x@y.example'");
    Map<String, Object> owner = explain("<>", "team-bounces+bob=x.example@old.example");
    assertEquals("forward", owner.get("decision"));
    Map<String, Object> second =
        list(list(owner.get("path")).getFirst().get("leads_to")).getFirst();
    assertEquals("redirect", second.get("decision"));
    assertEquals("team@ours.example", second.get("alias"));
    assertEquals("team", second.get("list"));
    assertEquals("alice@ours.example", second.get("redirect_to"));
    assertNull(second.get("new_mailfrom"));
    Map<String, Object> copy = list(owner.get("copies")).getFirst();
    assertEquals(1, list(owner.get("copies")).size());
    assertEquals("<alice@ours.example>", copy.get("recipient"));
    assertEquals("<>", copy.get("reverse_path"));
    assertEquals("team-bounces+bob=x.example@old.example", copy.get("delivered_to"));
    String text = cli.ok("explain", "<>", "team-owner@ours.example").out();
    assertTrue(
        text.contains("\n  team-owner@ours.example  redirect \"team\", alias team@ours.example\n"),
        text);
    assertTrue(text.contains("\n    alice@ours.example  user, alias alice@ours.example\n"), text);

    for (String nobodys : List.of("inner-owner", "inner+x", "team+x")) {
      Map<String, Object> unknown = explain("bob@x.example", nobodys + "@ours.example");
      assertEquals("pass_on", unknown.get("decision"));
      assertEquals("unknown", unknown.get("reason"));
      String name = nobodys.substring(0, nobodys.indexOf(nobodys.contains("+") ? '+' : '-'));
      assertTrue(
          String.valueOf(unknown.get("notes"))
              .contains("mailing list \"" + name + "\" takes no extensions, or has no owner"),
          unknown::toString);
    }
    cli.ok("mailinglist", "edit", "team", "--extensions");
    assertEquals("list", explain("bob@x.example", "team+x@ours.example").get("reason"));
    // A domain that was made by the command has +, and no -.
    assertEquals("unknown", explain("bob@x.example", "team-x@ours.example").get("reason"));
    assertFalse(explain("<>", "team-x@ours.example").toString().contains("no extensions"));
  }

  @Test
  void anAuthorWhoIsNotTheSendersIsSaidSo() throws IOException {
    cli.ok("domain", "create", "other.example", "--author-mismatch", "refuse");
    String mail = message(SUBMITTED + "From: Eve <Eve@Other.example>\n");
    Map<String, Object> explained =
        explain("alice@ours.example", "dave@far.example", "--message", mail);
    Map<String, Object> author = object(explained.get("author"));
    assertEquals("eve@other.example", author.get("address"));
    assertEquals("mismatch", author.get("verdict"));
    assertEquals("other.example", author.get("domain"));
    assertEquals("domain", author.get("must_match"));
    assertTrue(String.valueOf(author.get("reply")).startsWith("550 5.7.1 The author in From"));
    String text =
        cli.ok("explain", "alice@ours.example", "dave@far.example", "--message", mail).out();
    assertTrue(
        text.contains(
            "\nauthor    <eve@other.example>, not one that the sender may be (other.example"
                + " demands: domain)\n  refused   550 5.7.1 The author in From"),
        text);

    cli.ok("domain", "edit", "other.example", "--author-mismatch", "unsigned");
    author =
        object(explain("alice@ours.example", "dave@far.example", "--message", mail).get("author"));
    assertNull(author.get("reply"));
    author = object(explain("alice@ours.example", "dave@far.example").get("author"));
    assertEquals("match", author.get("verdict"));
    author = object(explain("<>", "dave@far.example", "--message", mail).get("author"));
    assertEquals("unjudged", author.get("verdict"));
    assertNull(explain("bob@x.example", "team@ours.example").get("author"));
  }

  @Test
  void keysSignForTheAuthorAndNotForASpoofedOne() throws IOException {
    String from = "From: Alice <alice@ours.example>\n";
    Map<String, Object> submitted =
        explain("alice@ours.example", "dave@far.example", "--message", message(SUBMITTED + from));
    assertEquals("pass_on", submitted.get("decision"));
    assertEquals(true, list(submitted.get("copies")).getFirst().get("submitted_mark"));
    assertEquals("match", list(submitted.get("copies")).getFirst().get("author_mark"));
    assertEquals(true, submitted.get("submitted"));
    assertEquals("sign", signing(submitted, 0).get("decision"));
    assertEquals("ours.example", signing(submitted, 0).get("domain"));
    Map<String, Object> key = list(signing(submitted, 0).get("keys")).getFirst();
    assertEquals("s1", key.get("selector"));
    assertEquals("yes", key.get("opens"));

    // From outside, author of ours, through a list of ours: never signed.
    Map<String, Object> spoofed =
        explain("evil@x.example", "inner@ours.example", "--message", message(FROM_OUTSIDE + from));
    assertEquals(false, spoofed.get("submitted"));
    assertEquals("not_submitted", signing(spoofed, 0).get("decision"));
    // Nor passed on unchanged.
    Map<String, Object> passedOn =
        explain("evil@x.example", "dave@far.example", "--message", message(FROM_OUTSIDE + from));
    assertEquals("not_submitted", signing(passedOn, 0).get("decision"));
    // The same by its sender of ours who did not log in.
    Map<String, Object> claimed =
        explain(
            "alice@ours.example", "inner@ours.example", "--message", message(FROM_OUTSIDE + from));
    assertEquals("not_submitted", signing(claimed, 0).get("decision"));
    assertTrue(
        String.valueOf(list(claimed.get("copies")).getFirst().get("reverse_path"))
            .startsWith("<SRS0="));
    // Who did, signs; and the sender stays.
    Map<String, Object> own =
        explain("alice@ours.example", "inner@ours.example", "--message", message(SUBMITTED + from));
    assertEquals("sign", signing(own, 0).get("decision"));
    assertEquals("<alice@ours.example>", list(own.get("copies")).getFirst().get("reverse_path"));
    // What comes to a user of ours stays here.
    assertEquals(
        "local", signing(explain("bob@x.example", "alice@ours.example"), 0).get("decision"));
  }

  @Test
  void submissionIsWhatTheDaemonsListenersMakeOfIt() throws IOException {
    String text = message(SUBMITTED + "From: alice@ours.example\n");
    String[] call = {"alice@ours.example", "inner@ours.example", "--message", text};
    assertEquals(true, explain(call).get("submitted"));
    cli.with("MAILFORWARDER_EDGE_NAMES", "mx.ours.example");
    assertEquals(false, explain(call).get("submitted"));
    cli.run("explain", "<>", "alice@ours.example", "--submission").exits(2);

    cli.with("MAILFORWARDER_EDGE_NAMES", "ours.example");
    cli.with("MAILFORWARDER_SUBMISSION_PORT", "10048");
    assertEquals(false, explain(call).get("submitted"));
    Map<String, Object> other = explain("alice@ours.example", "inner@ours.example");
    assertEquals(false, other.get("submitted"));
    assertTrue(String.valueOf(other.get("notes")).contains("--submission"), other.toString());
    Map<String, Object> own = explain("alice@ours.example", "inner@ours.example", "--submission");
    assertEquals(true, own.get("submitted"));
    assertFalse(String.valueOf(own.get("notes")).contains("--submission"), own.toString());

    cli.with("MAILFORWARDER_SUBMISSION_ONLY", "yes");
    assertTrue(
        cli.run("explain", "<>", "alice@ours.example")
            .exits(2)
            .err()
            .contains("MAILFORWARDER_SUBMISSION_ONLY: "));
  }

  @Test
  void aKeyThatDoesNotOpenIsSaidAndWithoutAWrappingKeyNothingIsClaimed() throws IOException {
    Cli other =
        new Cli()
            .with("DATABASE_URL", database.adminUrl())
            .with("MAILFORWARDER_SRS_SECRET", "tops3cr3t");
    String[] call = {"explain", "alice@ours.example", "dave@far.example", "--json"};
    Map<String, Object> unknown = object(other.ok(call).out());
    assertEquals("unknown", list(signing(unknown, 0).get("keys")).getFirst().get("opens"));

    Path strange = directory.resolve("other.key");
    other.ok("wrapping-key", "create", strange.toString());
    other.with("AUTHSERVER_WRAPPING_KEY_FILE", strange.toString());
    Map<String, Object> closed = object(other.ok(call).out());
    assertEquals("no_usable_key", signing(closed, 0).get("decision"));
    cli.ok("domain", "edit", "ours.example", "--require-signature");
    assertEquals("451 4.3.5", signing(object(other.ok(call).out()), 0).get("reply"));
  }

  @Test
  void withoutTheSecretTheShapeIsShownAndSaidSo() {
    Cli without = new Cli().with("DATABASE_URL", database.adminUrl());
    Map<String, Object> explained =
        object(without.ok("explain", "bob@x.example", "inner@ours.example", "--json").out());
    String path = String.valueOf(list(explained.get("copies")).getFirst().get("reverse_path"));
    assertTrue(path.matches("<SRS0=\\?\\?\\?\\?=\\w\\w=x\\.example=bob@ours\\.example>"), path);
    assertTrue(String.valueOf(explained.get("notes")).contains("MAILFORWARDER_SRS_SECRET"));

    String bounce = without.ok("explain", "<>", "SRS0=abcd=AB=x.example=bob@ours.example").out();
    assertTrue(bounce.contains("cannot be told"), bounce);
  }

  @Test
  void aBounceFindsItsWayBackAndABlockedOrExpiredOneIsRefused() {
    String address =
        cli.piped("bob@x.example\n", "srs", "forward", "--domain", "ours.example").out().strip();
    Map<String, Object> bounce = explain("<>", address);
    assertEquals("srs", bounce.get("reason"));
    assertEquals("bob@x.example", bounce.get("srs_original"));
    Map<String, Object> copy = list(bounce.get("copies")).getFirst();
    assertEquals("<bob@x.example>", copy.get("recipient"));
    assertEquals("<>", copy.get("reverse_path"));

    Map<String, Object> late = explain("<>", address, "--at", "2000-01-01");
    assertEquals("refuse", late.get("decision"));
    assertEquals("550 5.1.1 This return address has expired", late.get("reply"));
    assertEquals("550 5.7.1 Address is blocked", explain("<>", "spam@ours.example").get("reply"));
    assertEquals(List.of(), explain("<>", "spam@ours.example").get("copies"));
    assertEquals("postmaster", explain("<>", "postMASTER").get("reason"));
    // The daemon does not take it for the one without a domain either.
    cli.run("explain", "<>", "po\u017ftmaster").exits(2);
  }

  /** Symptom: a list whose members are all blocked was said to be forwarded, and no reply shown. */
  @Test
  void aListOfWhichNobodyIsAskedHasTheReplyOfAll() {
    database.execute(
        "INSERT INTO authserver.mailing_list (name) VALUES ('barred')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, list_id) SELECT d.id, l.name,"
            + " l.id FROM authserver.domain d, authserver.mailing_list l"
            + " WHERE d.name = 'ours.example' AND l.name = 'barred'",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT id, 'spam@ours.example' FROM authserver.mailing_list WHERE name = 'barred'");
    Map<String, Object> explained = explain("bob@x.example", "barred@ours.example");
    assertEquals("refuse", explained.get("decision"));
    assertEquals("all_targets_refused", explained.get("reason"));
    assertEquals(
        "550 5.7.1 No address behind this one accepts the message", explained.get("reply"));
    assertEquals(1, list(explained.get("failed")).size());
    String text = cli.ok("explain", "bob@x.example", "barred@ours.example").out();
    assertTrue(
        text.contains("\ndecision  refused (all_targets_refused): 550 5.7.1 No address behind"),
        text);
    assertFalse(text.contains("reported to"), text);
  }

  @Test
  void aLoopIsFoldedIntoTheCopyThatItConcerns() throws IOException {
    Map<String, Object> explained =
        explain(
            "bob@x.example",
            "Inner@ours.example",
            "--message",
            message(FROM_OUTSIDE + "Delivered-To: inner@OURS.example\nFrom: bob@x.example\n"));
    assertEquals(
        "554 5.4.6 Forwarding loop", list(explained.get("copies")).getFirst().get("reply"));
  }

  @Test
  void theTransactionalRelayIsForSubmittedMailOfTheDomainsThatMay() throws IOException {
    cli.ok("domain", "edit", "ours.example", "--transactional");
    cli.with("MAILFORWARDER_TRANSACTIONALRELAY_PORT", "10047");
    String from = "From: alice@ours.example\n";
    String[] call = {"alice@ours.example", "dave@far.example", "--message", ""};
    call[3] = message(SUBMITTED + from);
    assertEquals("127.0.0.1:10047", list(explain(call).get("copies")).getFirst().get("next_hop"));
    call[3] = message(FROM_OUTSIDE + from);
    assertEquals("local_delivery", list(explain(call).get("copies")).getFirst().get("route"));
  }

  @Test
  void nothingIsChangedAndAWrongCallSaysWhy() {
    assertTrue(
        cli.run("explain", "not an address", "a@ours.example")
            .exits(2)
            .err()
            .contains("FROM is not an address"));
    assertEquals(
        3,
        new Cli()
            .with("DATABASE_URL", "postgresql://127.0.0.1:1/none")
            .run("explain", "<>", "a@ours.example")
            .code());
    assertFalse(
        cli.run("explain", "<>", "a@ours.example", "--message", "/no/such/file")
            .exits(1)
            .err()
            .isEmpty());
  }

  @Test
  void aSenderThatWouldBeTooLongIsShownAsATokenAndSrsFollowsIt() {
    String sender = "bounces+12345-a1b2-user=mailbox.example@em42.sender.example";
    String path =
        String.valueOf(
            list(explain(sender, "inner@ours.example").get("copies"))
                .getFirst()
                .get("reverse_path"));
    assertTrue(path.matches("<SRS0=[A-Z2-7]{8}=..=~=[a-z2-7]{26}@ours\\.example>"), path);
    String address = path.substring(1, path.length() - 1);
    assertTrue(
        cli.piped(address, "srs", "reverse").exits(1).err().contains("not kept in the database"),
        "explain keeps nothing");
    assertEquals("550 5.1.1 This return address has expired", explain("<>", address).get("reply"));

    assertEquals(
        address + "\n",
        cli.piped(sender, "srs", "forward", "--domain", "ours.example").exits(0).out());
    assertEquals(sender + "\n", cli.piped(address, "srs", "reverse").exits(0).out());
    assertEquals(sender, explain("<>", address).get("srs_original"));
    Cli without = new Cli().with("MAILFORWARDER_SRS_SECRET", "tops3cr3t");
    assertTrue(
        without
            .piped(address, "srs", "reverse")
            .exits(1)
            .err()
            .contains("DATABASE_URL is not set"));
  }

  @Test
  void whatIsDeactivatedIsNamedAsTheStepThatDecides() {
    cli.ok("mailinglist", "deactivate", "inner");
    Map<String, Object> top =
        list(explain("bob@x.example", "team@ours.example").get("path")).getFirst();
    Map<String, Object> inner = list(top.get("leads_to")).get(1);
    assertEquals("inactive", inner.get("decision"));
    assertEquals("mailing list \"inner\"", inner.get("deactivated"));
    String text = cli.ok("explain", "bob@x.example", "team@ours.example").out();
    assertTrue(
        text.contains(
            "inner@ours.example  inactive, alias inner@ours.example,"
                + " deactivated: mailing list \"inner\""),
        text);
    assertTrue(text.contains("left out  inner@ours.example: inactive_list"), text);

    cli.ok("domain", "deactivate", "ours.example");
    Map<String, Object> explained = explain("bob@x.example", "alice+x@old.example");
    assertEquals("refuse", explained.get("decision"));
    assertEquals(
        "550 5.2.1 No address behind this one accepts the message", explained.get("reply"));
    Map<String, Object> redirect = list(explained.get("path")).getFirst();
    Map<String, Object> dead = list(redirect.get("leads_to")).getFirst();
    assertEquals("domain ours.example", dead.get("deactivated"));
    explained = explain("bob@x.example", "alice@ours.example");
    assertEquals("inactive", explained.get("reason"));
    assertEquals("550 5.2.1 Address is deactivated", explained.get("reply"));

    explained = explain("alice@ours.example", "carol@far.example");
    assertEquals("signing_off", signing(explained, 0).get("decision"));
    assertEquals("ours.example", signing(explained, 0).get("domain"));
    assertTrue(
        String.valueOf(explained.get("notes"))
            .contains("domain ours.example is deactivated: nothing is signed for it"),
        explained::toString);
  }
}
