package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names, patterns and options that say what a verb is about, and what a verb does to many. */
class SelectionIT extends AdminFixture {
  @BeforeEach
  void createThings() {
    cli.ok("domain", "create", "münchen.example");
    cli.ok("domain", "create", "example.org");
    cli.ok(
        "user", "create", "Alice", "Alice Müller", "--no-password", "--alias", "alice@example.org");
    cli.ok("user", "create", "albert", "Al", "--no-password", "--alias", "al@münchen.example");
    cli.ok("user", "create", "bob", "Bob", "--no-password");
    cli.ok("mailinglist", "create", "Team", "x@elsewhere.example", "--owner", "bob");
    cli.ok("mailinglist", "create", "News");
    cli.ok("emailalias", "create", "Spam_1@example.org", "-u", "alice");
    cli.ok("emailalias", "create", "spamx1@example.org", "-m", "News");
    cli.ok("emailalias", "create", "spam_2@münchen.example", "-m", "News");
  }

  private List<Object> list(String noun, String field, String... selectors) {
    List<String> args = new ArrayList<>(List.of(noun, "list", "--json"));
    args.addAll(List.of(selectors));
    return cli.run(args.toArray(String[]::new)).rows().stream().map(row -> row.get(field)).toList();
  }

  private Map<String, Object> show(String noun, String name) {
    return cli.run(noun, "show", name, "--json").row();
  }

  @Test
  void patternsMatchAsStoredNamesAre() {
    assertEquals(List.of("albert", "alice"), list("user", "identifier", "AL*"));
    assertEquals(List.of("bob"), list("user", "identifier", "b?b"));
    assertEquals(List.of("alice"), list("user", "identifier", "*@example.org"));
    assertEquals(List.of("albert"), list("user", "identifier", "*@MÜNCHEN.example"));
    assertEquals(List.of("News"), list("mailinglist", "name", "N*"));
    assertEquals(List.of("xn--mnchen-3ya.example"), list("domain", "name", "münchen.*"));
    // An underscore is no wildcard, though LIKE has it as one.
    assertEquals(
        List.of("spam_1@example.org", "spam_2@xn--mnchen-3ya.example"),
        list("emailalias", "address", "SPAM_?@*"));
    assertEquals(
        List.of("al@xn--mnchen-3ya.example", "spam_2@xn--mnchen-3ya.example"),
        list("emailalias", "address", "*@münchen.example"));
    cli.run("user", "show", "z*").refuses("nothing matches \"z*\"");
    cli.run("domain", "list", "mün*.example")
        .refuses("\"mün*\" is not a domain name: it has no form in A-labels");
  }

  @Test
  void whatIsCalledLikeAPatternIsItself() {
    cli.ok("user", "create", "al*", "Star", "--no-password");

    assertEquals(List.of("al*"), list("user", "identifier", "AL*"));
  }

  /**
   * Symptom: {@code --contains É} did not find the user "Élan", and found other things in databases
   * of another locale. Cause: the text was folded by the database's locale, names by ASCII.
   */
  @Test
  void namesBeyondAsciiAreFoundAsTheyAreWritten() {
    for (String name : List.of("Élan", "élan")) {
      cli.ok("user", "create", name, name + " GmbH", "--no-password");
      cli.ok("mailinglist", "create", name);
      cli.ok("group", "create", name, "--description", "of " + name);
      cli.ok("permission", "create", name, "--description", "of " + name);
      cli.ok(
          "serviceuser",
          "create",
          name,
          "-u",
          "bob",
          "--no-password",
          "--description",
          "of " + name);
      cli.ok("emailalias", "create", name + "@example.org", "-u", name);
    }
    for (String name : List.of("Élan", "élan")) {
      for (String text : List.of(name, name.substring(0, 1) + "LA")) {
        assertEquals(List.of(name), list("user", "identifier", "-c", text));
        assertEquals(List.of(name), list("mailinglist", "name", "-c", text));
        assertEquals(List.of(name), list("group", "name", "-c", text));
        assertEquals(List.of(name), list("permission", "name", "-c", text));
        assertEquals(List.of(name), list("serviceuser", "username", "-c", text));
        assertEquals(List.of(name + "@example.org"), list("emailalias", "address", "-c", text));
      }
      assertEquals(List.of(name), list("user", "identifier", "-c", name + " gMBH"));
      assertEquals(List.of(name), list("group", "name", "-c", "OF " + name));
      assertEquals(List.of(name), list("permission", "name", "-c", "OF " + name));
      assertEquals(List.of(name), list("serviceuser", "username", "-c", "OF " + name));
      assertEquals(name, show("user", name + "@EXAMPLE.org").get("identifier"));
    }
    assertEquals(List.of("Team"), list("mailinglist", "name", "-c", "TEA"));
  }

