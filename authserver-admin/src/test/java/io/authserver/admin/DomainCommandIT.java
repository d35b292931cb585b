package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DomainCommandIT extends AdminFixture {
  private List<Object> names(String... more) {
    String[] args = new String[4 + more.length];
    System.arraycopy(new String[] {"domain", "list", "--format", "json"}, 0, args, 0, 4);
    System.arraycopy(more, 0, args, 4, more.length);
    return cli.run(args).rows().stream().map(row -> row.get("name")).toList();
  }

  @Test
  void aDomainIsCreatedWithDefaultsShownAndRemoved() {
    assertEquals("[]\n", cli.ok("domain", "list", "--format", "json").out());
    Cli.Result created = cli.ok("domain", "create", "Example.ORG");
    assertEquals("created domain example.org\n", created.err());
    assertEquals("", created.out());

    Map<String, Object> row = cli.run("domain", "show", "example.org", "-f", "json").row();

    assertEquals("example.org", row.get("name"));
    assertNull(row.get("redirect_to"));
    assertEquals(false, row.get("transactional"));
    assertEquals(true, row.get("sign"));
    assertEquals(false, row.get("require_signature"));
    assertEquals(604800L, row.get("signature_expiry_seconds"));
    assertEquals(0L, row.get("keys"));
    assertTrue(cli.ok("domain", "show", "EXAMPLE.org.").out().contains("example.org"));
    assertTrue(cli.ok("domain", "list").out().startsWith("NAME "));

    cli.ok("domain", "remove", "example.org", "--yes");
    cli.run("domain", "show", "example.org").refuses("domain example.org does not exist");
  }

  @Test
  void everyOptionIsStored() {
    cli.ok(
        "domain",
        "create",
        "münchen.example",
        "--redirect-all-email-to",
        "Example.NET",
        "--transactional",
        "--require-signature",
        "--refuse-several-authors",
        "--sign-by-reverse-path",
        "--signature-expiry",
        "none");

    Map<String, Object> row = cli.run("domain", "show", "MÜNCHEN.example", "-f", "json").row();

    assertEquals("xn--mnchen-3ya.example", row.get("name"));
    assertEquals("example.net", row.get("redirect_to"));
    assertEquals(true, row.get("transactional"));
    assertEquals(true, row.get("require_signature"));
    assertEquals(true, row.get("refuse_several_authors"));
    assertEquals(true, row.get("sign_by_reverse_path"));
    assertNull(row.get("signature_expiry_seconds"));
  }

  @Test
  void whereAnExtensionBeginsIsChosenAndChanged() {
    cli.ok("domain", "create", "new.example");
    database.execute("INSERT INTO authserver.domain (name) VALUES ('before.example')");
    assertEquals("plus", delimiter("new.example"));
    assertEquals("both", delimiter("before.example"));
    cli.ok("domain", "edit", "new.example", "--no-sign");
    assertEquals("plus", delimiter("new.example"));
    for (String which : List.of("dash", "both", "none", "plus")) {
      cli.ok("domain", "edit", "new.example", "before.example", "--delimiter", which);
      assertEquals(which, delimiter("new.example"));
      assertEquals(which, delimiter("before.example"));
    }
    cli.ok("domain", "create", "other.example", "--delimiter", "none");
    assertEquals("none", delimiter("other.example"));
    cli.run("domain", "edit", "new.example", "--delimiter", "+").exits(2);
    assertEquals("plus", delimiter("new.example"));
  }

  private Object delimiter(String domain) {
    return cli.run("domain", "show", domain, "-f", "json").row().get("delimiter");
  }

  @Test
  void whatSignaturesCoverAndSayIsChosenAndChanged() {
    cli.ok("domain", "create", "a.example", "--signed-fields", "Sender:X-Campaign");
    cli.ok("domain", "create", "b.example");

    Cli.Result edited =
        cli.ok(
            "domain",
            "edit",
            "a.example",
            "B.example",
            "--oversigned-fields",
            "List-Id, sender",
            "--auid",
            "author",
            "--canonicalization",
            "relaxed/simple",
            "--require-signature",
            "--redirect-to",
            "c.example");

    assertEquals("changed domain a.example\nchanged domain b.example\n", edited.err());
    Map<String, Object> row = cli.run("domain", "show", "a.example", "-f", "json").row();
    assertEquals(List.of("sender", "x-campaign"), row.get("signed_fields"));
    assertEquals(List.of("list-id", "sender"), row.get("oversigned_fields"));
    assertEquals("author", row.get("auid"));
    assertEquals("relaxed/simple", row.get("canonicalization"));
    assertEquals(true, row.get("require_signature"));
    assertEquals("c.example", row.get("redirect_to"));
    assertEquals(604800L, row.get("signature_expiry_seconds"));
    assertEquals(
        List.of(), cli.run("domain", "list", "-c", "b.", "-f", "json").row().get("signed_fields"));

    cli.ok(
        "domain",
        "edit",
        "a.example",
        "--signed-fields",
        "none",
        "--auid",
        "@News.A.example",
        "--no-require-signature",
        "--no-sign",
        "--redirect-to",
        "none",
        "--signature-expiry",
        "2d");
    row = cli.run("domain", "show", "a.example", "-f", "json").row();
    assertEquals(List.of(), row.get("signed_fields"));
    assertEquals(List.of("list-id", "sender"), row.get("oversigned_fields"));
    assertEquals("@news.a.example", row.get("auid"));
    assertEquals(false, row.get("require_signature"));
    assertEquals(false, row.get("sign"));
    assertNull(row.get("redirect_to"));
    assertEquals(172800L, row.get("signature_expiry_seconds"));
  }

  @Test
  void signaturesThatEndBeforeQueuesDoAreWarnedOf() {
    assertWarns(true, "domain", "create", "a.example", "--signature-expiry", "119h");
    assertWarns(true, "domain", "edit", "a.example", "--signature-expiry", "4d");
    assertWarns(false, "domain", "edit", "a.example", "--no-sign");
    for (String enough : List.of("5d", "120h", "none")) {
      assertWarns(false, "domain", "edit", "a.example", "--signature-expiry", enough);
    }
  }

  private void assertWarns(boolean expected, String... args) {
    String said = cli.ok(args).err();
    assertEquals(expected, said.contains("warning: mail may wait longer in queues"), said);
  }

  @Test
  void anAuthorOfANewDomainMustMatchAndThatCanBeChanged() {
    database.execute("INSERT INTO authserver.domain (name) VALUES ('before.example')");
    cli.ok("domain", "create", "new.example");
    cli.ok(
        "domain",
        "create",
        "strict.example",
        "--author-must-match",
        "address",
        "--author-mismatch",
        "refuse");
    assertEquals("off unsigned", author("before.example"));
    assertEquals("domain unsigned", author("new.example"));
    assertEquals("address refuse", author("strict.example"));

    cli.ok("domain", "edit", "before.example", "--author-must-match", "domain");
    cli.ok("domain", "edit", "new.example", "--author-mismatch", "refuse", "--no-rotate-keys");
    cli.ok("domain", "edit", "strict.example", "--author-must-match", "off");
    assertEquals("domain unsigned", author("before.example"));
    assertEquals("domain refuse", author("new.example"));
    assertEquals("off refuse", author("strict.example"));
    cli.run("domain", "edit", "new.example", "--author-must-match", "user").exits(2);
    cli.run("domain", "edit", "new.example", "--author-mismatch", "drop").exits(2);
    assertTrue(cli.ok("domain", "show", "new.example").out().contains("author_must_match"));
  }

  private String author(String domain) {
    Map<String, Object> row = cli.run("domain", "show", domain, "-f", "json").row();
    return row.get("author_must_match") + " " + row.get("author_mismatch");
  }

  @Test
  void aChangeThatTheRulesForbidChangesNothing() {
    cli.ok("domain", "create", "a.example");
    cli.ok("domain", "create", "b.example");

    cli.run("domain", "edit", "a.example", "none.example", "--no-sign")
        .refuses("domain none.example does not exist");
    cli.run("domain", "edit", "a.example", "--signed-fields", "Subject:Bcc")
        .refuses("domain a.example cannot sign a header field of that name");
    cli.run("domain", "edit", "a.example", "--oversigned-fields", "x;y")
        .refuses("domain a.example cannot oversign a header field of that name");
    cli.run("domain", "edit", "a.example", "--auid", "@b.example")
        .refuses(
            "domain a.example cannot have that AUID: it is author, or [local-part]@ and the domain"
                + " or one below it");
    cli.run("domain", "edit", "a.example", "--no-sign", "--require-signature")
        .refuses("domain a.example cannot require signatures that it does not make");
    cli.run("domain", "edit", "a.example", "--canonicalization", "relaxed").exits(2);
    cli.run("domain", "edit", "a.example", "--auid", "alice").exits(2);
    assertEquals(
        cli.run("domain", "show", "a.example", "-f", "json").row().get("sign"),
        cli.run("domain", "show", "b.example", "-f", "json").row().get("sign"));
  }

  @Test
  void theListIsSortedAndCanBeNarrowed() {
    for (String name : List.of("b.example", "a.example", "c.test")) {
      cli.ok("domain", "create", name);
    }

    assertEquals(List.of("a.example", "b.example", "c.test"), names());
    assertEquals(List.of("a.example", "b.example"), names("-c", "EXAMPLE"));
    assertEquals(List.of("c.test"), names("--contains", "c."));
    assertEquals(List.of("a.example", "b.example"), names("?.EXAMPLE"));
    assertEquals(List.of("b.example", "c.test"), names("c.test", "b.*", "B.example"));
    cli.run("domain", "list", "*.org").refuses("nothing matches \"*.org\"");
    Cli.Result none = cli.run("domain", "list", "-c", "%", "--json").exits(1);
    assertEquals("[]\n", none.out());
    assertEquals("authserver: nothing matches\n", none.err());
  }

  private Map<String, Object> shown(String domain) {
    return cli.run("domain", "show", domain, "-f", "json").row();
  }

  @Test
  void aCatchAllIsChosenKeptAndTakenAway() {
    cli.ok("domain", "create", "a.example", "--catch-all", "Boss@B\u00fccher.example");
    assertEquals("Boss@xn--bcher-kva.example", shown("a.example").get("catch_all"));
    cli.ok("domain", "edit", "a.example", "--transactional");
    assertEquals("Boss@xn--bcher-kva.example", shown("a.example").get("catch_all"));
    cli.ok("domain", "edit", "a.example", "--catch-all", "none", "--redirect-to", "b.example");
    assertNull(shown("a.example").get("catch_all"));
  }

  @Test
  void whatTheRulesForbidIsRefusedInOneSentence() {
    cli.ok("domain", "create", "a.example");

    cli.run("domain", "create", "A.example").refuses("domain a.example exists already");
    cli.run("domain", "create", "b.example", "--redirect-to", "b.example")
        .refuses("domain b.example cannot redirect to itself");
    cli.run(
            "domain",
            "create",
            "b.example",
            "--redirect-to",
            "c.example",
            "--catch-all",
            "x@c.example")
        .refuses("domain b.example cannot both be redirected and have a catch-all");
    cli.run("domain", "create", "b.example", "--catch-all", "x")
        .refuses("\"x\" is not an address local@domain: it has no @");
    cli.run("domain", "create", "b.example", "--no-sign", "--require-signature")
        .refuses("domain b.example cannot require signatures that it does not make");
    cli.run("domain", "create", "b.example", "--postmaster", "nobody")
        .refuses("\"nobody\" is neither a user nor a mailing list");
    cli.run("domain", "remove", "b.example", "-y").refuses("domain b.example does not exist");
    assertEquals(List.of("a.example"), names());
  }

  @Test
  void postmasterAndAbuseComeWithOneOption() {
    cli.ok("user", "create", "alice", "Alice", "--no-password");
    cli.ok("mailinglist", "create", "admins", "a@example.com");
    cli.ok("mailinglist", "create", "alice", "a@example.com");

    cli.run("domain", "create", "a.example", "--postmaster", "alice")
        .refuses("\"alice\" is a user and a mailing list; write user:NAME or list:NAME");
    cli.ok("domain", "create", "a.example", "--postmaster", "user:alice");
    cli.ok("domain", "create", "b.example", "--postmaster", "admins");

    List<Map<String, Object>> aliases = cli.run("emailalias", "list", "-f", "json").rows();
    assertEquals(
        List.of(
            "abuse@a.example", "postmaster@a.example", "abuse@b.example", "postmaster@b.example"),
        aliases.stream().map(row -> row.get("address")).toList());
    assertEquals(
        List.of("alice", "alice", "admins", "admins"),
        aliases.stream().map(row -> row.get("target")).toList());
  }

  @Test
  void aDomainWithAliasesStaysAndSoDoTheOthersOfTheCall() {
    cli.ok("mailinglist", "create", "l");
    cli.ok("domain", "create", "a.example");
    cli.ok("domain", "create", "b.example", "--postmaster", "l");

    cli.run("domain", "remove", "-y", "a.example", "b.example")
        .refuses(
            "domain b.example still has 2 aliases; remove them first, or take them along with"
                + " --with-aliases");
    assertEquals(List.of("a.example", "b.example"), names());
  }

  @Test
  void removalIsConfirmedAtATerminal() {
    cli.ok("domain", "create", "a.example", "--create-key", "ed25519");

    cli.run("domain", "remove", "a.example")
        .refuses(
            "domain a.example, with 1 key",
            "remove domain a.example: not done, because there is no terminal to ask at; confirm"
                + " with --yes");
    Cli.Typist no = new Cli.Typist("n");
    cli.typed(no, "domain", "remove", "a.example")
        .refuses("domain a.example, with 1 key", "not confirmed, nothing was changed");
    assertEquals(List.of("remove domain a.example? [y/N] "), no.prompts());
    cli.typed(new Cli.Typist(), "domain", "remove", "a.example").exits(1);
    cli.typed(new Cli.Typist("Yes"), "domain", "remove", "a.example").exits(0);
    assertEquals(List.of(), names());
  }

  @Test
  void keysAreCreatedWithTheDomainOrNeitherIs() {
    Cli.Result result =
        cli.ok("domain", "create", "a.example", "--create-key", "dkim", "--dkim-selector", "s1");

    assertTrue(result.err().contains("created rsa key s1 of domain a.example"), result.err());
    assertTrue(result.err().contains("created ed25519 key ed25519-"), result.err());
    assertEquals(2, cli.run("dkim", "list", "a.example", "-f", "json").rows().size());
    cli.run("domain", "create", "b.example", "--create-key", "rsa", "--dkim-selector", "a_b")
        .exits(1);
    assertEquals(List.of("a.example"), names());
    cli.with("AUTHSERVER_WRAPPING_KEY_FILE", directory.resolve("none").toString());
    cli.run("domain", "create", "b.example", "--create-key", "dkim").exits(1);
    assertEquals(List.of("a.example"), names());
  }

  @Test
  void howKeysRotateIsEdited() {
    cli.ok("domain", "create", "example.org", "--sign-by-reverse-path");
    cli.ok("domain", "create", "example.net");
    Map<String, Object> before = cli.run("domain", "show", "example.org", "--json").row();

    cli.ok("domain", "edit", "example.org", "--key-age", "90", "--no-rotate-keys");
    Map<String, Object> after = cli.run("domain", "show", "example.org", "--json").row();
    assertEquals(90L, after.get("key_age_days"));
    assertEquals(false, after.get("rotate_keys"));
    assertEquals(true, after.get("sign_by_reverse_path"));
    cli.ok("domain", "edit", "example.org", "--key-age", "180", "--rotate-keys");
    assertEquals(before, cli.run("domain", "show", "example.org", "--json").row());

    cli.run("domain", "edit", "example.org", "example.net", "--key-grace", "4")
        .refuses("one of the domains cannot have a key grace outside 5 to 365 days");
    assertEquals(before, cli.run("domain", "show", "example.org", "--json").row());
  }
}
