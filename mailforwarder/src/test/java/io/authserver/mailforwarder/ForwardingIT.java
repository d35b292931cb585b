package io.authserver.mailforwarder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.CachingResolutionStore;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.author.CachingAuthorStore;
import io.authserver.db.author.JdbcAuthorStore;
import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.Freshness;
import io.authserver.db.mark.CachingMarkKeyStore;
import io.authserver.db.mark.JdbcMarkKeyStore;
import io.authserver.db.outcome.JdbcOutcomeStore;
import io.authserver.db.outcome.JdbcReportClaims;
import io.authserver.db.outcome.PendingEnvelopes;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import io.authserver.mailforwarder.fanout.FanOutLimits;
import io.authserver.mailforwarder.fanout.ForwarderMetrics;
import io.authserver.mailforwarder.fanout.Forwarding;
import io.authserver.mailforwarder.fanout.NextHops;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From a client's socket through the database to the sockets of next hops. */
final class ForwardingIT {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("s3cret")));

  /** Everything that a body can hold: 8-bit bytes, NUL, dots, long lines, odd header fields. */
  private static final byte[] MESSAGE =
      ("Received: from x (y [192.0.2.1]) by edge with ESMTP id 1; now\r\n"
              + "From: =?x?= <boss@ours.example>\r\nsubject:folded\r\n\tfield \r\n\r\n"
              + "..dots\r\n.\u00e9\u0000\u00ff "
              + "long ".repeat(4000)
              + "\r\n\r\n\r\n")
          .getBytes(StandardCharsets.ISO_8859_1);

  private static TestDatabase database;
  private static DatabaseDoor door;

  private final Map<String, String> refusals = new ConcurrentHashMap<>();
  private ScriptedNextHop local;
  private ScriptedNextHop remote;
  private RelayPool localPool;
  private RelayPool remotePool;
  private AuthDatabase pool;
  private ChangeFeed feed;
  private SmtpFront front;
  private InetSocketAddress address;

  @BeforeAll
  static void fill() {
    database = TestDatabase.create();
    door = database.door();
    database.execute(
        """
        INSERT INTO authserver.domain (name, redirect_to) VALUES
          ('ours.example', NULL), ('moved.example', 'far.example')
        """,
        """
        INSERT INTO authserver.mail_user (id, identifier) VALUES
          ('00000000-0000-0000-0000-000000000001', 'alice'),
          ('00000000-0000-0000-0000-000000000002', 'boss')
        """,
        """
        INSERT INTO authserver.mailing_list (name, new_mailfrom, owner_id) VALUES
          ('team', NULL, NULL), ('news', 'news-bounces@ours.example', NULL),
          ('owned', NULL, '00000000-0000-0000-0000-000000000002'), ('empty', NULL, NULL)
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('alice', 'alice', NULL, NULL), ('boss', 'boss', NULL, NULL),
          ('team', NULL, 'team', NULL), ('news', NULL, 'news', NULL),
          ('owned', NULL, 'owned', NULL), ('empty', NULL, 'empty', NULL),
          ('no', 'alice', NULL, 'reject'), ('hole', NULL, NULL, 'drop'),
          ('later', 'alice', NULL, 'defer')
        ) a (local_part, identifier, list, blocked)
        JOIN authserver.domain d ON d.name = 'ours.example'
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        UPDATE authserver.mail_user SET delivery_mailbox_id =
          (SELECT id FROM authserver.email_alias WHERE local_part = identifier)
        """,
        """
        INSERT INTO authserver.mailing_list_address (list_id, address)
        SELECT l.id, m.address FROM (VALUES
          (1, 'team', 'carol@far.example'), (2, 'team', 'dan@far.example'),
          (3, 'team', 'alice@ours.example'), (4, 'news', 'carol@far.example'),
          (5, 'owned', 'carol@far.example'), (6, 'owned', 'dan@far.example')
        ) m (place, list, address) JOIN authserver.mailing_list l ON l.name = m.list ORDER BY m.place
        """);
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  @BeforeEach
  void start() throws IOException {
    door.open();
    local = nextHop();
    remote = nextHop();
    localPool = pool(local);
    remotePool = pool(remote);
    pool = database.open(door.through(database.forwarderUrl()));
    feed = ChangeFeed.start(pool);
    Forwarding forwarding =
        new Forwarding(
            new CachingResolutionStore(
                new JdbcResolutionStore(pool, new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES)),
                feed,
                CacheMetrics.NONE),
            new JdbcSrsTokenStore(pool, InstantSource.fixed(NOW)),
            new PendingEnvelopes(new JdbcOutcomeStore(pool, Duration.ofDays(7)), feed),
            new JdbcReportClaims(pool),
            new CachingMarkKeyStore(new JdbcMarkKeyStore(pool), feed, CacheMetrics.NONE),
            new CachingAuthorStore(new JdbcAuthorStore(pool), feed, CacheMetrics.NONE),
            new Decider(SRS, null),
            new NextHops(localPool, remotePool, Optional.empty()),
            FanOutLimits.DEFAULTS,
            new NotificationComposer("mx.ours.example", UUID::randomUUID),
            new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES),
            Envelopes.ENTRANCE,
            InstantSource.fixed(NOW),
            System::nanoTime,
            ForwarderMetrics.NONE);
    front =
        SmtpFront.builder()
            .hostName("mx.ours.example")
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .extensions(() -> OfferedExtensions.of(List.of(localPool, remotePool)))
            .transactions(forwarding)
            .build();
    localPool.awaitExtensions(SOON);
    remotePool.awaitExtensions(SOON);
    front.start();
    address = front.localAddresses().getFirst();
  }

  private ScriptedNextHop nextHop() {
    return ScriptedNextHop.builder()
        .likeOpenSmtpd()
        .on(
            Step.RCPT,
            event ->
                refusals.entrySet().stream()
                    .filter(refusal -> event.line().contains(refusal.getKey()))
                    .findFirst()
                    .map(refusal -> Action.reply(refusal.getValue()))
                    .orElse(Action.proceed()))
        .start();
  }

  private static RelayPool pool(ScriptedNextHop hop) {
    return RelayPool.start(NextHopConfiguration.of(hop.host(), hop.port(), "mx.ours.example"));
  }

  @AfterEach
  void stop() {
    front.close();
    feed.close();
    pool.close();
    localPool.close();
    remotePool.close();
    local.close();
    remote.close();
  }

  /** Sends the message and returns the replies to RCPT, then the one to the final dot. */
  private List<String> send(String reversePath, String... recipients) throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(address)) {
      client.command("MAIL FROM:<" + reversePath + ">", "250");
      List<String> replies = new ArrayList<>();
      boolean taken = false;
      for (String recipient : recipients) {
        String reply = client.command("RCPT TO:<" + recipient + ">");
        taken |= reply.startsWith("250");
        replies.add(reply.substring(0, 9));
      }
      if (taken) {
        replies.add(client.data(MESSAGE).substring(0, 9));
      }
      client.command("QUIT", "221");
      return replies;
    }
  }

  /** Checks that a copy is the message after added fields, and returns those. */
  private static String addedFields(Message copy) {
    byte[] data = copy.data();
    int added = data.length - MESSAGE.length;
    assertTrue(added > 0, "fields are added");
    assertArrayEquals(MESSAGE, Arrays.copyOfRange(data, added, data.length));
    return new String(data, 0, added, StandardCharsets.ISO_8859_1);
  }

  @Test
  void aUsersAliasGoesOnUnchangedWithItsExtension() throws IOException {
    assertEquals(
        List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "Alice+box@ours.example"));
    Message copy = local.awaitMessage(SOON);
    assertEquals("<x@out.example>", copy.reversePath());
    assertEquals(List.of("<Alice+box@ours.example>"), copy.forwardPaths());
    assertTrue(addedFields(copy).startsWith("Received: "));
    assertTrue(remote.messages().isEmpty());
  }

  @Test
  void aListGoesToAllThreeMembers() throws IOException {
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "team@ours.example"));
    List<Message> copies = remote.awaitMessages(2, SOON);
    String srs = "<" + SRS.forward("x", "out.example", NOW) + "@ours.example>";
    for (Message copy : copies) {
      boolean ours = copy.reversePath().equals("<x@out.example>");
      assertEquals(ours ? "<x@out.example>" : srs, copy.reversePath());
      assertEquals(
          ours
              ? List.of("<alice@ours.example>")
              : List.of("<carol@far.example>", "<dan@far.example>"),
          copy.forwardPaths());
      assertTrue(
          addedFields(copy)
              .startsWith(
                  "Delivered-To: team@ours.example\r\n"
                      + (ours
                          ? "Received: "
                          : "Authserver-Forwarded: v=2; submitted=no; author=unjudged;\r\n\tid=")));
    }
    assertTrue(local.messages().isEmpty());
  }

  @Test
  void aRedirectAListsOwnReversePathAndTheNullSender() throws IOException {
    assertEquals(
        List.of("250 2.1.5", "250 2.1.5", "250 2.0.0"),
        send("x@out.example", "eve+a@moved.example", "news@ours.example"));
    assertEquals(
        List.of(
            "<" + SRS.forward("x", "out.example", NOW) + "@moved.example> <eve+a@far.example>",
            "<news-bounces@ours.example> <carol@far.example>"),
        envelopes(remote.awaitMessages(2, SOON)));
    send("", "news@ours.example");
    assertEquals(
        "<> <news-bounces@ours.example>", envelopes(remote.awaitMessages(3, SOON)).getLast());
  }

  private static List<String> envelopes(List<Message> messages) {
    return messages.stream()
        .map(message -> message.reversePath() + " " + String.join(" ", message.forwardPaths()))
        .sorted(Comparator.comparing(text -> text.contains("bounces") || text.startsWith("<>")))
        .toList();
  }

  @Test
  void refusalsDropsAndUnknownAddresses() throws IOException {
    refusals.put("nobody@ours.example", "550 5.1.1 unknown");
    assertEquals(
        List.of(
            "550 5.7.1",
            "450 4.7.1",
            "250 2.1.5",
            "550 5.1.1",
            "550 5.1.1",
            "550 5.1.1",
            "250 2.0.0"),
        send(
            "x@out.example",
            "no@ours.example",
            "later@ours.example",
            "hole@ours.example",
            "empty@ours.example",
            "nobody@ours.example",
            "SRS0=aaaa=AA=x.example=y@ours.example"));
    assertTrue(local.messages().isEmpty() && remote.messages().isEmpty());
  }

  /**
   * Symptom: what was written to a list's administrator, and the bounces of its members, went to
   * all members. Cause: LIST-request and its like were taken for extensions of the list's address
   * (RFC 2142 §6).
   */
  @Test
  void whatIsForAListsOwnerReachesHimAndNoMember() throws IOException {
    List<String> sent = new ArrayList<>();
    for (String name :
        List.of("request", "Owner", "admin", "unsubscribe", "bounces", "bounces+bob=out.example")) {
      for (String sender : List.of("", "x@out.example")) {
        String recipient = "owned-" + name + "@ours.example";
        assertEquals(List.of("250 2.1.5", "250 2.0.0"), send(sender, recipient), recipient);
        sent.add("<" + sender + "> <boss@ours.example>");
        Message copy = remote.awaitMessages(sent.size(), SOON).getLast();
        String fields = addedFields(copy);
        assertTrue(
            fields.startsWith("Delivered-To: " + recipient.toLowerCase(java.util.Locale.ROOT)),
            fields);
      }
    }
    assertEquals(
        sent,
        remote.messages().stream()
            .map(copy -> copy.reversePath() + " " + String.join(" ", copy.forwardPaths()))
            .toList());
    // Without an owner it is nobody's: the next hop says so.
    refusals.put("team-", "550 5.1.1 unknown");
    for (String name : List.of("request", "bounces+bob=out.example")) {
      assertEquals(List.of("550 5.1.1"), send("", "team-" + name + "@ours.example"));
    }
    assertTrue(local.messages().isEmpty());
    assertEquals(sent.size(), remote.messages().size());
  }

  @Test
  void aBounceFindsItsWayBack() throws IOException {
    String srs = SRS.forward("x", "out.example", NOW) + "@ours.example";
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("", srs));
    assertEquals(List.of("<> <x@out.example>"), envelopes(remote.awaitMessages(1, SOON)));
    assertEquals(List.of("550 5.1.1"), send("", srs.replaceFirst("SRS0=....", "SRS0=aaaa")));
  }

  @Test
  void duplicatesAreRemovedOverAllRecipients() throws IOException {
    send("x@out.example", "alice@ours.example", "team@ours.example", "carol@far.example");
    assertEquals(
        List.of("<x@out.example> <alice@ours.example>"), envelopes(local.awaitMessages(1, SOON)));
    assertEquals(1, remote.awaitMessages(1, SOON).size());
    assertEquals(
        List.of("<carol@far.example>", "<dan@far.example>"),
        remote.messages().getFirst().forwardPaths());
  }

  @Test
  void aPartialRefusalIsReportedToTheOwnerBefore250() throws IOException {
    refusals.put("dan@far.example", "550 5.1.1 gone");
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "owned@ours.example"));
    Message notification = local.messages().getFirst();
    assertEquals("<>", notification.reversePath());
    assertEquals(List.of("<boss@ours.example>"), notification.forwardPaths());
    assertTrue(notification.text().contains("Final-Recipient: rfc822; dan@far.example\r\n"));
    assertFalse(notification.text().contains("Authserver-Forwarded"));
    assertEquals(List.of("<carol@far.example>"), remote.messages().getFirst().forwardPaths());
  }

  @Test
  void allRefusedAndAllDeferred() throws IOException {
    refusals.put("@far.example", "554 5.7.1 no");
    assertEquals(List.of("554 5.7.1"), send("x@out.example", "owned@ours.example"));
    refusals.put("@far.example", "450 4.2.0 later");
    assertEquals(List.of("451 4.2.0"), send("x@out.example", "owned@ours.example"));
    assertTrue(local.messages().isEmpty() && remote.messages().isEmpty());
  }

  @Test
  void aNextHopThatIsDownIs451AndComesBack() throws IOException {
    remote.stop();
    assertEquals(List.of("451 4.4.1"), send("x@out.example", "news@ours.example"));
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "boss@ours.example"));
    remote.restart();
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "news@ours.example"));
  }

  @Test
  void theDatabaseAwayIs451ExceptForWhatIsCachedAndComesBack() throws Exception {
    // Before it listens for changes, nothing is cached.
    long end = System.nanoTime() + SOON.toNanos();
    while (feed.state() != Freshness.State.LISTENING) {
      assertTrue(System.nanoTime() < end, "the feed listens");
      Thread.onSpinWait();
    }
    awaitReply("250 2.1.5", "alice@ours.example");
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "alice@ours.example"));
    door.shut();
    assertEquals(
        List.of("250 2.1.5", "451 4.3.0", "250 2.0.0"),
        send("x@out.example", "alice@ours.example", "boss@ours.example"));
    door.open();
    awaitReply("250 2.1.5", "boss@ours.example");
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), send("x@out.example", "team@ours.example"));
  }

  private void awaitReply(String reply, String recipient) throws Exception {
    long end = System.nanoTime() + SOON.toNanos();
    while (true) {
      try (RawSmtpClient client = RawSmtpClient.greeted(address)) {
        client.command("MAIL FROM:<x@out.example>", "250");
        String said = client.command("RCPT TO:<" + recipient + ">");
        if (said.startsWith(reply)) {
          return;
        }
        assertTrue(System.nanoTime() < end, "still " + said);
        Thread.onSpinWait();
      }
    }
  }
}
