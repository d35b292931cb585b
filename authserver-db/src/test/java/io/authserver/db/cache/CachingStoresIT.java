package io.authserver.db.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.CachingResolutionStore;
import io.authserver.db.alias.Decision;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.author.AuthorAnswer;
import io.authserver.db.author.AuthorQuestion;
import io.authserver.db.author.AuthorStore;
import io.authserver.db.author.CachingAuthorStore;
import io.authserver.db.author.JdbcAuthorStore;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.CachingSigningStore;
import io.authserver.db.signing.JdbcSigningStore;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningStore;
import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.OriginMark.Author;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Cached answers against a real database: what changes is seen within a second, an outage is
 * survived.
 */
@Execution(ExecutionMode.CONCURRENT)
class CachingStoresIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final AtomicInteger queries = new AtomicInteger();
  private TestDatabase database;
  private DatabaseDoor door;
  private ChangeFeed feed;
  private SigningStore signing;
  private ResolutionStore resolution;
  private AuthorStore authors;

  @BeforeEach
  void create() throws Exception {
    database = TestDatabase.create();
    database.execute(
        "INSERT INTO authserver.domain (name) VALUES ('a.example'), ('b.example')",
        "INSERT INTO authserver.mail_user (identifier) VALUES ('alice')",
        "INSERT INTO authserver.mailing_list (name) VALUES ('team')",
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
        SELECT d.id, 'alice', u.id FROM authserver.domain d, authserver.mail_user u
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
        SELECT d.id, 'team', l.id FROM authserver.domain d, authserver.mailing_list l
        WHERE d.name = 'a.example'
        """,
        """
        UPDATE authserver.mail_user SET delivery_mailbox_id = (
          SELECT a.id FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
          WHERE d.name = 'a.example' AND a.local_part = 'alice')
        """);
    door = database.door();
    AuthDatabase forwarder = database.open(door.through(database.forwarderUrl()));
    AuthDatabase signer = database.open(door.through(database.signerUrl()));
    feed = ChangeFeed.start(forwarder);
    CacheMetrics metrics =
        (cache, event, count) -> {
          if (event == CacheMetrics.Event.MISS) {
            queries.addAndGet(count);
          }
        };
    signing = new CachingSigningStore(new JdbcSigningStore(signer), feed, metrics);
    resolution =
        new CachingResolutionStore(
            new JdbcResolutionStore(forwarder, new MemoryBudget(MemoryBudget.DEFAULT_BYTES)),
            feed,
            metrics);
    authors = new CachingAuthorStore(new JdbcAuthorStore(forwarder), feed, metrics);
    await(() -> feed.state() == Freshness.State.LISTENING);
  }

  @AfterEach
  void close() {
    feed.close();
    database.close();
  }

  @Test
  void answersAreKept() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertEquals(Decision.USER, decision("alice@a.example"));
      assertEquals(1, signing.find(List.of("a.example", "foreign.example")).size());
    }
    assertEquals(3, queries.get());
  }

  @Test
  void everyKindOfChangeIsSeenWithinASecond() throws Exception {
    assertEquals(Decision.UNKNOWN, decision("new@a.example"));
    change(
        "INSERT INTO authserver.email_alias (domain_id, local_part, blocked)"
            + " SELECT id, 'new', 'reject' FROM authserver.domain WHERE name = 'a.example'",
        () -> decision("new@a.example") == Decision.BLOCKED);
    change(
        "UPDATE authserver.email_alias SET blocked = 'defer' WHERE local_part = 'new'",
        () -> first("new@a.example").blockAction().name().equals("DEFER"));
    change(
        "DELETE FROM authserver.email_alias WHERE local_part = 'new'",
        () -> decision("new@a.example") == Decision.UNKNOWN);
    change(
        "UPDATE authserver.domain SET redirect_to = 'b.example' WHERE name = 'a.example'",
        () -> decision("new@a.example") == Decision.REDIRECT);

    assertEquals(Decision.FOREIGN, decision("x@c.example"));
    assertEquals(Map.of(), signing.find(List.of("c.example")));
    change(
        "INSERT INTO authserver.domain (name) VALUES ('c.example')",
        () -> decision("x@c.example") == Decision.UNKNOWN);
    change(
        "DELETE FROM authserver.domain WHERE name = 'c.example'",
        () -> decision("x@c.example") == Decision.FOREIGN);

    assertEquals(Decision.USER, decision("alice@b.example"));
    change(
        "UPDATE authserver.mail_user SET active = false",
        () -> decision("alice@b.example") == Decision.UNKNOWN);
    change(
        "UPDATE authserver.mail_user SET active = true",
        () -> decision("alice@b.example") == Decision.USER);
    // The delivery mailbox lies in another domain than the alias.
    change(
        "UPDATE authserver.domain SET active = false WHERE name = 'a.example'",
        () ->
            decision("alice@b.example") == Decision.UNKNOWN
                && decision("alice@a.example") == Decision.INACTIVE);
    change(
        "UPDATE authserver.domain SET active = true WHERE name = 'a.example'",
        () ->
            decision("alice@b.example") == Decision.USER
                && decision("alice@a.example") == Decision.USER);
    change(
        "UPDATE authserver.email_alias a SET blocked = 'reject' FROM authserver.domain d"
            + " WHERE d.id = a.domain_id AND d.name = 'a.example' AND a.local_part = 'alice'",
        () -> decision("alice@b.example") == Decision.UNKNOWN);

    assertEquals(0, members("team@a.example"));
    change(
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT id, 'x@foreign.example' FROM authserver.mailing_list",
        () -> members("team@a.example") == 1);
    change(
        "UPDATE authserver.mailing_list SET new_mailfrom = 'n@a.example'",
        () -> "n@a.example".equals(first("team@a.example").newMailfrom()));
    change(
        "UPDATE authserver.mailing_list SET owner_id = (SELECT id FROM authserver.mail_user)",
        () -> "alice@a.example".equals(first("team@a.example").ownerAddress()));
    change(
        "UPDATE authserver.mail_user SET active = false",
        () -> first("team@a.example").ownerAddress() == null);
    change(
        "UPDATE authserver.mailing_list SET active = false",
        () -> decision("team@a.example") == Decision.INACTIVE);
    change(
        "DELETE FROM authserver.mailing_list",
        () -> decision("team@a.example") == Decision.REDIRECT);
  }

  /**
   * What is nobody's may be a list's or its owner's in a second; another domain has his mailbox.
   */
  @Test
  void whatIsAnExtensionAndWhoOwnsAListIsSeenWithinASecond() throws Exception {
    database.execute(
        "DELETE FROM authserver.email_alias WHERE local_part = 'alice' AND domain_id <>"
            + " (SELECT id FROM authserver.domain WHERE name = 'a.example')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, list_id) SELECT d.id, 'team',"
            + " l.id FROM authserver.domain d, authserver.mailing_list l WHERE d.name ="
            + " 'b.example'");
    await(() -> decision("team+x@b.example") == Decision.LIST);
    assertEquals(Decision.UNKNOWN, decision("team-owner@b.example"));
    change(
        "UPDATE authserver.mailing_list SET owner_id = (SELECT id FROM authserver.mail_user)",
        () -> "alice@a.example".equals(first("team-owner@b.example").target()));
    change(
        "UPDATE authserver.mail_user SET active = false",
        () -> decision("team-owner@b.example") == Decision.UNKNOWN);
    change(
        "UPDATE authserver.domain SET redirect_to = 'a.example' WHERE name = 'b.example'",
        () -> decision("team-owner@b.example") == Decision.REDIRECT);
    assertEquals("team-owner@a.example", first("team-owner@b.example").target());
    // What is asked for next leads on, and names the list no more.
    change(
        "UPDATE authserver.mail_user SET active = true",
        () -> "alice@a.example".equals(first("team-owner@b.example").target()));
    change(
        "UPDATE authserver.domain SET active = false WHERE name = 'a.example'",
        () -> "team-owner@a.example".equals(first("team-owner@b.example").target()));
    change(
        "UPDATE authserver.domain SET active = true WHERE name = 'a.example'",
        () -> "alice@a.example".equals(first("team-owner@b.example").target()));
    change(
        "UPDATE authserver.mailing_list SET extensions = false",
        () -> decision("team+x@b.example") == Decision.REDIRECT);
    change(
        "UPDATE authserver.mailing_list SET extensions = true",
        () -> decision("team+x@b.example") == Decision.LIST);
    change(
        "UPDATE authserver.domain SET delimiter = 'dash' WHERE name = 'b.example'",
        () -> decision("team+x@b.example") == Decision.REDIRECT);
    change(
        "UPDATE authserver.mailing_list SET active = false",
        () -> decision("team-owner@b.example") == Decision.INACTIVE);
    change(
        "UPDATE authserver.mailing_list SET active = true",
        () -> "alice@a.example".equals(first("team-owner@b.example").target()));
  }

  @Test
  void aSwitchOfKeysIsSeenWithinASecond() throws Exception {
    assertEquals(0, activeKeys());
    change(
        "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
            + " public_key, state, activated_at) SELECT id, 's1', 'rsa', repeat('x', 40)::bytea,"
            + " repeat('x', 40)::bytea, 'active', now() FROM authserver.domain WHERE name ="
            + " 'a.example'",
        () -> activeKeys() == 1);
    change(
        "UPDATE authserver.dkim_key SET state = 'retired', retired_at = now()",
        () -> activeKeys() == 0);
    change(
        "UPDATE authserver.domain SET require_signature = true",
        () -> domain().policy().requireSignature());
    change(
        "UPDATE authserver.domain SET signature_expiry_seconds = NULL",
        () -> domain().policy().signatureExpiry() == null);
    change(
        "UPDATE authserver.domain SET active = false",
        () -> !domain().policy().sign() && !domain().policy().requireSignature());
    change("UPDATE authserver.domain SET active = true", () -> domain().policy().sign());
    change("TRUNCATE authserver.dkim_key", () -> domain().activeKeys().isEmpty());
  }

  @Test
  void aJudgedAuthorCostsNoStatementUntilSomethingChangesThatItRestsOn() throws Exception {
    assertEquals(Author.UNJUDGED, author("alice@a.example", "alice@b.example", null));
    change(
        "UPDATE authserver.domain SET author_must_match = 'address' WHERE name = 'a.example'",
        () -> author("alice@a.example", "alice@b.example", null) == Author.MATCH);
    int before = queries.get();
    for (int i = 0; i < 3; i++) {
      assertEquals(Author.MATCH, author("Alice@A.example", "ALICE@b.example", null));
    }
    assertEquals(before, queries.get());

    assertEquals(Author.MISMATCH, author("new@a.example", "alice@b.example", null));
    change(
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id) SELECT d.id, 'new',"
            + " u.id FROM authserver.domain d, authserver.mail_user u WHERE d.name = 'a.example'",
        () -> author("new@a.example", "alice@b.example", null) == Author.MATCH);
    change(
        "UPDATE authserver.mail_user SET active = false",
        () -> author("new@a.example", "alice@b.example", null) == Author.MISMATCH);
    change(
        "UPDATE authserver.mail_user SET active = true",
        () -> author("new@a.example", "alice@b.example", null) == Author.MATCH);

    assertEquals(Author.UNJUDGED, author("new@a.example", null, "phone"));
    change(
        "INSERT INTO authserver.service_user (user_id, username, password)"
            + " SELECT id, 'phone', '$5$s$x' FROM authserver.mail_user",
        () -> author("new@a.example", null, "phone") == Author.MATCH);
    change(
        "DELETE FROM authserver.service_user",
        () -> author("new@a.example", null, "phone") == Author.UNJUDGED);

    assertEquals(Author.MATCH, author("team@a.example", "team@a.example", null));
    change(
        "UPDATE authserver.mailing_list SET active = false",
        () -> author("team@a.example", "team@a.example", null) == Author.MISMATCH);
    assertEquals(Author.UNJUDGED, author("x@c.example", "alice@b.example", null));
    change(
        "INSERT INTO authserver.domain (name, author_must_match) VALUES ('c.example', 'domain')",
        () -> author("x@c.example", "alice@b.example", null) == Author.MISMATCH);
  }

  @Test
  void withTheDatabaseAwayAJudgedAuthorStaysJudged() throws Exception {
    assertEquals(Author.UNJUDGED, author("alice@a.example", "alice@b.example", null));
    database.execute(
        "UPDATE authserver.domain SET author_must_match = 'domain' WHERE name = 'a.example'");
    // Not before the notification has come that would drop the answer once more.
    await(() -> author("alice@a.example", "alice@b.example", null) == Author.MATCH);
    door.shut();
    await(() -> feed.state() == Freshness.State.AWAY);
    assertEquals(Author.MATCH, author("alice@a.example", "alice@b.example", null));
    assertThrows(
        AuthDatabaseException.class, () -> author("alice@a.example", "x@far.example", null));
  }

  private Author author(String author, @Nullable String sender, @Nullable String login)
      throws AuthDatabaseException {
    AuthorQuestion question =
        AuthorQuestion.of(
            Mailbox.parse(author),
            sender == null
                ? new ReversePath.Null()
                : new ReversePath.Address(Mailbox.parse(sender)),
            Optional.ofNullable(login));
    AuthorAnswer answer = authors.judge(List.of(question)).get(question);
    return answer.verdict();
  }

  @Test
  void withTheDatabaseAwayCachedAnswersGoOnAndOthersFail() throws Exception {
    assertEquals(Decision.USER, decision("alice@a.example"));
    door.shut();
    await(() -> feed.state() == Freshness.State.AWAY);

    assertEquals(Decision.USER, decision("alice@a.example"));
    assertTrue(
        assertThrows(AuthDatabaseException.class, () -> decision("other@a.example"))
            .isUnreachable());
    // Nobody hears of this one.
    database.execute("UPDATE authserver.mail_user SET active = false");
    assertEquals(Decision.USER, decision("alice@a.example"));

    door.open();
    await(() -> feed.state() == Freshness.State.LISTENING);
    await(() -> decision("alice@a.example") == Decision.UNKNOWN);
    assertEquals(Decision.UNKNOWN, decision("other@a.example"));
  }

  @Test
  void whatIsNotUnderstoodDropsEverything() throws Exception {
    for (String payload : List.of("all 0", "novelty 7", "domain", "domain x", "")) {
      decision("alice@a.example");
      int before = queries.get();
      database.execute("SELECT pg_notify('authserver', '" + payload + "')");
      await(
          () -> {
            decision("alice@a.example");
            return queries.get() > before;
          });
    }
  }

  private int members(String address) throws AuthDatabaseException {
    return resolution.expand(first(address).listId()).members().size();
  }

  private ResolutionStep first(String address) throws AuthDatabaseException {
    return resolution.route(List.of(address)).get(address).getFirst();
  }

  private Decision decision(String address) throws AuthDatabaseException {
    return first(address).decision();
  }

  private SigningDomain domain() throws AuthDatabaseException {
    return signing.find(List.of("a.example")).get("a.example");
  }

  private int activeKeys() throws AuthDatabaseException {
    return domain().activeKeys().size();
  }

  private void change(String sql, Callable<Boolean> seen) throws Exception {
    seen.call();
    database.execute(sql);
    long changed = System.nanoTime();
    await(seen);
    Duration took = Duration.ofNanos(System.nanoTime() - changed);
    assertTrue(took.toMillis() < 3000, sql + " was seen after " + took);
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (AuthDatabaseException e) {
        // The pool notices a moment after the feed that the database is back.
        assertTrue(e.isUnreachable(), e::toString);
      }
      assertTrue(System.nanoTime() < deadline, "not within " + SOON);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
