package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PermissionCommandIT extends AdminFixture {
  private Logins logins;

  @BeforeEach
  void createUsers() {
    logins = new Logins(database);
    cli.ok("domain", "create", "example.org");
    for (String name : List.of("alice", "bob")) {
      cli.piped(
              "of-" + name,
              "user",
              "create",
              name,
              name,
              "--password-stdin",
              "--alias",
              name + "@example.org")
          .exits(0);
    }
    cli.ok("permission", "create", "imap", "--description", "mail clients");
    cli.ok("group", "create", "Staff Members", "--description", "all of us");
  }

  private Map<String, Object> group() {
    return cli.run("group", "show", "Staff Members", "--json").row();
  }

  private Map<String, Object> permission() {
    return cli.run("permission", "show", "imap", "--json").row();
  }

  @Test
  void aPermissionIsGrantedToAUserAndRevoked() throws Exception {
    assertFalse(logins.may("alice@example.org", "imap"));

    cli.ok("permission", "grant", "imap", "--user", "Alice@example.org");
    cli.ok("permission", "grant", "imap", "-u", "alice");
    assertTrue(logins.may("alice@example.org", "imap"));
    assertFalse(logins.may("bob@example.org", "imap"));
    assertFalse(logins.may("alice@example.org", "IMAP"), "case counts");
    assertEquals(List.of("alice"), permission().get("users"));

    cli.ok("permission", "revoke", "imap", "-u", "alice");
    assertFalse(logins.may("alice@example.org", "imap"));
    cli.run("permission", "revoke", "imap", "-u", "alice")
        .refuses("user \"alice\" does not hold permission \"imap\"");
  }

  @Test
  void aGroupGivesItsPermissionsToAllInIt() throws Exception {
    cli.ok("permission", "grant", "imap", "--group", "Staff Members");
    Cli.Result added = cli.ok("group", "add-user", "Staff Members", "alice", "bob@example.org");
    assertEquals("added 2 of 2 users to group Staff Members\n", added.err());

    assertTrue(logins.may("alice@example.org", "imap"));
    assertTrue(logins.may("bob@example.org", "imap"));
    assertEquals(List.of("alice", "bob"), group().get("users"));
    assertEquals(List.of("imap"), group().get("permissions"));
    assertEquals(List.of("Staff Members"), permission().get("groups"));
    assertEquals(2, cli.run("user", "list", "-p", "imap", "--json").rows().size());
    assertEquals("imap", cli.run("permission", "list", "-u", "bob", "--json").row().get("name"));
    assertEquals(
        "Staff Members", cli.run("group", "list", "-p", "imap", "--json").row().get("name"));
    Map<String, Object> alice = cli.run("user", "show", "alice", "--json").row();
    assertEquals(List.of("Staff Members"), alice.get("groups"));
    assertEquals(List.of("imap"), alice.get("permissions"));

    cli.ok("group", "remove-user", "Staff Members", "bob");
    assertFalse(logins.may("bob@example.org", "imap"));
    cli.ok("permission", "revoke", "imap", "-g", "Staff Members");
    assertFalse(logins.may("alice@example.org", "imap"));
  }

  @Test
  void whoHoldsAPermissionThroughAGroupKeepsItAndThatIsSaid() throws Exception {
    cli.ok("permission", "grant", "imap", "-g", "Staff Members", "-u", "alice");
    cli.ok("group", "add-user", "Staff Members", "alice");

    Cli.Result revoked = cli.ok("permission", "revoke", "imap", "-u", "alice");

    assertEquals(
        """
        revoked permission "imap" from user alice
        user "alice" still holds permission "imap" through group "Staff Members"
        """,
        revoked.err());
    assertTrue(logins.may("alice@example.org", "imap"));
    cli.run("permission", "revoke", "imap", "-u", "alice")
        .refuses("user \"alice\" holds permission \"imap\" only through group \"Staff Members\"");
  }

  @Test
  void aChangeOfHoldersIsDoneForAllOrForNone() throws Exception {
    cli.ok("permission", "create", "smtp");

    cli.run("permission", "grant", "imap", "smtp", "-u", "alice", "-u", "carol")
        .refuses("user \"carol\" not found");
    cli.run("permission", "grant", "imap", "pop", "-u", "alice")
        .refuses("permission \"pop\" not found");
    cli.run("permission", "grant", "imap", "-u", "alice", "-g", "none")
        .refuses("group \"none\" not found");
    cli.run("group", "add-user", "Staff Members", "alice", "carol")
        .refuses("user \"carol\" not found");
    assertFalse(logins.may("alice@example.org", "imap"));
    cli.ok("permission", "grant", "imap", "smtp", "-u", "alice", "-u", "bob");
    cli.run("permission", "revoke", "imap", "-u", "bob", "-g", "Staff Members")
        .refuses("group \"Staff Members\" does not hold permission \"imap\"");
    cli.run("group", "remove-user", "Staff Members", "alice")
        .refuses("user \"alice\" is not in group \"Staff Members\"");
    assertTrue(logins.may("bob@example.org", "imap"));
    assertTrue(logins.may("bob@example.org", "smtp"));
  }

  @Test
  void permissionsAndGroupsAreEditedAndRemoved() throws Exception {
    cli.ok("permission", "grant", "imap", "-u", "bob", "-g", "Staff Members");
    cli.ok("group", "add-user", "Staff Members", "alice");

    cli.ok("permission", "edit", "imap", "--name", "mail");
    assertTrue(logins.may("alice@example.org", "mail"));
    cli.ok("group", "edit", "Staff Members", "--name", "staff", "--description", "");
    assertEquals("", cli.run("group", "show", "staff", "--json").row().get("description"));
    assertEquals(
        "mail", cli.run("permission", "list", "-c", "CLIENTS", "--json").row().get("name"));

    cli.run("group", "remove", "st*")
        .refuses(
            "group \"staff\", with 1 user in it, who stays, 1 permission that they hold through it",
            "remove group \"staff\": not done, because there is no terminal to ask at; confirm with"
                + " --yes");
    cli.ok("group", "remove", "st*", "--yes");
    assertFalse(logins.may("alice@example.org", "mail"));
    cli.run("permission", "remove", "mail")
        .refuses(
            "permission \"mail\", with 1 user who holds it",
            "remove permission \"mail\": not done, because there is no terminal to ask at; confirm"
                + " with --yes");
    cli.typed(new Cli.Typist("y"), "permission", "remove", "mail").exits(0);
    assertFalse(logins.may("bob@example.org", "mail"));
    assertEquals("[]\n", cli.ok("permission", "list", "--json").out());
    assertEquals("[]\n", cli.ok("group", "list", "--json").out());
  }

  @Test
  void badPermissionsAndGroupsAreRefusedInOneSentence() {
    cli.run("permission", "create", "imap").refuses("permission \"imap\" exists already");
    cli.run("permission", "create", "a b")
        .refuses(
            "permission \"a b\" cannot be: a permission's name has 1 to 255 octets and no white"
                + " space");
    cli.run("group", "create", "Staff Members").refuses("group \"Staff Members\" exists already");
    cli.run("group", "create", " x")
        .refuses(
            "group \" x\" cannot be: a group's name has 1 to 255 octets, no control characters, and"
                + " no space at an end");
    cli.run("permission", "show", "pop").refuses("permission \"pop\" not found");
    cli.run("group", "show", "pop").refuses("group \"pop\" not found");
    cli.run("group", "add-user", "pop", "alice").refuses("group \"pop\" not found");
    cli.ok("permission", "create", "smtp");
    cli.run("permission", "edit", "smtp", "--name", "imap")
        .refuses("permission \"imap\" exists already");
    cli.run("permission", "edit", "smtp", "imap", "--name", "x").exits(2);
  }
}