  @Test
  void optionsNarrow() {
    cli.ok("user", "deactivate", "bob");

    assertEquals(List.of("albert"), list("user", "identifier", "-d", "MÜNCHEN.example"));
    assertEquals(List.of("bob"), list("user", "identifier", "--no-active"));
    assertEquals(List.of("albert"), list("user", "identifier", "al*", "-d", "münchen.example"));
    assertEquals(List.of("Team"), list("mailinglist", "name", "-u", "bob"));
    assertEquals(List.of("News"), list("mailinglist", "name", "-d", "example.org"));
    assertEquals(List.of("xn--mnchen-3ya.example"), list("domain", "name", "-c", "MÜNCHEN"));
    assertEquals(
        List.of("spam_2@xn--mnchen-3ya.example"), list("emailalias", "address", "-c", "2@münchen"));
    assertEquals(3, list("user", "identifier", "--all").size());
    cli.run("user", "list", "-d", "none.example").refuses("domain none.example does not exist");
    cli.run("user", "list", "-g", "none").refuses("group \"none\" not found");
    cli.run("user", "show", "-d", "example.org", "-c", "zzz").refuses("nothing matches");
  }

  @Test
  void manyAreAskedAboutAndNamesAreNot() {
    Cli.Typist no = new Cli.Typist("n");

    cli.typed(no, "user", "deactivate", "al*")
        .refuses("user \"albert\"\nuser \"alice\"", "not confirmed, nothing was changed");
    assertEquals(List.of("deactivate 2 users? [y/N] "), no.prompts());
    cli.run("user", "deactivate", "--all").exits(1);
    cli.run("user", "deactivate", "-d", "example.org").exits(1);
    assertEquals("[]\n", cli.run("user", "list", "--no-active", "--json").exits(1).out());
    assertEquals("deactivated user \"alice\"\n", cli.ok("user", "deactivate", "ALICE").err());
    cli.typed(new Cli.Typist("y"), "user", "deactivate", "--all").exits(0);
    assertEquals(3, list("user", "identifier", "--no-active").size());
    cli.ok("user", "activate", "--all", "--yes");
    assertEquals(3, list("user", "identifier", "--active").size());
  }

  /**
   * Symptom: users were said to be deactivated of whom one was gone. Cause: the number of changed
   * rows was not compared with what a person had agreed to.
   */
  @Test
  void whatGoesWhileAPersonIsAskedStopsTheChange() {
    Cli.Typist slow =
        new Cli.Typist("y") {
          @Override
          public String readLine(String prompt) {
            cli.ok("user", "remove", "albert", "--yes");
            return super.readLine(prompt);
          }
        };

    cli.typed(slow, "user", "deactivate", "al*")
        .refuses(
            """
            user "albert"
            user "alice"\
            """,
            "one of the users was removed by someone else at this moment; try again");
    assertEquals(true, show("user", "alice").get("is_active"));
  }

  @Test
  void onlyTheFirstFiftyAreShown() {
    database.execute(
        "INSERT INTO authserver.user_group (name) SELECT 'g' || i FROM generate_series(1, 52) i");

    List<String> shown = cli.run("group", "remove", "g*").exits(1).err().lines().toList();

    assertEquals(52, shown.size());
    assertEquals("and 2 more", shown.get(50));
    assertTrue(shown.get(51).contains("remove 52 groups: not done"), shown.get(51));
  }

  @Test
  void usersAreEdited() {
    cli.ok(
        "user", "edit", "alice", "--identifier", "Alicia", "--full-name", "A. Müller", "--staff");
    Map<String, Object> row = show("user", "alicia");
    assertEquals("A. Müller", row.get("fullname"));
    assertEquals(true, row.get("is_staff"));
    assertEquals("alice@example.org", row.get("delivery_mailbox"));

    cli.ok("user", "edit", "alicia", "bob", "--no-staff");
    assertEquals(false, show("user", "alicia").get("is_staff"));
    cli.run("user", "edit", "alicia", "--identifier", "BOB").refuses("user \"bob\" exists already");
    cli.run("user", "edit", "alicia", "--identifier", "a b")
        .refuses("user \"a b\" cannot be: an identifier has 1 to 255 octets and no white space");
    assertTrue(
        cli.run("user", "edit", "alicia", "bob", "--identifier", "x")
            .exits(2)
            .err()
            .contains("--identifier is for one thing at a time"));
  }

