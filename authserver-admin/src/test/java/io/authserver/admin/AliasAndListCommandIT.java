package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AliasAndListCommandIT extends AdminFixture {
  @BeforeEach
  void createTargets() {
    cli.ok("domain", "create", "example.org");
    cli.ok("domain", "create", "example.net");
    cli.ok("user", "create", "alice", "Alice", "--no-password");
    cli.ok("mailinglist", "create", "Team", "Bob@EXAMPLE.com", "alice@example.org");
  }

  private List<Object> addresses(String... filter) {
    List<String> args = new ArrayList<>(List.of("emailalias", "list", "-f", "json"));
    args.addAll(List.of(filter));
    return cli.run(args.toArray(String[]::new)).rows().stream()
        .map(row -> row.get("address"))
        .toList();
  }

  private Map<String, Object> alias(String address) {
    return cli.run("emailalias", "show", address, "-f", "json").row();
  }

  private Map<String, Object> list(String name) {
    return cli.run("mailinglist", "show", name, "-f", "json").row();
  }

  @Test
  void aliasesAreCreatedListedAndRemoved() {
    cli.ok("emailalias", "create", "Alice+X@Example.org", "-u", "alice");
    cli.ok("emailalias", "create", "team@example.net", "--mailing-list", "Team");
    cli.ok("emailalias", "create", "jürgen@example.org", "--user", "ALICE", "--blocked", "defer");

    Map<String, Object> folded = alias("ALICE+x@example.org");
    assertEquals("alice+x@example.org", folded.get("address"));
    assertEquals("user", folded.get("target_type"));
    assertEquals("alice", folded.get("target"));
    assertNull(folded.get("blocked"));
    assertEquals("mailing-list", alias("team@example.net").get("target_type"));
    assertEquals("Team", alias("team@example.net").get("target"));
    assertEquals("defer", alias("jürgen@example.org").get("blocked"));
    assertEquals(
        List.of("team@example.net", "alice+x@example.org", "jürgen@example.org"), addresses());
    assertEquals(List.of("team@example.net"), addresses("-d", "example.net"));
    assertEquals(List.of("team@example.net"), addresses("-m", "Team"));
    assertEquals(List.of("alice+x@example.org", "jürgen@example.org"), addresses("-u", "alice"));
    assertEquals(List.of("jürgen@example.org"), addresses("--blocked"));
    assertEquals(List.of("team@example.net", "alice+x@example.org"), addresses("--no-blocked"));
    assertEquals(List.of("alice+x@example.org"), addresses("-c", "E+X@"));
    assertEquals(List.of("team@example.net"), addresses("TEAM@example.net"));
    assertTrue(cli.ok("emailalias", "list").out().startsWith("ADDRESS "));

    cli.run("emailalias", "remove", "team@example.net", "none@example.net", "-y")
        .refuses("alias none@example.net does not exist");
    cli.ok("emailalias", "remove", "team@example.net", "alice+x@example.org", "-y");
    assertEquals(List.of("jürgen@example.org"), addresses());
  }

  @Test
  void badAliasesAreRefusedInOneSentence() {
    cli.ok("emailalias", "create", "a@example.org", "-u", "alice");

    cli.run("emailalias", "create", "A@EXAMPLE.org", "-m", "Team")
        .refuses("alias a@example.org exists already");
    cli.run("emailalias", "create", "a@b@example.org", "-u", "alice")
        .refuses("\"a@b@example.org\" is not an address local@domain: it has more than one @");
    cli.run("emailalias", "create", "x".repeat(65) + "@example.org", "-u", "alice").exits(1);
    cli.run("emailalias", "create", "a@example.com", "-u", "alice")
        .refuses("domain example.com does not exist");
    cli.run("emailalias", "create", "b@example.org", "-u", "bob").refuses("user \"bob\" not found");
    cli.run("emailalias", "create", "b@example.org", "-m", "x")
        .refuses("mailing list \"x\" not found");
    cli.run("emailalias", "show", "b@example.org").refuses("alias b@example.org does not exist");
    cli.run("emailalias", "list", "-d", "example.com").refuses("domain example.com does not exist");
    assertEquals(List.of("a@example.org"), addresses());
  }

  @Test
  void aliasesAreBlockedAndUnblockedTogetherOrNotAtAll() {
    cli.ok("emailalias", "create", "a@example.org", "-u", "alice");

    cli.run("emailalias", "block", "a@example.org", "b@example.org")
        .refuses("alias b@example.org does not exist");
    assertNull(alias("a@example.org").get("blocked"));
    cli.ok("emailalias", "block", "a@example.org", "B@example.org", "--create-if-missing");
    assertEquals("reject", alias("a@example.org").get("blocked"));
    assertEquals("reject", alias("b@example.org").get("blocked"));
    assertNull(alias("b@example.org").get("target"));
    cli.ok("emailalias", "blacklist", "a@example.org", "--action", "drop");
    assertEquals("drop", alias("a@example.org").get("blocked"));
    cli.ok(
        "emailalias",
        "block",
        "c@example.org",
        "--create-if-missing",
        "-m",
        "Team",
        "--action",
        "defer");
    assertEquals("Team", alias("c@example.org").get("target"));

    cli.run("emailalias", "unblock", "a@example.org", "b@example.org")
        .refuses(
            "one of the aliases has neither a user nor a list, so it can only be blocked or"
                + " removed");
    assertEquals("drop", alias("a@example.org").get("blocked"));
    cli.ok("emailalias", "unblock", "a@example.org");
    assertNull(alias("a@example.org").get("blocked"));
    assertEquals("alice", alias("a@example.org").get("target"));
  }

  @Test
  void listsAreCreatedShownAndRemoved() {
    cli.ok(
        "mailinglist",
        "create",
        "News Letter",
        "--new-mailfrom",
        "Bounces@Example.ORG",
        "--owner",
        "alice");
    cli.ok("emailalias", "create", "news@example.org", "-m", "News Letter");

    Map<String, Object> row = list("News Letter");
    assertEquals("Bounces@example.org", row.get("new_mailfrom"));
    assertEquals("alice", row.get("owner"));
    assertEquals(List.of(), row.get("addresses"));
    assertEquals(List.of("news@example.org"), row.get("aliases"));
    assertEquals(row, list(String.valueOf(row.get("id"))));
    assertEquals(List.of("Bob@example.com", "alice@example.org"), list("Team").get("addresses"));
    assertEquals(
        "Team", cli.run("mailinglist", "list", "-c", "tea", "-f", "json").row().get("name"));
    assertTrue(cli.ok("mailinglist", "list").out().contains("News Letter"));

    cli.run("mailinglist", "remove", "News Letter")
        .refuses(
            "mailing list \"News Letter\", with 1 alias",
            "remove mailing list \"News Letter\": not done, because there is no terminal to ask at;"
                + " confirm with --yes");
    cli.ok("mailinglist", "remove", "-y", "News Letter");
    assertEquals(List.of(), addresses());
  }

  @Test
  void extensionsOfAListsAddressesAreSwitchedOnAndOff() {
    database.execute("INSERT INTO authserver.mailing_list (name) VALUES ('before')");
    cli.ok("mailinglist", "create", "on", "--extensions");
    assertEquals(false, list("Team").get("extensions"));
    assertEquals(true, list("on").get("extensions"));
    assertEquals(true, list("before").get("extensions"));
    cli.ok("mailinglist", "edit", "Team", "--owner", "alice");
    assertEquals(false, list("Team").get("extensions"));
    cli.ok("mailinglist", "edit", "Team", "on", "--extensions");
    assertEquals(true, list("Team").get("extensions"));
    cli.ok("mailinglist", "edit", "Team", "before", "--no-extensions");
    assertEquals(false, list("Team").get("extensions"));
    assertEquals(false, list("before").get("extensions"));
    assertEquals(true, list("on").get("extensions"));
    cli.run("mailinglist", "edit", "Team").exits(2);
  }

  @Test
  void membersAreAddedReplacedAndRemoved() {
    cli.ok("mailinglist", "add-address", "-m", "Team", "carol@example.com", "BOB@example.com");
    assertEquals(
        List.of("Bob@example.com", "alice@example.org", "carol@example.com"),
        list("Team").get("addresses"));
    Cli.Result added =
        cli.piped(
                "dave@example.com\n\n  eve@münchen.example \n",
                "mailinglist",
                "add-address",
                "Team",
                "-")
            .exits(0);
    assertEquals("added 2 of 2 addresses to mailing list Team\n", added.err());
    assertEquals(5L, list("Team").get("members"));

    cli.run("mailinglist", "remove-address", "Team", "bob@example.com", "none@example.com")
        .refuses("none@example.com is no member of mailing list \"Team\"");
    cli.ok("mailinglist", "remove-address", "-m", "Team", "bob@example.com", "dave@example.com");
    assertEquals(
        List.of("alice@example.org", "carol@example.com", "eve@xn--mnchen-3ya.example"),
        list("Team").get("addresses"));
    cli.ok("mailinglist", "set-addresses", "Team", "zoe@example.com", "adam@example.com");
    assertEquals(List.of("zoe@example.com", "adam@example.com"), list("Team").get("addresses"));
  }

  @Test
  void badListsAndMembersAreRefusedAndChangeNothing() {
    cli.run("mailinglist", "create", "Team").refuses("mailing list \"Team\" exists already");
    cli.run("mailinglist", "create", " x")
        .refuses(
            "mailing list \" x\" cannot be: a list's name has 1 to 255 octets, no control"
                + " characters, and no space at an end");
    cli.run("mailinglist", "create", "x", "--owner", "nobody").refuses("user \"nobody\" not found");
    cli.run("mailinglist", "create", "x", "--new-mailfrom", "y").exits(1);
    cli.run("mailinglist", "add-address", "Team", "carol@example.com", "no address")
        .refuses("\"no address\" is not an address local@domain: it has no @");
    cli.run("mailinglist", "add-address", "none", "carol@example.com")
        .refuses("mailing list \"none\" not found");
    cli.run("mailinglist", "show", "x").refuses("mailing list \"x\" not found");
    assertEquals(2L, list("Team").get("members"));
  }

  @Test
  void whoGetsAListsBouncesIsSetAndShown() {
    assertNull(list("Team").get("null_sender"));
    cli.ok("mailinglist", "edit", "Team", "--null-sender", "members");
    assertEquals("members", list("Team").get("null_sender"));
    String refusal =
        "mailing list \"Team\" has neither an owner nor a new_mailfrom, so its bounces cannot go"
            + " there";
    cli.run("mailinglist", "edit", "Team", "--null-sender", "owner").refuses(refusal);
    assertEquals("members", list("Team").get("null_sender"));
    cli.ok("mailinglist", "edit", "Team", "--null-sender", "owner", "--owner", "alice");
    cli.run("mailinglist", "edit", "Team", "--owner", "none").refuses(refusal);
    cli.ok("mailinglist", "edit", "Team", "--owner", "none", "--null-sender", "default");
    assertNull(list("Team").get("null_sender"));
    cli.run("mailinglist", "edit", "Team", "--null-sender", "nobody").exits(2);
    cli.run("mailinglist", "create", "x", "--null-sender", "default").exits(2);
    cli.run("mailinglist", "create", "x", "--null-sender", "owner").exits(1);
    cli.ok("mailinglist", "create", "x", "--null-sender", "refuse");
    assertEquals("refuse", list("x").get("null_sender"));
  }

  @Test
  void aListsReturnPathCannotLeadToTheList() {
    cli.ok("mailinglist", "create", "news", "--new-mailfrom", "News@example.org");

    cli.run("emailalias", "create", "news@example.org", "-m", "news")
        .refuses(
            "alias news@example.org is the new_mailfrom of mailing list \"news\", so it cannot lead"
                + " to that list");
    cli.ok("emailalias", "create", "news@example.org", "-m", "Team");
  }
}
