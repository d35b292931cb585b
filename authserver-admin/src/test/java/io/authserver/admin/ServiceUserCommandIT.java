package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceUserCommandIT extends AdminFixture {
  private Logins logins;

  @BeforeEach
  void createUsers() {
    logins = new Logins(database);
    cli.hiding("of-the-printer").hiding("another-one");
    cli.ok("domain", "create", "example.org");
    cli.ok("user", "create", "alice", "Alice", "--no-password", "--alias", "alice@example.org");
    cli.ok("user", "create", "bob", "Bob", "--no-password", "--alias", "bob@example.org");
  }

  private void createPrinter() {
    cli.piped(
            "of-the-printer",
            "serviceuser",
            "create",
            "Printer",
            "-u",
            "alice",
            "--password-stdin",
            "--description",
            "second floor")
        .exits(0);
  }

  private Map<String, Object> show(String name) {
    return cli.run("serviceuser", "show", name, "--json").row();
  }

  @Test
  void aServiceUserLogsInForItsUserThroughTheComposedQuery() throws Exception {
    createPrinter();

    assertEquals(Optional.of("alice@example.org"), logins.login("printer", "of-the-printer"));
    assertEquals(Optional.empty(), logins.login("printer", "another-one"));
    Map<String, Object> row = show("PRINTER");
    assertEquals("printer", row.get("username"));
    assertEquals("alice", row.get("user"));
    assertEquals("second floor", row.get("description"));
    assertEquals(true, row.get("is_active"));
    assertEquals(row, show(String.valueOf(row.get("id"))));
    assertEquals(
        List.of("printer"), cli.run("user", "show", "alice", "--json").row().get("service_users"));
    cli.ok("user", "deactivate", "alice");
    assertEquals(Optional.empty(), logins.login("printer", "of-the-printer"));
    assertEquals(false, show("printer").get("is_user_active"));
  }

  @Test
  void theGeneratedPasswordIsPrintedOnceAndLogsIn() throws Exception {
    Cli.Result created = cli.ok("serviceuser", "create", "p", "-u", "alice", "--generate-password");

    String password = created.out().strip();
    assertTrue(password.matches("[a-z2-9]{5}(-[a-z2-9]{5}){4}"), "another form");
    assertEquals("created service user \"p\" of user alice\n", created.err());
    assertEquals(Optional.of("alice@example.org"), logins.login("p", password));
    Cli.Result again = cli.ok("serviceuser", "set-password", "p", "--generate-password");
    assertEquals(Optional.empty(), logins.login("p", password));
    assertEquals(Optional.of("alice@example.org"), logins.login("p", again.out().strip()));
    cli.run("serviceuser", "create", "p", "-u", "alice", "--generate-password")
        .refuses("service user \"p\" exists already");
  }

  @Test
  void passwordsAreReplacedFromFileAndTerminalAndTakenAway() throws Exception {
    createPrinter();
    Path file = directory.resolve("password");
    Files.writeString(file, "another-one\n");

    cli.ok("serviceuser", "set-password", "printer", "--password-file", file.toString());
    assertEquals(Optional.of("alice@example.org"), logins.login("printer", "another-one"));
    cli.typed(
            new Cli.Typist("of-the-printer", "of-the-printer"),
            "serviceuser",
            "set-password",
            "printer")
        .exits(0);
    assertEquals(Optional.of("alice@example.org"), logins.login("printer", "of-the-printer"));
    cli.ok("serviceuser", "set-password", "printer", "--no-password");
    assertEquals(false, show("printer").get("is_active"));
    assertEquals(Optional.empty(), logins.login("printer", "of-the-printer"));
    cli.run("serviceuser", "activate", "printer")
        .refuses(
            "service user \"printer\" has no password; set one with authserver serviceuser"
                + " set-password");
    cli.run("serviceuser", "set-password", "none", "--no-password")
        .refuses("service user \"none\" not found");
    assertTrue(
        cli.run("serviceuser", "set-password", "printer").exits(2).err().contains("no terminal"));
  }

  @Test
  void aDeactivatedServiceUserKeepsItsPassword() throws Exception {
    createPrinter();

    cli.ok("serviceuser", "deactivate", "printer");
    cli.ok("serviceuser", "deactivate", "printer");
    assertEquals(false, show("printer").get("is_active"));
    assertEquals(Optional.empty(), logins.login("printer", "of-the-printer"));
    assertEquals(
        "printer", cli.run("serviceuser", "list", "--no-active", "--json").row().get("username"));
    cli.ok("serviceuser", "activate", "printer");
    assertEquals(Optional.of("alice@example.org"), logins.login("printer", "of-the-printer"));
    cli.ok("serviceuser", "activate", "printer");
    assertEquals(Optional.of("alice@example.org"), logins.login("printer", "of-the-printer"));
  }

  @Test
  void itIsEditedListedByUserAndRemoved() throws Exception {
    createPrinter();
    cli.ok("serviceuser", "create", "phone", "-u", "alice@example.org", "--no-password");
    cli.ok("serviceuser", "create", "scanner", "-u", "bob", "--no-password");

    assertEquals(
        List.of("phone", "printer"),
        cli.run("serviceuser", "list", "-u", "alice", "--json").rows().stream()
            .map(row -> row.get("username"))
            .toList());
    assertEquals(
        "printer", cli.run("serviceuser", "list", "-c", "FLOOR", "--json").row().get("username"));
    cli.ok(
        "serviceuser",
        "edit",
        "printer",
        "--name",
        "Copier",
        "--description",
        "",
        "--to-user",
        "bob");
    assertEquals(Optional.of("bob@example.org"), logins.login("copier", "of-the-printer"));
    assertEquals("", show("copier").get("description"));
    cli.run("serviceuser", "edit", "copier", "--name", "phone")
        .refuses("service user \"phone\" exists already");
    cli.run("serviceuser", "edit", "copier", "phone", "--name", "x").exits(2);
    cli.run("serviceuser", "edit", "copier", "--to-user", "carol")
        .refuses("user \"carol\" not found");

    cli.run("serviceuser", "remove", "--user", "bob")
        .refuses(
            "service user \"copier\"\nservice user \"scanner\"",
            "remove 2 service users: not done, because there is no terminal to ask at; confirm with"
                + " --yes");
    cli.ok("serviceuser", "remove", "--user", "bob", "--yes");
    assertEquals(1, cli.run("serviceuser", "list", "--json").rows().size());
    cli.run("serviceuser", "remove", "--user", "bob", "--yes").refuses("nothing matches");
  }

  @Test
  void badServiceUsersAreRefusedInOneSentence() {
    String rule = "cannot be: a service user's name has 1 to 255 octets, no white space and no @";

    cli.run("serviceuser", "create", "a@b", "-u", "alice", "--no-password")
        .refuses("service user \"a@b\" " + rule);
    cli.run("serviceuser", "create", "a b", "-u", "alice", "--no-password")
        .refuses("service user \"a b\" " + rule);
    cli.run("serviceuser", "create", "", "-u", "alice", "--no-password")
        .refuses("service user \"\" " + rule);
    cli.run("serviceuser", "create", "p", "-u", "carol", "--no-password")
        .refuses("user \"carol\" not found");
    cli.ok("serviceuser", "create", "Ü-p", "-u", "alice", "--no-password");
    // ASCII alone is folded.
    cli.run("serviceuser", "show", "ü-p").refuses("service user \"ü-p\" not found");
    cli.run("serviceuser", "create", "Ü-P", "-u", "bob", "--no-password")
        .refuses("service user \"Ü-p\" exists already");
  }

  @Test
  void aRemovedUserTakesServiceUsersAlongAndSaysSo() {
    createPrinter();

    cli.run("user", "remove", "alice")
        .refuses(
            "user \"alice\", with 1 alias, 1 service user",
            "remove user \"alice\": not done, because there is no terminal to ask at; confirm with"
                + " --yes");
    cli.ok("user", "remove", "alice", "-y");
    assertEquals("[]\n", cli.ok("serviceuser", "list", "--json").out());
  }
}