  @Test
  void listsAreEdited() {
    cli.ok("mailinglist", "edit", "News", "--name", "New", "--owner", "alice");
    cli.ok("mailinglist", "edit", "New", "--new-mailfrom", "Bounces@Example.org");
    Map<String, Object> row = show("mailinglist", "New");
    assertEquals("alice", row.get("owner"));
    assertEquals("Bounces@example.org", row.get("new_mailfrom"));
    assertEquals(2, ((List<?>) row.get("aliases")).size());

    cli.ok("mailinglist", "edit", "New", "--new-mailfrom", "none", "--owner", "none");
    assertNull(show("mailinglist", "New").get("new_mailfrom"));
    assertNull(show("mailinglist", "New").get("owner"));
    cli.run("mailinglist", "edit", "New", "--name", "Team")
        .refuses("mailing list \"Team\" exists already");
    cli.run("mailinglist", "edit", "New", "--owner", "carol").refuses("user \"carol\" not found");
    cli.run("mailinglist", "edit", "New", "--new-mailfrom", "x")
        .refuses("\"x\" is not an address local@domain: it has no @");
    cli.run("mailinglist", "edit", "New", "--new-mailfrom", "SpamX1@example.org")
        .refuses(
            "alias spamx1@example.org leads to mailing list \"New\", so it cannot be that list's"
                + " new_mailfrom");
  }

  @Test
  void aliasesAreRetargeted() {
    cli.ok("mailinglist", "create", "bounces", "--new-mailfrom", "spamx1@example.org");

    cli.ok("emailalias", "edit", "spamx1@example.org", "--to-user", "bob");
    assertEquals("bob", show("emailalias", "spamx1@example.org").get("target"));
    cli.ok("emailalias", "edit", "-u", "bob", "--to-mailing-list", "Team", "--yes");
    assertEquals("Team", show("emailalias", "spamx1@example.org").get("target"));
    cli.run("emailalias", "edit", "spamx1@example.org", "--to-mailing-list", "bounces")
        .refuses(
            "alias spamx1@example.org is the new_mailfrom of mailing list \"bounces\", so it cannot"
                + " lead to that list");
    cli.run("emailalias", "edit", "alice@example.org", "--to-user", "bob")
        .refuses(
            "alias alice@example.org is a user's delivery mailbox; give that user another one"
                + " first");
    cli.ok("emailalias", "edit", "alice@example.org", "--to-user", "alice");
    cli.run("emailalias", "edit", "alice@example.org", "--to-user", "carol")
        .refuses("user \"carol\" not found");
  }

  @Test
  void aliasesOfADomainAreBlockedTogether() {
    cli.ok("emailalias", "block", "-d", "example.org", "--action", "defer", "-y");
    assertEquals(
        List.of("alice@example.org", "spam_1@example.org", "spamx1@example.org"),
        list("emailalias", "address", "--blocked"));
    cli.ok("emailalias", "activate", "--blocked", "-y");
    assertEquals("[]\n", cli.run("emailalias", "list", "--blocked", "--json").exits(1).out());
    cli.run("emailalias", "remove", "*@example.org", "-y")
        .refuses(
            "alias alice@example.org is a user's delivery mailbox; give that user another one"
                + " first");
    cli.ok("emailalias", "remove", "spam*", "-y");
    assertEquals(2, list("emailalias", "address").size());
  }

  @Test
  void aDomainGoesWithItsAliasesOnceNobodysMailboxIsThere() {
    cli.ok("domain", "create", "old.example", "--redirect-to", "münchen.example");
    cli.ok("emailalias", "create", "albert@example.org", "-u", "albert");

    cli.run("domain", "remove", "münchen.example", "--with-aliases", "--yes")
        .refuses(
            "domain xn--mnchen-3ya.example has the delivery mailbox of user \"albert\"; give that"
                + " user another one first");
    cli.ok("user", "set-delivery-mailbox", "albert", "albert@example.org");
    cli.ok("domain", "create", "any.example", "--catch-all", "Al+any@münchen.example");
    // What it catches would leave the site.
    cli.run("domain", "remove", "münchen.example", "--with-aliases", "--yes")
        .refuses(
            "domain any.example sends what is nobody's to Al+any@xn--mnchen-3ya.example; give it"
                + " another catch-all first, or none");
    cli.ok("domain", "edit", "any.example", "--catch-all", "albert@example.org");
    cli.run("domain", "remove", "münchen.example", "--with-aliases")
        .refuses(
            """
            domain xn--mnchen-3ya.example, with 2 aliases
            domain old.example stays and redirects to nowhere\
            """,
            "remove domain xn--mnchen-3ya.example: not done, because there is no terminal to ask"
                + " at; confirm with --yes");
    cli.ok("domain", "remove", "münchen.example", "--with-aliases", "--yes");
    assertEquals(List.of("any.example", "example.org", "old.example"), list("domain", "name"));
    // Its own catch-all keeps no domain, nor does that of one that goes as well.
    cli.ok("domain", "edit", "any.example", "--catch-all", "x@old.example");
    cli.ok("domain", "remove", "any.example", "old.example", "--yes");
    cli.ok("domain", "create", "old.example", "--redirect-to", "münchen.example");
    cli.ok("domain", "edit", "*.example", "--redirect-to", "none", "--yes");
    assertNull(show("domain", "old.example").get("redirect_to"));
  }
}
