package io.authserver.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.cli.Context;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What needs no database: help, wrong usage, settings. */
class MainTest {
  private static final List<String> VERBS =
      List.of(
          "domain create",
          "domain list",
          "domain show",
          "domain remove",
          "dkim create",
          "dkim list",
          "dkim show",
          "dkim dns",
          "dkim activate",
          "dkim retire",
          "dkim revoke",
          "dkim remove",
          "user create",
          "user list",
          "user show",
          "user edit",
          "user set-delivery-mailbox",
          "user set-password",
          "user activate",
          "user deactivate",
          "user remove",
          "emailalias create",
          "emailalias list",
          "emailalias show",
          "emailalias edit",
          "emailalias activate",
          "emailalias deactivate",
          "emailalias block",
          "emailalias blacklist",
          "emailalias unblock",
          "emailalias remove",
          "mailinglist create",
          "mailinglist list",
          "mailinglist show",
          "mailinglist edit",
          "mailinglist add-address",
          "mailinglist remove-address",
          "mailinglist set-addresses",
          "mailinglist remove",
          "serviceuser create",
          "serviceuser list",
          "serviceuser show",
          "serviceuser edit",
          "serviceuser set-password",
          "serviceuser activate",
          "serviceuser deactivate",
          "serviceuser remove",
          "permission create",
          "permission list",
          "permission show",
          "permission edit",
          "permission grant",
          "permission revoke",
          "permission remove",
          "group create",
          "group list",
          "group show",
          "group edit",
          "group add-user",
          "group remove-user",
          "group remove",
          "db bootstrap",
          "db migrate",
          "db status",
          "spapi install",
          "spapi grant",
          "spapi revoke",
          "spapi check",
          "wrapping-key create",
          "srs forward",
          "srs reverse",
          "srs-secret create",
          "srs-secret list",
          "srs-secret retire",
          "srs-secret form",
          "explain",
          "doctor",
          "demo");

  private final Cli cli = new Cli();

  @Test
  void everyVerbHasHelpOnStandardOutput() {
    for (String verb : VERBS) {
      Cli.Result result = cli.ok((verb + " --help").split(" "));
      assertTrue(result.out().contains("Usage: authserver"), verb);
      assertTrue(result.out().contains("--env-dir"), verb);
      assertEquals("", result.err(), verb);
    }
  }

  @Test
  void theHelpNamesEveryNounAndExitCode() {
    String help = cli.ok("--help").out();

    for (String noun :
        List.of(
            "domain",
            "dkim",
            "user",
            "emailalias",
            "mailinglist",
            "serviceuser",
            "permission",
            "group",
            "site",
            "db",
            "spapi",
            "wrapping-key",
            "srs",
            "srs-secret",
            "explain",
            "doctor",
            "demo")) {
      assertTrue(help.contains("\n  " + noun + " "), help);
    }
    assertTrue(help.contains("the database cannot be reached"), help);
  }

  /**
   * Regression: an installed {@code authserver --version} said "(not packaged)". Cause: it asked
   * the jar's manifest, which has no version unless the build puts one there.
   */
  @Test
  void theVersionIsThatOfTheBuild() {
    String version = cli.ok("--version").out();

    assertTrue(version.matches("authserver \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n"), version);
    assertEquals(version, cli.ok("domain", "list", "--version").out());
  }

  /** Only the part of the tree that a command line needs is made; it is the same part. */
  @Test
  void aNounAloneIsWhatItIsAmongAll() {
    CommandLine all = tree();
    assertEquals(18, all.getSubcommands().size());

    all.getSubcommands()
        .forEach(
            (noun, expected) -> {
              CommandLine made = tree(noun, "--help");
              assertEquals(Set.of(noun), made.getSubcommands().keySet());
              assertSame(expected, made.getSubcommands().get(noun));
            });
    assertEquals(18, tree("domains", "domain").getSubcommands().size());
    assertEquals(18, tree("--env-dir", "domain", "user").getSubcommands().size());
  }

  private static CommandLine tree(String... args) {
    PrintStream none = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    InputStream nothing = InputStream.nullInputStream();
    return Main.commandLine(
        new Context(Map.of(), nothing, none, none, null, Clock.systemUTC()), args);
  }

