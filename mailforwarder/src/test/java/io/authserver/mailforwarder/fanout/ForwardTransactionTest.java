package io.authserver.mailforwarder.fanout;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static io.authserver.mailforwarder.Envelopes.sender;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.alias.BlockAction;
import io.authserver.db.alias.NullSender;
import io.authserver.db.outcome.OutcomeKind;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.Envelopes;
import io.authserver.mailforwarder.FakeAuthors;
import io.authserver.mailforwarder.FakeSite;
import io.authserver.mailforwarder.fanout.FakeNextHop.Taken;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MarkKey;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.message.OriginMark.Author;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import io.authserver.smtp.server.RefusedMessage;
import io.authserver.smtp.testing.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ForwardTransactionTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("s")));
  private static final MarkKey MARK_KEY =
      MarkKey.of("the key by which marks are made.".getBytes(US_ASCII));
  private static final String TRACE = "Received: from c by us with ESMTP id m1; now\r\n";
  private static final String BODY = "\r\nHello\r\n.dot\r\n";
  private static final String FROM_OUTSIDE =
      header(
          "Received: from [192.0.2.1] (evil [192.0.2.1]) by mx.ours.example with ESMTP id 1; now",
          "From: boss@ours.example");
  private static final String SUBMITTED =
      header(
          "Received: from pc ([192.0.2.1]) by mx.ours.example (OpenSMTPD) with ESMTPSA id 1; now",
          "From: Alice <alice@ours.example>");

  private final FakeSite site =
      new FakeSite()
          .transactional("ours.example")
          .user("alice@ours.example")
          .user("boss@ours.example")
          .user("postmaster@ours.example")
          .list("team@ours.example", "carol@far.example", "dan@far.example", "eve@far.example")
          .list("one@ours.example", "carol@far.example")
          .list("local@ours.example", "alice@ours.example", "carol@far.example")
          .ownedList(
              "owned@ours.example", null, "boss@ours.example", "carol@far.example", "x@y.example")
          .list("none@ours.example")
          .blocked("no@ours.example", BlockAction.REJECT)
          .blocked("drop@ours.example", BlockAction.DROP)
          .redirect("moved.example", "far.example");
  private final FakeAuthors authors = new FakeAuthors();
  private final FakeNextHop local = new FakeNextHop("local");
  private final FakeNextHop remote = new FakeNextHop("remote");
  private final FakeNextHop transactional = new FakeNextHop("transactional");
  private Duration later = Duration.ZERO;
  private final FakeOutcomeStore outcomes = new FakeOutcomeStore(() -> NOW.plus(later));
  private final AtomicLong doubles = new AtomicLong();
  private final List<Author> judged = new ArrayList<>();
  private final List<String> droppedBy = new ArrayList<>();
  private final List<String> notified = new ArrayList<>();
  private final Set<String> claims = new HashSet<>();
  private boolean noClaims;
  private final List<MailTransaction> open = new ArrayList<>();
  private MemoryBudget working = new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES);
  private FanOutLimits limits = FanOutLimits.DEFAULTS;
  private Entrance entrance = Envelopes.ENTRANCE;
  private boolean noMarkKey;
  private final FakeSrsTokens tokens = new FakeSrsTokens();
  private Optional<FakeNextHop> transactionalRelay = Optional.empty();

  @AfterEach
  void everyNextHopTransactionIsClosed() {
    open.forEach(MailTransaction::close);
    assertEquals(0, local.open() + remote.open() + transactional.open());
    assertEquals(0, working.used());
  }

  private static String header(String... fields) {
    return String.join("\r\n", fields) + "\r\n";
  }

  private boolean claim(String address) throws AuthDatabaseException {
    if (noClaims) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    return claims.add(address);
  }

  private MailTransaction begin(String reversePath) throws IOException {
    return begin(sender(reversePath));
  }

  private MailTransaction begin(Sender sender) throws IOException {
    Forwarding forwarding =
        new Forwarding(
            site,
            tokens,
            outcomes,
            this::claim,
            this::markKeys,
            authors,
            new Decider(SRS, null),
            new NextHops(local, remote, transactionalRelay.map(hop -> hop)),
            limits,
            new NotificationComposer("mx.ours.example", () -> new UUID(1, 2)),
            working,
            entrance,
            InstantSource.fixed(NOW),
            System::nanoTime,
            new ForwarderMetrics() {
              @Override
              public void possibleDoubles(long copies) {
                doubles.addAndGet(copies);
              }

              @Override
              public void dropped(String reason) {
                droppedBy.add(reason);
              }

              @Override
              public void notified(String outcome) {
                notified.add(outcome);
              }

              @Override
              public void authorJudged(Author author) {
                judged.add(author);
              }
            });
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    MailTransaction transaction =
        forwarding.begin(new ClientSession("s1", address, address, "client", true, null, null));
    open.add(transaction);
    assertTrue(transaction.onMail(sender).isPositive());
    return transaction;
  }

  private static List<String> rcpt(MailTransaction transaction, String... addresses)
      throws IOException {
    return transaction
        .onRecipients(Arrays.stream(addresses).map(address -> recipient(address)).toList())
        .stream()
        .map(ForwardTransactionTest::code)
        .toList();
  }

  private static String code(Reply reply) {
    return reply.code() + " " + reply.enhancedStatusCode();
  }

  private static ReceivedMessage message(String header) {
    byte[] bytes = (header + BODY).getBytes(StandardCharsets.ISO_8859_1);
    return new ReceivedMessage(
        "m1", MessageBytes.of(bytes), TRACE.getBytes(StandardCharsets.US_ASCII));
  }

  private static String data(MailTransaction transaction, String header) throws IOException {
    List<String> codes =
        transaction.onMessage(message(header)).stream()
            .map(ForwardTransactionTest::code)
            .distinct()
            .toList();
    assertEquals(1, codes.size(), "SMTP has one reply for all recipients");
    return codes.getFirst();
  }

  private List<MarkKey> markKeys() throws AuthDatabaseException {
    if (noMarkKey) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    return List.of(MARK_KEY, MarkKey.of("another key, which makes no mark".getBytes(US_ASCII)));
  }

  /** Returns what stands on top of a copy that leaves the site. */
  private static String marked(boolean submitted, String header) {
    OriginMark mark = new OriginMark(submitted, OriginMark.Author.UNJUDGED);
    HeaderSection fields = HeaderSection.of(header.getBytes(StandardCharsets.ISO_8859_1));
    return new String(mark.toField("m1", MARK_KEY, fields), US_ASCII) + TRACE;
  }

  private static String forwarded(String deliveredTo, boolean submitted, String header) {
    return "Delivered-To: " + deliveredTo + "\r\n" + marked(submitted, header);
  }

  /** Whoever tries hashes has as many tries as with commands that do not exist. */
  @Test
  void badHashesCountAsErrorsOfTheSession() throws IOException {
    MailTransaction transaction = begin("");
    String old = SRS.forward("bob", "x.example", NOW.minus(Duration.ofDays(30)));
    assertEquals(
        List.of("550 5.1.1", "550 5.1.1", "550 5.1.1"),
        rcpt(
            transaction,
            "SRS0=aaaa=BE=x.example=bob@ours.example",
            old + "@ours.example",
            "srs1=aaaa=x.example==bob@ours.example"));
    assertEquals(2, transaction.errorsOfClient());
    assertEquals(List.of("550 5.1.1"), rcpt(transaction, old + "@ours.example"));
    assertEquals(0, transaction.errorsOfClient());
  }

  @Test
  void aUsersAliasGoesOnAsItCameWithItsExtension() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "Alice+a-b@ours.example"));
    assertEquals(0, local.bodies(), "no body before the client's final dot");
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    Taken taken = local.taken().getFirst();
    assertEquals("<x@out.example>", taken.reversePath());
    assertEquals(List.of("<Alice+a-b@ours.example>"), taken.forwardPaths());
    assertEquals(TRACE + FROM_OUTSIDE + BODY, taken.bytes());
    assertTrue(remote.taken().isEmpty());
  }

  @Test
  void postmasterWithoutADomainGoesOn() throws IOException {
    MailTransaction transaction = begin("");
    List<Reply> replies =
        transaction.onRecipients(
            List.of(new Recipient(new ForwardPath.Postmaster(), RecipientParameters.NONE)));
    assertTrue(replies.getFirst().isPositive());
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(List.of("<postmaster>"), local.taken().getFirst().forwardPaths());
  }

  @Test
  void aListGoesToAllItsMembersInOneTransaction() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "team@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(1, remote.taken().size());
    Taken taken = remote.taken().getFirst();
    assertEquals(
        List.of("<carol@far.example>", "<dan@far.example>", "<eve@far.example>"),
        taken.forwardPaths());
    assertEquals(
        "<" + SRS.forward("x", "out.example", NOW) + "@ours.example>", taken.reversePath());
    assertEquals(
        forwarded("team@ours.example", false, FROM_OUTSIDE) + FROM_OUTSIDE + BODY, taken.bytes());
  }

  @Test
  void oneQuestionForABatchOfRecipients() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example", "team@ours.example", "z@far.example");
    assertEquals(1, site.calls().size());
    assertEquals("postmaster@out.example", site.calls().getFirst().getFirst());
    rcpt(transaction, "alice@ours.example");
    assertEquals(1, site.calls().size());
  }

  /** The address that tells whether a sender's domain is ours may be a recipient, and a list. */
  @Test
  void aListThatIsThePostmasterOfTheSenderIsExpanded() throws IOException {
    site.list("postmaster@ours.example", "carol@far.example");
    for (String first : List.of("alice@ours.example", "postmaster@ours.example")) {
      MailTransaction transaction = begin("alice@ours.example");
      rcpt(transaction, first);
      assertEquals(List.of("250 2.1.5"), rcpt(transaction, "postmaster@ours.example"));
      assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    }
    assertEquals(2, remote.taken().size());
  }

  @Test
  void duplicatesGetOneCopy() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    assertEquals(
        List.of("250 2.1.5", "250 2.1.5", "250 2.1.5", "250 2.1.5"),
        rcpt(
            transaction,
            "team@ours.example",
            "one@ours.example",
            "carol@FAR.example",
            "carol@moved.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    List<String> all = new ArrayList<>();
    remote.taken().forEach(taken -> all.addAll(taken.forwardPaths()));
    local.taken().forEach(taken -> all.addAll(taken.forwardPaths()));
    assertEquals(List.of("<carol@far.example>", "<dan@far.example>", "<eve@far.example>"), all);
  }

  @Test
  void refusedRecipientsDoNotTouchTheOthers() throws IOException {
    local.refuse("<gone@ours.example>", "550 5.1.1 no such user");
    local.refuse("<later@ours.example>", "450 4.2.0 mailbox busy");
    remote.refuse("<carol@far.example>", "451 4.7.1 greylisted");
    MailTransaction transaction = begin("x@out.example");
    assertEquals(
        List.of(
            "550 5.7.1",
            "250 2.1.5",
            "550 5.1.1",
            "550 5.1.1",
            "450 4.2.0",
            "451 4.7.1",
            "250 2.1.5"),
        rcpt(
            transaction,
            "no@ours.example",
            "drop@ours.example",
            "none@ours.example",
            "gone@ours.example",
            "later@ours.example",
            "one@ours.example",
            "alice@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(List.of("<alice@ours.example>"), local.taken().getFirst().forwardPaths());
    assertEquals(1, local.taken().size());
    assertTrue(remote.taken().isEmpty());
  }

  @Test
  void aDroppedRecipientAloneIsAnswered250AndGoesNowhere() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "drop@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertTrue(local.taken().isEmpty() && remote.taken().isEmpty());
  }

  @Test
  void aListOfWhichAllRefuseIsRefusedWithoutNamingThem() throws IOException {
    for (String member : List.of("carol", "dan", "eve")) {
      remote.refuse("<" + member + "@far.example>", "550 5.1.1 <" + member + "> is unknown");
    }
    MailTransaction transaction = begin("x@out.example");
    Reply reply = transaction.onRecipients(List.of(recipient("team@ours.example"))).getFirst();
    assertEquals("550 5.1.1", code(reply));
    assertFalse(reply.toString().contains("carol"), reply.toString());
  }

  @Test
  void aPartialRefusalIsToldToTheSenderWithoutNamingTheMember() throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 <dan@far.example> is unknown");
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "team@ours.example"));
    assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    assertEquals(1, remote.taken().size());
    Taken notification = local.taken().getFirst();
    assertEquals("<>", notification.reversePath());
    assertEquals(List.of("<x@out.example>"), notification.forwardPaths());
    assertTrue(notification.bytes().contains("Final-Recipient: rfc822; team@ours.example\r\n"));
    assertTrue(notification.bytes().contains("Status: 5.1.1\r\n"));
    assertFalse(notification.bytes().contains("dan"), notification.bytes());
  }

  @Test
  void aPartialRefusalIsToldToTheOwnerByName() throws IOException {
    remote.refuse("<x@y.example>", "550 5.1.1 gone");
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "owned@ours.example");
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    Taken notification = local.taken().getFirst();
    assertEquals(List.of("<boss@ours.example>"), notification.forwardPaths());
    assertTrue(notification.bytes().contains("Final-Recipient: rfc822; x@y.example\r\n"));
    assertTrue(notification.bytes().contains("Diagnostic-Code: smtp; 550 5.1.1 gone\r\n"));
  }

  /** RFC 3461 §4.1; §5.2.7.3: it is not the sender's to decide what a list's owner is told. */
  @ParameterizedTest
  @ValueSource(strings = {"NEVER", "DELAY", "SUCCESS"})
  void aSenderWhoDoesNotAskIsNotToldAndAListsOwnerIs(String notifyOn) throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    remote.refuse("<x@y.example>", "550 5.1.1 gone");
    MailTransaction transaction = begin("alice@ours.example");
    transaction.onRecipients(
        List.of(
            recipient("team@ours.example", notifyOn), recipient("owned@ours.example", notifyOn)));
    assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    List<Taken> failures =
        local.taken().stream().filter(taken -> taken.bytes().contains("Undelivered")).toList();
    assertEquals(1, failures.size());
    assertEquals(List.of("<boss@ours.example>"), failures.getFirst().forwardPaths());
  }

  /** Who gets what was told to whom: each cell of the table in docs/reliability.md. */
  @ParameterizedTest
  @CsvSource({
    "'',              stranger,  owned, boss",
    "'',              stranger,  named, news-bounces",
    "'',              stranger,  team,  postmaster",
    "x@out.example,   stranger,  owned, boss",
    "x@out.example,   stranger,  named, news-bounces",
    "x@out.example,   stranger,  team,  postmaster",
    "boss@ours.example, stranger, team, postmaster",
    "x@out.example,   submitted, owned, boss",
    "x@out.example,   submitted, named, news-bounces",
    "x@out.example,   submitted, team,  x"
  })
  void whoIsToldThatAMemberRefuses(String reversePath, String way, String list, String told)
      throws IOException {
    site.user("news-bounces@ours.example")
        .ownedList(
            "named@ours.example",
            "news-bounces@ours.example",
            null,
            "carol@far.example",
            "x@y.example");
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    remote.refuse("<x@y.example>", "550 5.1.1 gone");
    // Else no bounce would reach a member.
    site.nullSender(list + "@ours.example", NullSender.MEMBERS);
    MailTransaction transaction = begin(reversePath);
    transaction.onRecipients(List.of(recipient(list + "@ours.example", "FAILURE,SUCCESS")));
    boolean submitted = way.equals("submitted");
    assertEquals("250 2.0.0", data(transaction, submitted ? SUBMITTED : FROM_OUTSIDE));
    List<Taken> failures =
        local.taken().stream().filter(taken -> taken.bytes().contains("Undelivered")).toList();
    assertEquals(1, failures.size());
    assertTrue(failures.getFirst().forwardPaths().getFirst().startsWith("<" + told + "@"), told);
    assertEquals(
        submitted ? 1 : 0,
        local.taken().stream().filter(t -> t.bytes().contains("Delivery report")).count(),
        "success is confirmed to who submitted it alone");
  }

  @Test
  void aBouncesRefusalsAreToldOnceAnHourAndNeverAboutAReportOfOurs() throws IOException {
    site.nullSender("team@ours.example", NullSender.MEMBERS);
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    for (int i = 0; i < 3; i++) {
      MailTransaction bounce = begin("");
      rcpt(bounce, "team@ours.example");
      assertEquals("250 2.0.0", data(bounce, "Subject: " + i + "\r\n" + FROM_OUTSIDE));
    }
    assertEquals(List.of("postmaster"), names(local));
    assertEquals(List.of("delivered", "suppressed", "suppressed"), notified);
    claims.clear();
    String own = local.taken().getFirst().bytes();
    MailTransaction again = begin("");
    rcpt(again, "team@ours.example");
    assertEquals("250 2.0.0", data(again, own.substring(0, own.indexOf("\r\n\r\n") + 2)));
    assertEquals(List.of("postmaster"), names(local));
    assertEquals("nobody", notified.getLast());
  }

  @Test
  void withoutTheDatabaseABouncesRefusalIsToldToNobodyAndTheBounceGoesOn() throws IOException {
    site.nullSender("team@ours.example", NullSender.MEMBERS);
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    noClaims = true;
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      MailTransaction bounce = begin("");
      rcpt(bounce, "team@ours.example");
      assertEquals("250 2.0.0", data(bounce, FROM_OUTSIDE));
      assertEquals(
          List.of(
              "WARN event=notification_suppressed id=\"m1\" addressee=\"postmaster@ours.example\""
                  + " reason=\"database_away\""),
          log.containing("notification_suppressed"));
    }
    assertTrue(local.taken().isEmpty());
    assertEquals(0, doubles.get());
  }

  /**
   * Symptom: a notification about a list went to its members. Cause: the sender, the owner or the
   * list's own reverse-path was the list.
   */
  @ParameterizedTest
  @CsvSource({
    "crew@ours.example,,,                                   postmaster",
    "x@out.example,    ,                  crew@ours.example, postmaster",
    "x@out.example,    boss@ours.example, crew@ours.example, boss",
    "x@out.example,    ,                  outer@ours.example,postmaster",
    "x@out.example,    ,                  crew@moved2.example, postmaster"
  })
  void whatIsToldAboutAListNeverGoesToIt(
      String sender, String newMailfrom, String owner, String told) throws IOException {
    site.ownedList("crew@ours.example", newMailfrom, owner, "carol@far.example", "dan@far.example")
        .list("outer@ours.example", "crew@ours.example")
        .redirect("moved2.example", "ours.example");
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    for (String header : List.of(FROM_OUTSIDE, SUBMITTED)) {
      MailTransaction transaction = begin(sender);
      rcpt(transaction, "crew@ours.example");
      assertEquals("250 2.0.0", data(transaction, header));
    }
    String second = sender.startsWith("x") && told.equals("postmaster") ? "x" : told;
    assertEquals(List.of(told, second), names(local));
    assertEquals(List.of("carol", "carol"), names(remote));
  }

  @Test
  void whereNobodyMayBeToldTheLogSaysSo() throws IOException {
    site.domain("bare.example").list("team@bare.example", "carol@far.example", "dan@far.example");
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    local.refuseMessage("<z@far.example>", "554 5.6.0 no");
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      MailTransaction transaction = begin("x@out.example");
      rcpt(transaction, "team@bare.example", "z@far.example");
      assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
      assertEquals(
          List.of(
              "WARN event=reported_to_nobody id=\"m1\" reason=\"no_postmaster\" refusals=\"1\""
                  + " recipient=\"<team@bare.example>\"",
              "WARN event=reported_to_nobody id=\"m1\" reason=\"not_ours\" refusals=\"1\""
                  + " recipient=\"<team@bare.example>\""),
          log.containing("reported_to_nobody"));
    }
    assertTrue(local.taken().isEmpty());
  }

  private static RefusedMessage refused(String header, boolean whole) {
    return new RefusedMessage(
        "m1",
        "header_size",
        Reply.of(552, "5.3.4", "header section too large"),
        HeaderSection.of(header.getBytes(StandardCharsets.ISO_8859_1)),
        whole);
  }

  /** A limit of the front: null and submitted are refused, a stranger's is dropped. */
  @ParameterizedTest
  @CsvSource({
    "'',FROM_OUTSIDE,552",
    "x@out.example,SUBMITTED,552",
    "x@out.example,FROM_OUTSIDE,250"
  })
  void whatTheFrontRefusesOfAStrangerIsDropped(String reversePath, String header, int code)
      throws IOException {
    String fields = header.equals("SUBMITTED") ? SUBMITTED : FROM_OUTSIDE;
    MailTransaction transaction = begin(reversePath);
    rcpt(transaction, "owned@ours.example", "team@ours.example", "alice@ours.example");
    Reply reply = transaction.onRefused(refused(fields + "X-Cut: " + "x".repeat(70_000), false));
    assertEquals(code, reply.code());
    assertEquals(0, remote.bodies());
    boolean dropped = code == 250;
    assertEquals(dropped ? List.of("boss", "postmaster") : List.of(), names(local));
    assertEquals(dropped ? List.of("header_size") : List.of(), droppedBy);
    if (dropped) {
      assertEquals("250 2.0.0 Message dropped: header section too large", reply.toString());
      assertEquals(0, local.open() + remote.open());
      String report = local.taken().getFirst().bytes();
      assertTrue(report.contains("A message met a limit and was dropped."), report);
      assertTrue(report.contains("Diagnostic-Code: smtp; 552 5.3.4 header section too large"));
      assertTrue(report.contains("From: boss@ours.example"), report);
      assertTrue(report.length() < 100_000, "no more than was kept");
      assertTrue(report.contains("bytes of the message's header section follow."), report);
      assertTrue(local.taken().getLast().bytes().contains("Final-Recipient: rfc822; alice@"));
    }
  }

  @Test
  void ofTheSameLimitAnAddressIsToldOnceAnHour() throws IOException {
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      for (int i = 0; i < 3; i++) {
        MailTransaction transaction = begin("x@out.example");
        rcpt(transaction, "alice@ours.example");
        assertEquals(250, transaction.onRefused(refused(FROM_OUTSIDE, true)).code());
        assertEquals("header_size", transaction.logFields().get("dropped"));
      }
      assertEquals(
          "WARN event=dropped session=\"s1\" id=\"m1\" reason=\"header_size\""
              + " sender=\"<x@out.example>\" recipients=\"1\""
              + " reply=\"552 5.3.4 header section too large\"",
          log.containing("event=dropped").getFirst());
      assertEquals(2, log.containing("told_within_the_hour").size());
    }
    assertEquals(List.of("postmaster"), names(local));
    assertEquals(List.of("header_size", "header_size", "header_size"), droppedBy);
  }

  @Test
  void withoutMemoryForItsHeaderAMessageWaits() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example");
    Reply reply = Reply.of(552, "5.3.4", "message too large");
    assertEquals(
        452,
        transaction.onRefused(new RefusedMessage("m1", "message_size", reply, null, false)).code());
  }

  /** A program of this host is told by there being no other field, which a cut header hides. */
  @Test
  void aHeaderThatWasCutCountsByItsTopmostLogin() throws IOException {
    String byProgram =
        "Received: from localhost (mx.ours.example [local]) by mx.ours.example (OpenSMTPD) with"
            + " ESMTPA id 1; now\r\n";
    for (boolean whole : new boolean[] {true, false}) {
      MailTransaction transaction = begin("x@out.example");
      rcpt(transaction, "alice@ours.example");
      assertEquals(whole ? 552 : 250, transaction.onRefused(refused(byProgram, whole)).code());
      MailTransaction login = begin("x@out.example");
      rcpt(login, "alice@ours.example");
      assertEquals(552, login.onRefused(refused(SUBMITTED, whole)).code());
    }
  }

  /** RET=HDRS goes out before it is known that mail of ours was not submitted. */
  @ParameterizedTest
  @CsvSource({
    "alice@ours.example, SUBMITTED,    FULL, 'SUCCESS,FAILURE'",
    "alice@ours.example, FROM_OUTSIDE, HDRS, FAILURE",
    "x@out.example,      SUBMITTED,    FULL, 'SUCCESS,FAILURE'",
    "x@out.example,      FROM_OUTSIDE, HDRS, FAILURE",
    "'',                 FROM_OUTSIDE, HDRS, FAILURE"
  })
  void copiesOfWhatWasNotSubmittedAskForHeadersOnly(
      String reversePath, String header, String ret, String notifyOn) throws IOException {
    for (String asked : List.of("FULL", "HDRS")) {
      Sender given = sender(reversePath);
      MailTransaction transaction =
          begin(new Sender(given.reversePath(), new MailParameters(-1, null, false, asked, "id")));
      transaction.onRecipients(
          List.of(
              recipient("boss@ours.example", "SUCCESS,FAILURE"),
              recipient("a@moved.example", "SUCCESS,FAILURE")));
      assertEquals(
          "250 2.0.0", data(transaction, header.equals("SUBMITTED") ? SUBMITTED : FROM_OUTSIDE));
      for (FakeNextHop hop : List.of(local, remote)) {
        Taken copy = hop.taken().getLast();
        assertEquals(
            ret.equals("HDRS") ? "HDRS" : asked, copy.sender().parameters().ret(), hop.name());
        assertEquals("id", copy.sender().parameters().envid());
        assertEquals(notifyOn, copy.recipients().getFirst().parameters().notifyOn(), hop.name());
      }
    }
  }

  @Test
  void theLogHasTheNextHopsWordsAndWhatItRefused() throws IOException {
    remote.refuse("<carol@far.example>", "550 5.1.1 no \"such\" user here");
    local.refuse("<later@ours.example>", "450 4.2.0 busy");
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      MailTransaction transaction = begin("x@out.example");
      rcpt(transaction, "one@ours.example", "later@ours.example", "no@ours.example");
      assertEquals(
          List.of(
              "INFO event=recipient_refused session=\"s1\" reverse_path=\"<x@out.example>\""
                  + " recipient=\"<one@ours.example>\""
                  + " reply=\"550 5.1.1 No address behind this one accepts the message\""
                  + " target=\"carol@far.example\" refused=\"recipient\""
                  + " cause=\"550 5.1.1 no \"such\" user here\"",
              "INFO event=recipient_refused session=\"s1\" reverse_path=\"<x@out.example>\""
                  + " recipient=\"<later@ours.example>\" reply=\"450 4.2.0 busy\""
                  + " target=\"later@ours.example\" refused=\"recipient\" cause=\"scripted\"",
              "INFO event=recipient_refused session=\"s1\" reverse_path=\"<x@out.example>\""
                  + " recipient=\"<no@ours.example>\" reply=\"550 5.7.1 Address is blocked\""),
          log.containing("recipient_refused"));
    }
  }

  /** RFC 3461 §5.2.7: what is asked for ends where a recipient stands for several. */
  @Test
  void successIsToldForWhatEndsHereAndPassedOnForASingleTarget() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    transaction.onRecipients(
        List.of(
            recipient("team@ours.example", "SUCCESS"),
            recipient("a@moved.example", "SUCCESS,FAILURE"),
            recipient("alice@ours.example", "SUCCESS")));
    assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    assertEquals(2, local.taken().size());
    String report = local.taken().getLast().bytes();
    assertEquals("<>", local.taken().getLast().reversePath());
    assertTrue(
        report.contains("Final-Recipient: rfc822; team@ours.example\r\nAction: expanded\r\n"));
    assertFalse(report.contains("moved.example") || report.contains("Recipient: rfc822; alice"));
  }

  @Test
  void aReportOfSuccessThatCannotBeSentDefersTheMessageAndNothingIsDoubled() throws IOException {
    local.refuse("<x@out.example>", "451 4.3.0 not now");
    for (String expected : List.of("451 4.3.0", "250 2.0.0")) {
      MailTransaction transaction = begin("x@out.example");
      transaction.onRecipients(List.of(recipient("team@ours.example", "SUCCESS")));
      assertEquals(expected, data(transaction, SUBMITTED));
      local.accept("<x@out.example>");
    }
    assertEquals(List.of("carol", "dan", "eve"), names(remote));
    assertEquals(List.of("x"), names(local));
  }

  @Test
  void aNotificationThatCannotBeHandedOverDefersTheMessage() throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    local.refuse("<postmaster@ours.example>", "451 4.3.0 not now");
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "team@ours.example");
    assertEquals("451 4.3.0", data(transaction, FROM_OUTSIDE));
    assertEquals(0, doubles.get());
    local.accept("<postmaster@ours.example>");
    remote.accept("<dan@far.example>");
    assertEquals("250 2.0.0", send("team@ours.example"));
    assertEquals(List.of("carol", "eve"), names(remote));
    assertEquals(List.of("postmaster"), names(local));
  }

  private String send(String... recipients) throws IOException {
    MailTransaction transaction = begin("x@out.example");
    for (String reply : rcpt(transaction, recipients)) {
      assertEquals("250 2.1.5", reply);
    }
    return data(transaction, FROM_OUTSIDE);
  }

  /** Returns what each recipient got. */
  private static Map<String, String> copies(FakeNextHop hop) {
    Map<String, String> copies = new HashMap<>();
    for (Taken taken : hop.taken()) {
      taken.forwardPaths().forEach(path -> copies.put(path, taken.bytes()));
    }
    return copies;
  }

  /** Returns the local parts of all that a next hop has taken, in order. */
  private static List<String> names(FakeNextHop hop) {
    return hop.taken().stream()
        .flatMap(taken -> taken.forwardPaths().stream())
        .map(path -> path.substring(1, path.indexOf('@')))
        .toList();
  }

  @Test
  void aNotificationThatIsRefusedForGoodEndsThere() throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    local.refuse("<postmaster@ours.example>", "550 5.1.1 gone");
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "team@ours.example");
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
  }

  @Test
  void aRefusalAtTheEndOfOneOfTwoRecipientsIsReportedNotAnswered() throws IOException {
    local.refuseMessage("<alice@ours.example>", "554 5.6.0 no such content");
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example", "one@ours.example");
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    Taken notification = local.taken().getFirst();
    assertEquals(List.of("<postmaster@ours.example>"), notification.forwardPaths());
    assertTrue(notification.bytes().contains("Final-Recipient: rfc822; alice@ours.example"));
    assertTrue(notification.bytes().contains("smtp; 554 5.6.0 no such content"));
  }

  @Test
  void aRefusalOfAllAtTheEndIsAnswered() throws IOException {
    local.refuseMessage("<alice@ours.example>", "554 5.6.0 no such content");
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example");
    assertEquals("554 5.6.0", data(transaction, FROM_OUTSIDE));
    assertTrue(local.taken().isEmpty() && remote.taken().isEmpty());
  }

  @Test
  void theHappyWayAsksAndStoresNothing() throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    assertEquals("250 2.0.0", send("alice@ours.example", "team@ours.example"));
    assertEquals(0, outcomes.finds() + outcomes.stores());
  }

  @Test
  void aTargetThatFailsForNowKeepsNobodyBackAndARetrySendsOnlyIt() throws IOException {
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("team@ours.example"));
    assertEquals(List.of("carol", "eve"), names(remote));
    assertEquals(
        List.of(OutcomeKind.DELIVERED, OutcomeKind.DELIVERED, OutcomeKind.DEFERRED),
        outcomes.kinds());
    assertEquals("451 4.7.1", send("team@ours.example"));
    assertEquals(List.of("carol", "eve"), names(remote));
    remote.accept("<dan@far.example>");
    assertEquals("250 2.0.0", send("team@ours.example"));
    assertEquals(List.of("carol", "eve", "dan"), names(remote));
    assertEquals(0, doubles.get());
    // our reply was lost: the client comes once more
    assertEquals("250 2.0.0", send("team@ours.example"));
    assertEquals(3, names(remote).size());
  }

  @Test
  void aFailureAtDataOfOneNextHopKeepsTheOtherNotBack() throws IOException {
    remote.refuseData("<carol@far.example>", "451 4.3.0 not now");
    assertEquals("451 4.3.0", send("alice@ours.example", "one@ours.example"));
    assertEquals(List.of("alice"), names(local));
    assertEquals("451 4.3.0", send("one@ours.example", "alice@ours.example"));
    remote.refuseData("<carol@far.example>", "554 5.6.0 no");
    assertEquals("250 2.0.0", send("alice@ours.example", "one@ours.example"));
    assertEquals(List.of("alice", "postmaster"), names(local), "delivered once, and told");
    assertTrue(remote.taken().isEmpty());
  }

  @Test
  void aFailureAtOneFinalDotIsRememberedAfterwards() throws IOException {
    remote.refuseMessage("<carol@far.example>", "451 4.3.0 not now");
    assertEquals("451 4.3.0", send("alice@ours.example", "one@ours.example"));
    assertEquals(1, outcomes.stores());
    assertEquals("451 4.3.0", send("alice@ours.example", "one@ours.example"));
    assertEquals(List.of("alice"), names(local));
    assertEquals(0, doubles.get());
  }

  /**
   * Symptom: of a long refusal that was remembered from an earlier try a part was told as if it
   * were all. Cause: it was cut without a mark where it was stored.
   */
  @Test
  void aLongReplyIsRememberedWithAMarkWhereItWasShortened() throws IOException {
    String codes = "550 5.7.1 ";
    remote.refuse("<carol@far.example>", codes + "x".repeat(990));
    remote.refuse("<dan@far.example>", codes + "y".repeat(991));
    remote.refuseMessage("<eve@far.example>", "451 4.3.0 not now");
    assertEquals("451 4.3.0", send("team@ours.example"));
    assertEquals(
        List.of("", codes + "x".repeat(990), codes + "y".repeat(987) + "..."), outcomes.replies());
  }

  @Test
  void whatCannotBeStoredIsCountedAsPossibleDoubles() throws IOException {
    outcomes.available(true, false);
    remote.refuseMessage("<carol@far.example>", "451 4.3.0 not now");
    assertEquals("451 4.3.0", send("alice@ours.example", "one@ours.example"));
    assertEquals(List.of("alice"), names(local));
    assertEquals(1, doubles.get());
  }

  @Test
  void nothingIsSentOfWhatIsKnownToComeAgainAndCannotBeStored() throws IOException {
    outcomes.available(true, false);
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.3.0", send("alice@ours.example", "team@ours.example"));
    assertTrue(local.taken().isEmpty() && remote.taken().isEmpty());
    assertEquals(0, doubles.get());
    // what needs no memory goes on
    assertEquals("250 2.0.0", send("alice@ours.example", "one@ours.example"));
  }

  @Test
  void nothingIsSentOfWhatCameBeforeAndCannotBeLookedUp() throws IOException {
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("team@ours.example"));
    remote.accept("<dan@far.example>");
    outcomes.available(false, false);
    assertEquals("451 4.3.0", send("alice@ours.example", "team@ours.example"));
    assertTrue(local.taken().isEmpty());
    assertEquals(2, names(remote).size());
    assertEquals("250 2.0.0", send("alice@ours.example"), "that this one is new is known");
    // where not even that is known
    outcomes.knowsPending(false);
    assertEquals("451 4.3.0", send("alice@ours.example"));
    outcomes.available(true, true);
    assertEquals("250 2.0.0", send("alice@ours.example", "team@ours.example"));
    assertEquals(List.of("carol", "eve", "dan"), names(remote));
  }

  @Test
  void anotherMessageReversePathOrRecipientIsNotTheSame() throws IOException {
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("team@ours.example"));
    MailTransaction other = begin("x@out.example");
    rcpt(other, "team@ours.example");
    assertEquals("451 4.7.1", data(other, "Subject: other\r\n" + FROM_OUTSIDE));
    assertEquals(4, names(remote).size());
    MailTransaction sender = begin("y@out.example");
    rcpt(sender, "team@ours.example");
    assertEquals("451 4.7.1", data(sender, FROM_OUTSIDE));
    assertEquals(6, names(remote).size());
    assertEquals("250 2.0.0", send("one@ours.example"));
    assertEquals(7, names(remote).size());
  }

  @Test
  void recipientsInAnotherOrderOrFewerOrSplitAreRecognised() throws IOException {
    remote.refuseMessage("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("alice@ours.example", "team@ours.example", "boss@ours.example"));
    assertEquals("250 2.0.0", send("boss@ours.example"));
    assertEquals("250 2.0.0", send("boss@ours.example", "alice@OURS.example"));
    assertEquals(List.of("alice", "boss"), names(local));
    remote.refuseMessage("<dan@far.example>", "554 5.6.0 no");
    assertEquals("250 2.0.0", send("team@ours.example", "alice@ours.example"));
    assertEquals(List.of("alice", "boss", "postmaster"), names(local));
  }

  @Test
  void aRefusalIsRememberedAndToldOnceAtTheEnd() throws IOException {
    local.refuseMessage("<alice@ours.example>", "554 5.6.0 no such content");
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("alice@ours.example", "team@ours.example"));
    assertTrue(local.taken().isEmpty());
    local.refuseMessage("<alice@ours.example>", "451 4.3.0 asked again");
    assertEquals("451 4.7.1", send("alice@ours.example", "team@ours.example"));
    remote.accept("<dan@far.example>");
    assertEquals("250 2.0.0", send("alice@ours.example", "team@ours.example"));
    assertEquals(List.of("postmaster"), names(local));
    assertTrue(local.taken().getFirst().bytes().contains("smtp; 554 5.6.0 no such content"));
    assertEquals("250 2.0.0", send("alice@ours.example", "team@ours.example"));
    assertEquals(List.of("postmaster"), names(local));
  }

  @Test
  void eachAddresseeIsToldOnceThoughAnotherCannotBeTold() throws IOException {
    remote.refuse("<x@y.example>", "550 5.1.1 gone");
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    local.refuse("<boss@ours.example>", "451 4.3.0 not now");
    assertEquals("451 4.3.0", send("owned@ours.example", "team@ours.example"));
    assertEquals(List.of("postmaster"), names(local));
    local.accept("<boss@ours.example>");
    assertEquals("250 2.0.0", send("owned@ours.example", "team@ours.example"));
    assertEquals(List.of("postmaster", "boss"), names(local));
    assertEquals(List.of("carol", "eve"), names(remote));
  }

  @Test
  void aTargetThatFailsForADayCountsAsRefused() throws IOException {
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("team@ours.example"));
    later = Duration.ofHours(24).minusSeconds(1);
    assertEquals("451 4.7.1", send("team@ours.example"));
    assertTrue(local.taken().isEmpty());
    later = Duration.ofHours(24);
    assertEquals("250 2.0.0", send("team@ours.example"));
    assertEquals(List.of("postmaster"), names(local));
    assertTrue(local.taken().getFirst().bytes().contains("Status: 5.4.7\r\n"));
    assertEquals(List.of("carol", "eve"), names(remote));
  }

  @Test
  void aMemberThatIsBlockedForNowDoesNotStopItsList() throws IOException {
    site.blocked("later@ours.example", BlockAction.DEFER)
        .list("some@ours.example", "later@ours.example", "carol@far.example");
    assertEquals("451 4.7.1", send("some@ours.example"));
    assertEquals(List.of("carol"), names(remote));
    later = Duration.ofHours(24);
    assertEquals("250 2.0.0", send("some@ours.example"));
    assertEquals(List.of("carol"), names(remote));
    assertEquals(List.of("postmaster"), names(local));
  }

  /**
   * Symptom: a list was bounced as a whole although members had the message. Cause: when later none
   * of its members took RCPT, the recipient was refused there, before the message was known.
   */
  @ParameterizedTest
  @CsvSource({"451 4.4.1 down,24,250 2.0.0", "550 5.1.1 gone,0,250 2.0.0"})
  void aRecipientThatWasTakenBeforeIsNotRefusedAtRcpt(String reply, int hours, String end)
      throws IOException {
    remote.refuse("<dan@far.example>", "451 4.7.1 not now");
    assertEquals("451 4.7.1", send("team@ours.example"));
    for (String member : List.of("carol", "dan", "eve")) {
      remote.refuse("<" + member + "@far.example>", reply);
    }
    later = Duration.ofHours(hours);
    assertEquals(end, send("team@ours.example"));
    assertEquals(List.of("postmaster"), names(local), "told about one, not about all");
    assertEquals(List.of("carol", "eve"), names(remote));
  }

  @Test
  void whatAnotherRecipientStandsForIsRememberedForTheOneThatComesAgain() throws IOException {
    remote.refuse("<carol@far.example>", "451 4.7.1 not now");
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("451 4.7.1"), rcpt(transaction, "one@ours.example"));
    remote.accept("<carol@far.example>");
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "team@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals("250 2.0.0", send("one@ours.example"));
    assertEquals(List.of("carol", "dan", "eve"), names(remote));
  }

  @Test
  void transactionsInSequenceAreStoredOneRoundAfterTheOther() throws IOException {
    String[] recipients = new String[20];
    for (int i = 0; i < recipients.length; i++) {
      site.list("s" + i + "@ours.example", "m" + i + "@far.example");
      recipients[i] = "s" + i + "@ours.example";
    }
    assertEquals("250 2.0.0", send(recipients));
    assertEquals(4, outcomes.stores(), "before each of three rounds, and at the end");
    assertEquals(20, names(remote).size());
    assertEquals("250 2.0.0", send(recipients));
    assertEquals(20, names(remote).size());
  }

  @Test
  void withTheDatabaseAwayWhatIsCachedGoesOn() throws IOException {
    site.down(true);
    site.cached("alice@ours.example", "one@ours.example");
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("451 4.3.0"), rcpt(transaction, "boss@ours.example"));
    assertEquals(
        List.of("250 2.1.5", "451 4.3.0", "451 4.3.0"),
        rcpt(transaction, "alice@ours.example", "boss@ours.example", "one@ours.example"),
        "whether the sender of what is forwarded is ours is not known");
    site.down(false);
    assertEquals(
        List.of("250 2.1.5", "250 2.1.5"),
        rcpt(transaction, "boss@ours.example", "one@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(
        List.of("<alice@ours.example>", "<boss@ours.example>"),
        local.taken().getFirst().forwardPaths());
    assertEquals(1, remote.taken().size());
  }

  @Test
  void aSubmittedSenderOfOursKeepsItsAddress() throws IOException {
    MailTransaction transaction = begin("alice@ours.example");
    rcpt(transaction, "one@ours.example");
    assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    Taken taken = remote.taken().getFirst();
    assertEquals("<alice@ours.example>", taken.reversePath());
    assertEquals(forwarded("one@ours.example", true, SUBMITTED) + SUBMITTED + BODY, taken.bytes());
    assertEquals(1, remote.waits().size());
  }

  @Test
  void aSpoofedSenderOfOursIsRewrittenAndMarkedBeforeAnyBody() throws IOException {
    MailTransaction transaction = begin("boss@ours.example");
    rcpt(transaction, "one@ours.example", "alice@ours.example");
    String forged = "Authserver-Forwarded: v=1; submitted=yes\r\n" + FROM_OUTSIDE;
    assertEquals("250 2.0.0", data(transaction, forged));
    Taken taken = remote.taken().getFirst();
    assertTrue(taken.reversePath().matches("<SRS0=....=..=ours.example=boss@ours.example>"));
    assertEquals(
        forwarded("one@ours.example", false, FROM_OUTSIDE) + FROM_OUTSIDE + BODY, taken.bytes());
    assertEquals(1, remote.bodies());
    assertEquals(List.of("<alice@ours.example>"), local.taken().getFirst().forwardPaths());
  }

  @Test
  void whatLeavesTheSiteIsMarkedAndWhatStaysIsNot() throws IOException {
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example", "z@far.example", "y@far.example");
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    String foreign = marked(false, FROM_OUTSIDE) + FROM_OUTSIDE + BODY;
    assertEquals(
        Map.of(
            "<alice@ours.example>", TRACE + FROM_OUTSIDE + BODY,
            "<z@far.example>", foreign,
            "<y@far.example>", foreign),
        copies(local));
    assertEquals(2, local.taken().size());
  }

  @Test
  void aMemberOfOursGetsItsCopyOfAListUnmarked() throws IOException {
    MailTransaction transaction = begin("alice@ours.example");
    rcpt(transaction, "local@ours.example");
    assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    assertEquals(
        Map.of(
            "<alice@ours.example>",
            "Delivered-To: local@ours.example\r\n" + TRACE + SUBMITTED + BODY,
            "<carol@far.example>",
            forwarded("local@ours.example", true, SUBMITTED) + SUBMITTED + BODY),
        copies(remote));
  }

  @Test
  void everyMarkThatComesInIsTakenOut() throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    String forged =
        "Authserver-Forwarded: v=1; submitted=yes\r\n"
            + marked(true, FROM_OUTSIDE)
            + "AUTHSERVER-forwarded : x\r\n y\r\n"
            + FROM_OUTSIDE;
    String left = TRACE + FROM_OUTSIDE;
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example", "z@far.example", "team@ours.example");
    assertEquals("250 2.0.0", data(transaction, forged));
    assertEquals(
        forwarded("team@ours.example", false, FROM_OUTSIDE) + left + BODY,
        remote.taken().getFirst().bytes());
    Map<String, String> copies = copies(local);
    assertEquals(TRACE + left + BODY, copies.get("<alice@ours.example>"));
    assertEquals(marked(false, FROM_OUTSIDE) + left + BODY, copies.get("<z@far.example>"));
    String notification = local.taken().getLast().bytes();
    assertTrue(notification.contains("Subject: Undelivered mail\r\n"), notification);
    assertEquals(0, notification.split("(?i)authserver-forwarded", -1).length - 1, notification);
  }

  @Test
  void whatWeWriteOurselvesCountsAsSubmitted() throws IOException {
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    remote.refuse("<x@y.example>", "550 5.1.1 gone");
    for (String list : List.of("team@ours.example", "owned@ours.example")) {
      MailTransaction transaction = begin("x@out.example");
      rcpt(transaction, list);
      assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    }
    HeaderSection foreign =
        MessageBytes.of(local.taken().getFirst().bytes().getBytes(US_ASCII)).header();
    OriginMark.Claimed mark = assertInstanceOf(OriginMark.Claimed.class, OriginMark.read(foreign));
    assertEquals(new OriginMark(true, OriginMark.Author.UNJUDGED), mark.mark());
    assertTrue(OriginMark.isProved(mark, List.of(MARK_KEY), foreign));
    Taken ours = local.taken().getLast();
    assertEquals(List.of("<boss@ours.example>"), ours.forwardPaths());
    assertTrue(ours.bytes().startsWith("Received: by mx.ours.example id m1;\r\n\t"), ours.bytes());
  }

  @Test
  void withoutAKeyOnlyWhatLeavesTheSiteWaits() throws IOException {
    noMarkKey = true;
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example", "local@ours.example", "z@far.example");
    assertEquals("451 4.3.0", data(transaction, FROM_OUTSIDE));
    assertEquals(List.of("alice"), names(local));
    assertTrue(remote.taken().isEmpty());
    noMarkKey = false;
    MailTransaction again = begin("x@out.example");
    rcpt(again, "alice@ours.example", "local@ours.example", "z@far.example");
    assertEquals("250 2.0.0", data(again, FROM_OUTSIDE));
    assertEquals(List.of("alice", "z"), names(local));
    assertEquals(List.of("carol"), names(remote));
    assertEquals(0, doubles.get());
  }

  @Test
  void aMappingForSubmissionOnlyMarksAll() throws IOException {
    entrance = new Entrance(Entrance.Kind.SUBMISSIONS, entrance.names());
    MailTransaction transaction = begin("alice@ours.example");
    rcpt(transaction, "one@ours.example");
    data(transaction, FROM_OUTSIDE);
    assertTrue(
        remote
            .taken()
            .getFirst()
            .bytes()
            .startsWith(forwarded("one@ours.example", true, FROM_OUTSIDE)));
    assertEquals("<alice@ours.example>", remote.taken().getFirst().reversePath());
  }

  @Test
  void whereSubmissionsHaveAListenerNothingElseIsSubmitted() throws IOException {
    entrance = new Entrance(Entrance.Kind.OTHERS, entrance.names());
    MailTransaction transaction = begin("alice@ours.example");
    rcpt(transaction, "one@ours.example");
    data(transaction, SUBMITTED);
    Taken taken = remote.taken().getFirst();
    assertTrue(
        taken.bytes().startsWith(forwarded("one@ours.example", false, SUBMITTED)), taken.bytes());
    assertTrue(taken.reversePath().startsWith("<SRS0="), taken.reversePath());
  }

  @Test
  void aBounceToAnSrsAddressGoesToTheSender() throws IOException {
    MailTransaction transaction = begin("");
    String srs = SRS.forward("x", "out.example", NOW) + "@ours.example";
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, srs));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    Taken taken = remote.taken().getFirst();
    assertEquals("<>", taken.reversePath());
    assertEquals(List.of("<x@out.example>"), taken.forwardPaths());
    assertTrue(taken.bytes().contains("\r\n" + marked(false, FROM_OUTSIDE)));
  }

  /** A loop is that recipient's failure; a stranger is not told of it, nor is he bounced. */
  @ParameterizedTest
  @CsvSource({
    "'',            FROM_OUTSIDE, 554 5.4.6, postmaster",
    "x@out.example, SUBMITTED,    554 5.4.6, x",
    "x@out.example, FROM_OUTSIDE, 250 2.0.0, postmaster"
  })
  void aLoopIsTheFailureOfItsRecipientOnly(
      String reversePath, String header, String alone, String told) throws IOException {
    site.nullSender("team@ours.example", NullSender.MEMBERS);
    String fields = header.equals("SUBMITTED") ? SUBMITTED : FROM_OUTSIDE;
    String looped = "Delivered-To: <none@x.example>\r\nDelivered-To: Team@ours.EXAMPLE\r\n";
    MailTransaction both = begin(reversePath);
    rcpt(both, "team@ours.example", "alice@ours.example");
    assertEquals("250 2.0.0", data(both, looped + fields));
    assertEquals(List.of("alice", told), names(local));
    assertTrue(local.taken().getLast().bytes().contains("Status: 5.4.6"));

    claims.clear();
    MailTransaction transaction = begin(reversePath);
    rcpt(transaction, "team@ours.example");
    Reply reply = transaction.onMessage(message(looped + fields)).getFirst();
    assertEquals(alone, code(reply));
    boolean dropped = reply.isPositive();
    assertEquals(
        dropped
            ? "250 2.0.0 Message dropped"
            : "554 5.4.6 Forwarding loop: Delivered-To names" + " this address already",
        reply.toString());
    assertEquals(dropped ? 3 : 2, local.taken().size());
    assertEquals(
        dropped ? List.of("delivered_to_loop", "delivered_to_loop") : List.of(), droppedBy);
    assertTrue(remote.taken().isEmpty());
  }

  /** Who relays counts the fields that he adds, and would refuse what we have taken. */
  @ParameterizedTest
  @CsvSource({
    "'',            FROM_OUTSIDE, 552 5.3.4",
    "x@out.example, SUBMITTED,    552 5.3.4",
    "x@out.example, FROM_OUTSIDE, 250 2.0.0"
  })
  void whatIsTooLargeForTheNextHopWithTheAddedFieldsIsNotSent(
      String reversePath, String header, String answer) throws IOException {
    String fields = header.equals("SUBMITTED") ? SUBMITTED : FROM_OUTSIDE;
    long bytes = message(fields).content().size();
    remote.offerSize(bytes + 8191);
    MailTransaction transaction = begin(reversePath);
    site.nullSender("team@ours.example", NullSender.MEMBERS);
    rcpt(transaction, "team@ours.example");
    assertEquals(answer, data(transaction, fields));
    assertTrue(remote.taken().isEmpty());
    boolean dropped = answer.startsWith("250");
    assertEquals(dropped ? List.of("next_hop_size") : List.of(), droppedBy);
    assertEquals(dropped ? List.of("postmaster") : List.of(), names(local));

    remote.offerSize(bytes + 8192);
    MailTransaction fits = begin(reversePath);
    rcpt(fits, "team@ours.example");
    assertEquals("250 2.0.0", data(fits, fields));
    assertFalse(remote.taken().isEmpty());
  }

  /** What all next hops refuse is theirs; what fails for a day is given up by us. */
  @Test
  void aStrangerIsAnsweredWhatNextHopsSayAndNotThatWeGaveUp() throws IOException {
    remote.refuseData("<carol@far.example>", "554 5.6.0 no");
    assertEquals("554 5.6.0", send("team@ours.example"));
    remote.refuseData("<carol@far.example>", "451 4.3.0 later");
    remote.refuse("<dan@far.example>", "550 5.1.1 gone");
    remote.refuse("<eve@far.example>", "550 5.1.1 gone");
    assertEquals("451 4.3.0", send("team@ours.example"));
    later = Duration.ofHours(24);
    assertEquals("250 2.0.0", send("team@ours.example"));
    assertEquals(List.of("postmaster"), names(local));
    assertEquals(List.of("given_up"), droppedBy);
    // our 250 was lost
    assertEquals("250 2.0.0", send("team@ours.example"));
    assertEquals(List.of("postmaster"), names(local));
    assertTrue(remote.taken().isEmpty());
  }

  @Test
  void moreThanEightTransactionsGoInSequence() throws IOException {
    String[] recipients = new String[20];
    for (int i = 0; i < recipients.length; i++) {
      site.list("l" + i + "@ours.example", "m" + i + "@far.example");
      recipients[i] = "l" + i + "@ours.example";
    }
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, recipients);
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(20, remote.taken().size());
    assertEquals(8, remote.mostOpen());
    assertEquals(3, remote.waits().stream().filter(wait -> !wait.isZero()).count());
    assertEquals(Duration.ofSeconds(5), remote.waits().getFirst());
  }

  @Test
  void recipientsOverTheNextHopsLimitGoInAnotherTransaction() throws IOException {
    remote.recipientLimit(2);
    MailTransaction transaction = begin("x@out.example");
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "team@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(
        List.of(List.of("<carol@far.example>", "<dan@far.example>"), List.of("<eve@far.example>")),
        remote.taken().stream().map(Taken::forwardPaths).toList());
  }

  @Test
  void tooManyTargetsAreForAnotherTransaction() throws IOException {
    limits =
        new FanOutLimits(
            8, 3, Duration.ofSeconds(5), Duration.ofSeconds(200), Duration.ofHours(24));
    MailTransaction transaction = begin("x@out.example");
    assertEquals(
        List.of("250 2.1.5", "452 4.5.3"),
        rcpt(transaction, "alice@ours.example", "team@ours.example"));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertTrue(remote.taken().isEmpty());
  }

  @Test
  void theTransactionalRelayTakesSubmittedMailOfItsDomainOnly() throws IOException {
    transactionalRelay = Optional.of(transactional);
    MailTransaction submitted = begin("alice@ours.example");
    rcpt(submitted, "z@far.example", "boss@ours.example", "one@ours.example");
    assertEquals("250 2.0.0", data(submitted, SUBMITTED));
    assertEquals(List.of("<z@far.example>"), transactional.taken().getFirst().forwardPaths());
    assertEquals(
        marked(true, SUBMITTED) + SUBMITTED + BODY, transactional.taken().getFirst().bytes());
    assertEquals(List.of("<boss@ours.example>"), local.taken().getFirst().forwardPaths());
    assertEquals(List.of("<carol@far.example>"), remote.taken().getFirst().forwardPaths());
  }

  @ParameterizedTest
  @CsvSource({
    "alice@ours.example,false,alice@ours.example",
    "alice@ours.example,true,alice@else.example",
    "x@out.example,true,alice@ours.example"
  })
  void otherMailDoesNotTakeTheTransactionalRelay(
      String reversePath, boolean authenticated, String author) throws IOException {
    transactionalRelay = Optional.of(transactional);
    String header =
        (authenticated ? SUBMITTED : FROM_OUTSIDE).replaceFirst("From: .*", "From: " + author);
    MailTransaction transaction = begin(reversePath);
    rcpt(transaction, "z@far.example");
    assertEquals("250 2.0.0", data(transaction, header));
    assertTrue(transactional.taken().isEmpty());
    assertEquals(1, local.taken().size());
  }

  private static final String LONG = "bounces+12345-a1b2-user=mailbox.example@em42.sender.example";

  @Test
  void aSenderThatWouldBeTooLongIsKeptAndItsBounceFindsTheWay() throws IOException {
    MailTransaction transaction = begin(LONG);
    assertEquals(List.of("250 2.1.5"), rcpt(transaction, "one@ours.example"));
    assertEquals(List.of(LONG), List.copyOf(tokens.senders.values()));
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    String path = remote.taken().getFirst().reversePath();
    assertTrue(path.matches("<SRS0=....=..=~=[a-z2-7]{26}@ours\\.example>"), path);

    String address = path.substring(1, path.length() - 1);
    MailTransaction bounce = begin("");
    assertEquals(List.of("250 2.1.5"), rcpt(bounce, address));
    assertEquals("250 2.0.0", data(bounce, FROM_OUTSIDE));
    assertEquals(List.of("<" + LONG + ">"), remote.taken().getLast().forwardPaths());

    tokens.senders.clear();
    assertEquals(List.of("550 5.1.1"), rcpt(begin(""), address));
  }

  @Test
  void withoutTheDatabaseNoTokenIsGivenOutAndNoneIsRefusedForGood() throws IOException {
    MailTransaction before = begin(LONG);
    rcpt(before, "one@ours.example");
    data(before, FROM_OUTSIDE);
    String path = remote.taken().getFirst().reversePath();
    tokens.away = true;
    assertEquals(
        List.of("451 4.3.0", "250 2.1.5"),
        rcpt(begin(LONG), "one@ours.example", "alice@ours.example"));
    assertEquals(List.of("451 4.3.0"), rcpt(begin(""), path.substring(1, path.length() - 1)));
    // A sender that needs no token needs no database for it.
    assertEquals(List.of("250 2.1.5"), rcpt(begin("x@out.example"), "one@ours.example"));
  }

  @Test
  void aFullTableOfTokensRefusesNewSendersForNowAndSaysSo() throws IOException {
    rcpt(begin(LONG), "one@ours.example");
    tokens.full = true;
    assertEquals(List.of("250 2.1.5"), rcpt(begin(LONG), "one@ours.example"));
    MailTransaction another = begin("b" + LONG);
    List<Reply> replies =
        another.onRecipients(
            List.of(recipient("one@ours.example"), recipient("alice@ours.example")));
    assertEquals(
        Reply.of(451, "4.3.1", "Too many long return addresses are kept now; try again later"),
        replies.getFirst());
    assertTrue(replies.getLast().isPositive());

    MailTransaction own = begin("a".repeat(60) + "@ours.example");
    assertEquals(List.of("250 2.1.5"), rcpt(own, "one@ours.example"));
    assertEquals("451 4.3.1", data(own, FROM_OUTSIDE));
    assertTrue(remote.taken().isEmpty());
  }

  @Test
  void aSenderOfOursWhoDidNotLogInIsKeptBeforeTheMessageGoes() throws IOException {
    String own = "a".repeat(60) + "@ours.example";
    MailTransaction away = begin(own);
    assertEquals(List.of("250 2.1.5"), rcpt(away, "one@ours.example"));
    assertEquals(Map.of(), tokens.senders, "submitted, as far as RCPT knows");
    tokens.away = true;
    assertEquals("451 4.3.0", data(away, FROM_OUTSIDE));
    assertTrue(remote.taken().isEmpty());

    tokens.away = false;
    MailTransaction again = begin(own);
    rcpt(again, "one@ours.example");
    assertEquals("250 2.0.0", data(again, FROM_OUTSIDE));
    assertEquals(List.of(own), List.copyOf(tokens.senders.values()));
    assertTrue(remote.taken().getFirst().reversePath().contains("=~="));
  }

  @Test
  void aTokenBehindATokenIsFollowed() throws IOException {
    String list = "one@a-domain-with-a-long-name.example";
    site.domain("a-domain-with-a-long-name.example").list(list, "carol@far.example");
    MailTransaction first = begin(LONG);
    rcpt(first, list);
    data(first, FROM_OUTSIDE);
    String once = remote.taken().getFirst().reversePath().replaceAll("[<>]", "");
    // From outside, under an SRS address of ours, to another of our lists.
    MailTransaction second = begin(once);
    rcpt(second, list);
    data(second, FROM_OUTSIDE);
    String twice = remote.taken().getLast().reversePath().replaceAll("[<>]", "");
    assertEquals(2, tokens.senders.size(), tokens.senders::toString);
    MailTransaction bounce = begin("");
    assertEquals(List.of("250 2.1.5"), rcpt(bounce, twice));
    assertEquals("250 2.0.0", data(bounce, FROM_OUTSIDE));
    assertEquals(List.of("<" + LONG + ">"), remote.taken().getLast().forwardPaths());
  }

  @Test
  void theAuthorOfMailThatWasNotSubmittedIsNotAskedAbout() throws IOException {
    authors.domain("ours.example", "domain", "refuse");
    MailTransaction transaction = begin("x@out.example");
    rcpt(transaction, "alice@ours.example");
    assertEquals("250 2.0.0", data(transaction, FROM_OUTSIDE));
    assertEquals(List.of(), authors.calls());
    assertEquals("no", transaction.logFields().get("submitted"));
    assertFalse(transaction.logFields().containsKey("author"));
  }

  @Test
  void anAuthorWhoIsNotTheSendersIsWarnedOfAndTheMessageGoesOn() throws IOException {
    authors.domain("ours.example", "domain", "unsigned");
    try (LogCapture log = new LogCapture("io.authserver.mailforwarder")) {
      MailTransaction transaction = begin("olga+a=b@orchard.example");
      rcpt(transaction, "dave@far.example");
      assertEquals("250 2.0.0", data(transaction, SUBMITTED));
      String sent = local.taken().getFirst().bytes();
      assertTrue(sent.endsWith(TRACE + SUBMITTED + BODY), sent);
      OriginMark.Claimed mark =
          assertInstanceOf(
              OriginMark.Claimed.class,
              OriginMark.read(MessageBytes.of(sent.getBytes(US_ASCII)).header()));
      assertEquals(new OriginMark(true, Author.MISMATCH), mark.mark());
      assertEquals("mismatch", transaction.logFields().get("author"));
      assertEquals(
          List.of(
              "WARN event=author_mismatch session=\"s1\" id=\"m1\" login=\"\""
                  + " sender=\"<olga+a=b@orchard.example>\" author=\"alice@ours.example\""
                  + " domain=\"ours.example\" must_match=\"domain\" action=\"unsigned\""),
          log.containing("author_mismatch"));
    }
    assertEquals(List.of(Author.MISMATCH), judged);
  }

  @Test
  void anAuthorWhoIsNotTheSendersIsRefusedForAllRecipientsWhereHisDomainSaysSo()
      throws IOException {
    authors.domain("ours.example", "address", "refuse");
    MailTransaction transaction = begin("boss@ours.example");
    rcpt(transaction, "dave@far.example", "team@ours.example", "alice@ours.example");
    List<Reply> replies = transaction.onMessage(message(SUBMITTED));
    assertEquals(3, replies.size());
    assertEquals(
        "550 5.7.1 The author in From is not yours, as ours.example demands of who sends in its"
            + " name",
        replies.getFirst().toString());
    assertTrue(local.taken().isEmpty() && remote.taken().isEmpty());

    MailTransaction own = begin("alice@ours.example");
    rcpt(own, "dave@far.example");
    assertEquals("250 2.0.0", data(own, SUBMITTED));
    assertEquals("match", own.logFields().get("author"));
    assertEquals(List.of(Author.MISMATCH, Author.MATCH), judged);
  }

  /** Vacation, MDN: nobody knows who sent it. */
  @Test
  void aNullReversePathIsNotJudged() throws IOException {
    authors.domain("ours.example", "address", "refuse");
    MailTransaction transaction = begin("");
    rcpt(transaction, "dave@far.example");
    assertEquals("250 2.0.0", data(transaction, SUBMITTED));
    assertEquals("unjudged", transaction.logFields().get("author"));
  }

  @Test
  void withTheDatabaseAwayAnAuthorWhoIsNotKnownWaits() throws IOException {
    authors.down(true);
    MailTransaction transaction = begin("alice@ours.example");
    rcpt(transaction, "dave@far.example");
    assertEquals("451 4.3.0", data(transaction, SUBMITTED));
    assertTrue(local.taken().isEmpty());
    authors.down(false);
    MailTransaction again = begin("alice@ours.example");
    rcpt(again, "dave@far.example");
    assertEquals("250 2.0.0", data(again, SUBMITTED));
  }
}
