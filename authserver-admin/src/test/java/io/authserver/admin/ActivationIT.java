package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code activate} and {@code deactivate} of the nouns that have a state of their own. */
class ActivationIT extends AdminFixture {
  private Logins logins;

  @BeforeEach
  void createThings() {
    logins = new Logins(database);
    for (String name : List.of("one", "two", "other")) {
      cli.ok("domain", "create", name + ".example");
      cli.ok("mailinglist", "create", name + ".example", name + "@far.example");
      cli.ok("permission", "create", name + ".example");
      cli.ok("group", "create", name + ".example");
    }
    cli.piped(
            "of-alice",
            "user",
            "create",
            "alice",
            "Alice",
            "--password-stdin",
            "--alias",
            "alice@one.example",
            "--alias",
            "alice@two.example")
        .exits(0);
    cli.ok("permission", "grant", "one.example", "-u", "alice");
    cli.ok("permission", "grant", "two.example", "-g", "one.example");
    cli.ok("group", "add-user", "one.example", "alice");
  }

  private List<Object> list(String noun, String... selectors) {
    String[] call = new String[selectors.length + 3];
    System.arraycopy(selectors, 0, call, 3, selectors.length);
    call[0] = noun;
    call[1] = "list";
    call[2] = "--json";
    return cli.run(call).rows().stream().map(row -> row.get("name")).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "domain, domain one.example, domains",
    "mailinglist, mailing list \"one.example\", mailing lists",
    "permission, permission \"one.example\", permissions",
    "group, group \"one.example\", groups"
  })
  void areSelectedAskedAboutAndShown(String noun, String title, String plural) {
    assertEquals("deactivated " + title + "\n", cli.ok(noun, "deactivate", "one.example").err());
    assertEquals(List.of("one.example"), list(noun, "--no-active"));
    assertEquals(List.of("other.example", "two.example"), list(noun, "--active"));
    assertEquals(false, cli.run(noun, "show", "one.example", "--json").row().get("is_active"));
    assertTrue(cli.ok(noun, "list").out().contains("IS ACTIVE"));
    // Twice is as good as once.
    cli.ok(noun, "deactivate", "one.example");

    Cli.Typist no = new Cli.Typist("n");
    cli.typed(no, noun, "deactivate", "-c", "O").exits(1);
    assertEquals(List.of("deactivate 3 " + plural + "? [y/N] "), no.prompts());
    cli.run(noun, "deactivate", "--all").exits(1);
    assertEquals(List.of("one.example"), list(noun, "--no-active"));
    cli.ok(noun, "deactivate", "t*.example", "one.example", "-y");
    assertEquals(List.of("one.example", "two.example"), list(noun, "--no-active"));

    assertEquals("activated " + title + "\n", cli.ok(noun, "activate", "one.example").err());
    cli.ok(noun, "activate", "--no-active", "--yes");
    assertEquals(3, list(noun, "--active").size());
    cli.run(noun, "activate", "none.example").exits(1);
    cli.run(noun, "activate", "--no-active", "--yes").refuses("nothing matches");
    cli.run(noun, "activate").exits(2);
  }

  @Test
  void aDeactivatedDomainLetsNobodyInByItsAddresses() throws Exception {
    assertEquals(Optional.of("alice@one.example"), logins.login("alice@two.example", "of-alice"));
    cli.ok("domain", "deactivate", "two.example");
    assertEquals(Optional.empty(), logins.login("alice@two.example", "of-alice"));
    assertEquals(Optional.of("alice@one.example"), logins.login("alice@one.example", "of-alice"));
    cli.ok("domain", "edit", "two.example", "--transactional");
    cli.ok("domain", "activate", "two.example");
    assertEquals(Optional.of("alice@one.example"), logins.login("alice@two.example", "of-alice"));
  }

  @Test
  void aDomainThatLeadsToADeactivatedOneIsNamed() {
    cli.ok("domain", "edit", "two.example", "--redirect-to", "one.example");
    cli.ok("domain", "edit", "other.example", "--catch-all", "alice@one.example");
    assertEquals(
        """
        warning: domain other.example sends what is nobody's to alice@one.example: it is refused \
        meanwhile
        warning: domain two.example sends what is nobody's to one.example: it is refused meanwhile
        deactivated domain one.example
        """,
        cli.ok("domain", "deactivate", "one.example").err());
  }

  @Test
  void deactivatedPermissionsAndGroupsCountForNothingWhileGrantsStay() throws Exception {
    assertTrue(logins.may("alice@one.example", "one.example"));
    assertTrue(logins.may("alice@one.example", "two.example"));
    cli.ok("group", "deactivate", "one.example");
    assertTrue(logins.may("alice@one.example", "one.example"));
    assertFalse(logins.may("alice@one.example", "two.example"));
    cli.ok("group", "activate", "one.example");
    cli.ok("permission", "deactivate", "one.example");
    assertFalse(logins.may("alice@one.example", "one.example"));

    Map<String, Object> alice = cli.run("user", "show", "alice", "--json").row();
    assertEquals(List.of("two.example"), alice.get("permissions"), "what counts");
    assertEquals(List.of("two.example"), list("permission", "-u", "alice"));
    assertEquals("[]\n", cli.run("user", "list", "-p", "one.example", "--json").exits(1).out());
    assertEquals(
        List.of("alice"),
        cli.run("permission", "show", "one.example", "--json").row().get("users"),
        "what is granted");
    cli.ok("permission", "activate", "one.example");
    assertTrue(logins.may("alice@one.example", "one.example"));
  }

  @Test
  void anAliasIsBlockedByItsOwnVerbs() {
    assertEquals(
        "deactivated alias alice@two.example\n",
        cli.ok("emailalias", "deactivate", "alice@two.example", "--action", "defer").err());
    assertEquals(
        "defer", cli.run("emailalias", "show", "alice@two.example", "--json").row().get("blocked"));
    cli.ok("emailalias", "deactivate", "new@two.example", "--create-if-missing");
    Cli.Typist yes = new Cli.Typist("y");
    cli.typed(yes, "emailalias", "activate", "alice@*").exits(0);
    assertEquals(List.of("activate 2 aliases? [y/N] "), yes.prompts());
    assertEquals(1, cli.run("emailalias", "list", "--blocked", "--json").rows().size());
  }
}
