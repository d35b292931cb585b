package io.authserver.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class UserCommandIT extends AdminFixture {
  @BeforeEach
  void createDomain() {
    cli.ok("domain", "create", "example.org");
  }

  private String storedHash(String identifier) throws Exception {
    try (Connection connection =
            DatabaseUrl.parse(database.superuserUrl())
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(10));
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT password FROM authserver.mail_user WHERE identifier = ?")) {
      statement.setString(1, identifier);
      try (ResultSet row = statement.executeQuery()) {
        assertTrue(row.next());
        return row.getString(1);
      }
    }
  }

  private static void assertHashOf(String password, String hash) throws Exception {
    assertEquals(hash, Sha2Crypt.sha256Crypt(password.getBytes(UTF_8), hash));
  }

  @Nested
  @Needs(Oracle.PERL)
  class ByCrypt {
    /** crypt(3) of the system, as Dovecot calls it, comes to the same hash. */
    @Test
    void aPasswordHasItsHash() throws Exception {
      String password = "für-crypt";
      cli.hiding(password).piped(password, "user", "create", "d", "D", "--password-stdin").exits(0);
      String hash = storedHash("d");
      ProcessBuilder perl =
          new ProcessBuilder("/usr/bin/perl", "-e", "print crypt(<STDIN>, $ARGV[0])", hash);
      Process process = perl.redirectErrorStream(true).start();
      // Not by the environment: in the locale C that has no umlauts.
      process.getOutputStream().write(password.getBytes(UTF_8));
      process.getOutputStream().close();
      String theirs = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor(10, TimeUnit.SECONDS));
      assertEquals(hash, theirs);
    }
  }

  private Map<String, Object> show(String selector) {
    return cli.run("user", "show", selector, "-f", "json").row();
  }

  @Test
  void aUserIsCreatedWithAliasesAndFoundByEachName() {
    cli.ok(
        "user",
        "create",
        "Alice",
        "Alice Müller",
        "--no-password",
        "--alias",
        "Alice@Example.ORG",
        "--alias",
        "a.mueller@example.org");

    Map<String, Object> row = show("ALICE");

    assertEquals("alice", row.get("identifier"));
    assertEquals("Alice Müller", row.get("fullname"));
    assertEquals("alice@example.org", row.get("delivery_mailbox"));
    assertEquals(List.of("alice@example.org", "a.mueller@example.org"), row.get("aliases"));
    assertEquals(true, row.get("is_active"));
    assertEquals(false, row.get("has_password"));
    assertEquals(row, show(String.valueOf(row.get("uuid"))));
    assertEquals(row, show("A.Mueller@example.org"));
    assertEquals(row, cli.run("user", "list", "-c", "müller", "-f", "json").row());
    assertTrue(cli.ok("user", "list").out().contains("alice@example.org"));
  }

  @Test
  void passwordsComeFromFileStandardInputOrTerminal() throws Exception {
    Path file = directory.resolve("password");
    Files.writeString(file, "from-a-fïle\n");
    cli.hiding("from-").hiding("typed-in");

    cli.ok("user", "create", "a", "A", "--password-file", file.toString());
    cli.piped("from-stdin\n", "user", "create", "b", "B", "--password-stdin").exits(0);
    Cli.Typist typist = new Cli.Typist("typed-in", "typed-in");
    cli.typed(typist, "user", "create", "c", "C").exits(0);

    assertHashOf("from-a-fïle", storedHash("a"));
    assertHashOf("from-stdin", storedHash("b"));
    assertHashOf("typed-in", storedHash("c"));
    assertEquals(List.of("Password: ", "Again: "), typist.prompts());
    assertEquals(true, show("a").get("has_password"));
    cli.ok("user", "list", "-f", "json");
  }

  @Test
  void aPasswordIsReplacedAndRemoved() throws Exception {
    cli.hiding("first-one").hiding("second-one");
    cli.piped("first-one", "user", "create", "a", "A", "--password-stdin").exits(0);
    String first = storedHash("a");

    cli.piped("second-one", "user", "set-password", "a", "--password-stdin").exits(0);
    assertNotEquals(first, storedHash("a"));
    assertHashOf("second-one", storedHash("a"));
    cli.ok("user", "set-password", "a", "--no-password");
    assertNull(storedHash("a"));
    cli.run("user", "set-password", "b", "--no-password").refuses("user \"b\" not found");
  }

  @Test
  void withoutAPasswordNothingIsCreated() {
    assertTrue(cli.run("user", "create", "a", "A").exits(2).err().contains("no terminal"));
    cli.typed(new Cli.Typist("x", "y"), "user", "create", "a", "A")
        .refuses("the two passwords differ");
    cli.run("user", "create", "a", "A", "--password-stdin")
        .refuses("the password in standard input is empty");
    cli.run("user", "create", "a", "A", "--password-file", "/does/not/exist")
        .refuses("the password file /does/not/exist cannot be read");
    assertEquals("[]\n", cli.ok("user", "list", "-f", "json").out());
  }

  @Test
  void whatCannotBeIsRefusedAndLeavesNothing() {
    cli.ok("user", "create", "alice", "A", "--no-password", "--alias", "alice@example.org");

    cli.run("user", "create", "ALICE", "A", "--no-password")
        .refuses("user \"alice\" exists already");
    cli.run("user", "create", "bob", "B", "--no-password", "--alias", "bob@example.net")
        .refuses("domain example.net does not exist");
    cli.run("user", "create", "bob", "B", "--no-password", "--alias", "alice@example.org")
        .refuses("alias alice@example.org exists already");
    cli.run("user", "create", "bob", "B", "--no-password", "--alias", "b".repeat(65) + "@x.org")
        .exits(1);
    cli.run("user", "create", "b ob", "B", "--no-password")
        .refuses("user \"b ob\" cannot be: an identifier has 1 to 255 octets and no white space");
    cli.run("user", "create", "bob", "B\nb", "--no-password")
        .refuses(
            "user \"bob\" cannot have a full name of over 1000 octets or with control characters");
    cli.run("user", "show", "bob").refuses("user \"bob\" not found");
    assertEquals("alice", cli.run("user", "list", "-f", "json").row().get("identifier"));
  }

  @Test
  void theDeliveryMailboxIsOneOfTheUsersOwnAliases() {
    cli.ok("user", "create", "alice", "A", "--no-password", "--alias", "alice@example.org");
    cli.ok("user", "create", "bob", "B", "--no-password", "--alias", "bob@example.org");
    cli.ok("emailalias", "create", "b@example.org", "--user", "bob");
    cli.ok("mailinglist", "create", "l");
    cli.ok("emailalias", "create", "list@example.org", "-m", "l");

    cli.ok("user", "set-delivery-mailbox", "bob", "B@example.org");
    assertEquals("b@example.org", show("bob").get("delivery_mailbox"));
    cli.run("user", "set-delivery-mailbox", "bob", "alice@example.org")
        .refuses(
            "alias alice@example.org belongs to another user, so it cannot be this user's delivery"
                + " mailbox");
    cli.run("user", "set-delivery-mailbox", "bob", "list@example.org")
        .refuses(
            "alias list@example.org is no user's, so it cannot be this user's delivery mailbox");
    cli.run("user", "set-delivery-mailbox", "bob", "none@example.org")
        .refuses("alias none@example.org does not exist");
    cli.ok("emailalias", "create", "/alice@example.org", "--user", "bob");
    cli.run("user", "set-delivery-mailbox", "bob", "/alice@example.org")
        .refuses("alias /alice@example.org has a slash in it, so it cannot be a delivery mailbox");
    cli.run("emailalias", "remove", "-y", "b@example.org")
        .refuses(
            "alias b@example.org is a user's delivery mailbox; give that user another one first");
    cli.ok("emailalias", "remove", "-y", "bob@example.org");
  }

  @Test
  void usersAreDeactivatedAndActivatedTogetherOrNotAtAll() {
    cli.ok("user", "create", "alice", "A", "--no-password");
    cli.ok("user", "create", "bob", "B", "--no-password");

    cli.run("user", "deactivate", "alice", "carol").refuses("user \"carol\" not found");
    assertEquals(true, show("alice").get("is_active"));
    cli.ok("user", "deactivate", "alice", "bob");
    assertEquals(false, show("bob").get("is_active"));
    cli.ok("user", "activate", "bob");
    assertEquals(true, show("bob").get("is_active"));
    assertEquals(false, show("alice").get("is_active"));
  }

  @Test
  void aRemovedUserTakesTheAliasesAlong() {
    cli.ok("user", "create", "alice", "A", "--no-password", "--alias", "alice@example.org");
    cli.ok("mailinglist", "create", "l", "--owner", "alice");

    cli.run("user", "remove", "alice")
        .refuses(
            "user \"alice\", with 1 alias, 1 mailing list that stays without an owner",
            "remove user \"alice\": not done, because there is no terminal to ask at; confirm with"
                + " --yes");
    cli.ok("user", "remove", "alice@example.org", "--yes");

    assertEquals("[]\n", cli.ok("emailalias", "list", "-f", "json").out());
    assertNull(cli.run("mailinglist", "show", "l", "-f", "json").row().get("owner"));
  }
}