  private static void assertSame(CommandLine expected, CommandLine made) {
    assertEquals(expected.getUsageMessage(Ansi.OFF), made.getUsageMessage(Ansi.OFF));
    assertEquals(expected.getSubcommands().keySet(), made.getSubcommands().keySet());
    expected
        .getSubcommands()
        .forEach((verb, command) -> assertSame(command, made.getSubcommands().get(verb)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "domain",
        "no-such-noun",
        "domain no-such-verb",
        "domain create",
        "domain create a.example b.example",
        "domain create a.example --no-such-option",
        "domain create a.example --signature-expiry soon",
        "domain create a.example --create-key dsa",
        "domain list --format yaml",
        "dkim create a.example --bits 1024",
        "dkim create a.example --algorithm ed25519 --bits 2048",
        "dkim activate a.example",
        "dkim activate a.example s1 --all",
        "dkim activate a.example s1 --resolver a:b",
        "user create only-one",
        "user create a b --no-password --password-stdin",
        "user create a b --no-password --alias",
        "emailalias create a@a.example",
        "emailalias create a@a.example -u x -m y",
        "emailalias block",
        "emailalias block *@a.example --create-if-missing",
        "emailalias block a@a.example --create-if-missing -d a.example",
        "emailalias edit a@a.example",
        "emailalias edit a@a.example --to-user x --to-mailing-list y",
        "user remove",
        "user remove --yes",
        "user remove --all x",
        "user edit x",
        "user edit --full-name y",
        "mailinglist edit x",
        "serviceuser create x --no-password",
        "serviceuser create x -u y --no-password --generate-password",
        "serviceuser edit x",
        "serviceuser deactivate",
        "permission create",
        "permission create a b",
        "permission grant x",
        "permission edit x",
        "group add-user x",
        "group edit x",
        "emailalias block a@a.example --action explode",
        "mailinglist add-address",
        "mailinglist add-address only-a-list",
        "wrapping-key create",
        "wrapping-key create a --output b",
        "srs-secret retire",
        "srs-secret retire x",
        "srs-secret form other",
        "spapi grant",
        "spapi check --installed --grant x",
        "demo",
      })
  void wrongUsageIsExitCode2AndSaysWhereTheHelpIs(String line) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ");
    Cli.Result result =
        cli.with("DATABASE_URL", "postgresql://u@127.0.0.1:1/none").run(args).exits(2);

    assertTrue(result.err().startsWith("authserver: "), result.err());
    assertEquals("", result.out());
  }

  @Test
  void aPasswordOnTheCommandLineIsRefusedAndNotRepeated() {
    cli.hiding("hunter2").with("DATABASE_URL", "postgresql://u@127.0.0.1:1/none");

    for (String[] args :
        new String[][] {
          {"user", "create", "a", "b", "--password", "hunter2"},
          {"user", "create", "a", "b", "--password=hunter2"},
          {"user", "set-password", "a", "--password", "hunter2"},
          {"serviceuser", "create", "a", "-u", "b", "--password=hunter2"},
          {"serviceuser", "set-password", "a", "--password", "hunter2"}
        }) {
      assertTrue(cli.run(args).exits(2).err().contains("--password is not accepted"));
    }
  }

  @Test
  void aDatabaseUrlWithAPasswordIsRefusedOnTheCommandLine() {
    Cli.Result result =
        cli.hiding("hunter2")
            .run("domain", "list", "--database-url", "postgresql://u:hunter2@127.0.0.1/x")
            .exits(2);

    assertTrue(result.err().contains("not accepted on the command line"), result.err());
  }

  @Test
  void aMissingOrMalformedDatabaseUrlIsWrongUsage() {
    assertTrue(cli.run("domain", "list").exits(2).err().contains("DATABASE_URL must be set"));
    cli.hiding("hunter2").with("DATABASE_URL", "mysql://u:hunter2@h/x");
    assertTrue(cli.run("domain", "list").exits(2).err().contains("DATABASE_URL"));
  }

  @Test
  void badNamesAreRefusedBeforeTheDatabaseIsAsked() {
    cli.with("DATABASE_URL", "postgresql://u@127.0.0.1:1/none");

    cli.run("domain", "create", "a_b.example")
        .refuses(
            "\"a_b.example\" is not a domain name: a label has other characters than letters,"
                + " digits and hyphens");
    cli.run("user", "create", "a", "b", "--no-password", "--alias", "a@b@c")
        .refuses("\"a@b@c\" is not an address local@domain: it has more than one @");
    cli.run("mailinglist", "create", "l", "not-an-address")
        .refuses("\"not-an-address\" is not an address local@domain: it has no @");
  }

  @Test
  void anUnreachableDatabaseIsExitCode3() {
    Cli.Result result =
        cli.hiding("hunter2")
            .with("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/none")
            .run("domain", "list")
            .exits(3);

    assertEquals(1, result.err().lines().count(), result.err());
    assertFalse(result.err().isBlank());
    cli.run("db", "migrate").exits(3);
    cli.run("spapi", "check").exits(3);
  }

  @Test
  void theBootstrapScriptIsPrintedWithoutADatabase() {
    assertTrue(cli.ok("db", "bootstrap", "--print").out().contains("authserver_owner"));
  }
}
