package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.cache.CacheMetrics;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.mark.CachingMarkKeyStore;
import io.authserver.db.mark.JdbcMarkKeyStore;
import io.authserver.db.mark.MarkKeyStore;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.signing.CachingSigningStore;
import io.authserver.db.signing.JdbcSigningStore;
import io.authserver.db.signing.SigningStore;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.DatabaseDoor;
import io.authserver.db.testing.TestDatabase;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signer between a client and a next hop, with a real database behind it. */
class SigningIT {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String COMPLETE =
      String.join(
          "\r\n",
          "From: Alice <alice@example.org>",
          "To: bob@elsewhere.example",
          "Subject: Hi",
          "Date: Sat, 21 Nov 2026 11:59:00 +0000",
          "Message-ID: <1@example.org>",
          "",
          "Hello.",
          "");
  private static final DkimPrivateKey RSA = DkimPrivateKey.generateRsa(2048);
  private static final DkimPrivateKey ED25519 = DkimPrivateKey.generateEd25519();

  private final TestDatabase database = TestDatabase.create();
  private final DatabaseDoor door = database.door();
  private final ScriptedNextHop sink = ScriptedNextHop.accepting();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private WrappingKeys wrappingKeys;
  private AuthDatabase pool;
  private boolean signsUnmarked = true;
  private OriginCheck.Enforcement enforcement = OriginCheck.Enforcement.ENFORCE;
  private ChangeFeed feed;
  private RelayPool relay;
  private SmtpFront front;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    Path keyFile = directory.resolve("wrapping-key");
    WrappingKeys.createFile(keyFile);
    wrappingKeys = WrappingKeys.load(List.of(keyFile));
    SigningRows.domain(database, "example.org", "");
    SigningRows.key(database, "example.org", "r1", RSA, wrappingKeys);
    SigningRows.key(database, "example.org", "e1", ED25519, wrappingKeys);

    pool = database.open(door.through(database.signerUrl()));
    feed = ChangeFeed.start(pool);
    SigningStore store =
        new CachingSigningStore(new JdbcSigningStore(pool), feed, CacheMetrics.NONE);
    MarkKeyStore markKeys =
        new CachingMarkKeyStore(new JdbcMarkKeyStore(pool), feed, CacheMetrics.NONE);
    SignerMetrics metrics = new SignerMetrics(registry);
    InstantSource clock = InstantSource.fixed(NOW);
    MessageSigner signer =
        new MessageSigner(
            new KeyRing(wrappingKeys, 100, metrics, clock),
            new ProfileBook(clock),
            null,
            metrics,
            clock);
    relay =
        RelayPool.start(NextHopConfiguration.of(sink.host(), sink.port(), "signer.example.org"));
    front =
        SmtpFront.builder()
            .hostName("signer.example.org")
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .spoolDirectory(Files.createDirectories(directory.resolve("spool")))
            .extensions(relay::extensions)
            .transactions(
                session ->
                    new SigningTransaction(
                        store,
                        signer,
                        new OwnResults(List.of()),
                        new OriginCheck(markKeys, signsUnmarked, enforcement),
                        NetworkMapping.Oversign.FULL,
                        metrics,
                        session,
                        relay,
                        8))
            .build();
    front.start();
  }

  @AfterEach
  void stop() {
    front.close();
    relay.close();
    feed.close();
    sink.close();
    database.close();
  }

  @Test
  void signsWithAllKeysAndLeavesTheMessageAsItCame() throws Exception {
    byte[] message = bytes(COMPLETE);
    assertTrue(send("alice@example.org", message).startsWith("250"));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    List<Map<String, String>> signatures = signatures(got);
    assertEquals(2, signatures.size());
    assertEquals("rsa-sha256", signatures.get(0).get("a"));
    assertEquals("r1", signatures.get(0).get("s"));
    assertEquals("ed25519-sha256", signatures.get(1).get("a"));
    assertEquals("e1", signatures.get(1).get("s"));
    for (Map<String, String> signature : signatures) {
      assertEquals("example.org", signature.get("d"));
      assertEquals(Long.toString(NOW.getEpochSecond()), signature.get("t"));
      assertEquals(
          Long.toString(NOW.plus(Duration.ofDays(7)).getEpochSecond()), signature.get("x"));
      assertFalse(signature.containsKey("l"));
    }
  }

  @Test
  void addsDateAndMessageIdBeforeItSigns() throws Exception {
    byte[] message = bytes("From: alice@example.org\r\nSubject: Hi\r\n\r\nHello.\r\n");
    send("alice@example.org", message);
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    String text = text(got);
    assertTrue(text.contains("\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n"), text);
    assertTrue(
        Pattern.compile("\r\nMessage-ID: <[0-9a-f-]{36}@example\\.org>\r\n").matcher(text).find(),
        text);
    assertTrue(text.indexOf("\r\nDate:") > text.lastIndexOf("DKIM-Signature:"), text);
    assertTrue(signatures(got).getFirst().get("h").contains("date:date"), text);
  }

  @Test
  void relaysForeignMailWithNothingButATraceField() throws Exception {
    byte[] message = bytes("From: eve@elsewhere.example\r\n\r\nHello.\r\n");
    send("alice@example.org", message);
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    String added = text(Arrays.copyOf(got, got.length - message.length));
    assertTrue(added.startsWith("Received: from client.example"), added);
    assertEquals(1, added.split("\r\n(?![ \t])", 0).length, added);
  }

  @Test
  void signsMailWithTheNullReversePathByItsAuthor() throws Exception {
    send("", bytes(COMPLETE));
    assertEquals(2, signatures(sink.awaitMessage(SOON).data()).size());
  }

  /**
   * Symptom: olga of one domain submitted mail in the name of alice of another, and it was signed
   * for alice's. Cause: nothing bound the author to the sender.
   */
  @Test
  void doesNotSignForAnotherTenantWhoseDomainAsks() throws Exception {
    SigningRows.domain(database, "garden.example", ", author_must_match = 'domain'");
    SigningRows.key(database, "garden.example", "e1", ED25519, wrappingKeys);
    byte[] message = bytes(COMPLETE.replace("alice@example.org", "alice@garden.example"));
    assertTrue(send("olga@example.org", message).startsWith("250"));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    assertEquals(List.of(), signatures(got));
    assertEquals(1, counted("author_mismatch"));
    send("alice@garden.example", message);
    assertEquals(1, signatures(sink.awaitMessages(2, SOON).getLast().data()).size());
    send("", message);
    assertEquals(1, signatures(sink.awaitMessages(3, SOON).getLast().data()).size());
  }

  @Test
  void doesNotSignASpoofedAuthorThatWasForwardedAndRemovesTheMark() throws Exception {
    byte[] message = bytes(COMPLETE);
    byte[] mark = bytes("Authserver-Forwarded: v=1; submitted=no\r\n");
    send("srs0@example.org", join(mark, message));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    assertEquals(List.of(), signatures(got));
    assertFalse(text(got).contains("Authserver-Forwarded"));
  }

  @Test
  void signsAForwardedCopyOfMailThatWasSubmittedAndRemovesTheMark() throws Exception {
    byte[] message = bytes(COMPLETE);
    byte[] mark = bytes("Authserver-Forwarded: v=1; submitted=yes\r\n");
    send("srs0@example.org", join(mark, message));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    assertEquals(2, signatures(got).size());
    assertFalse(text(got).contains("Authserver-Forwarded"));
  }

  /** Returns a message as mailforwarder sends it on. */
  private byte[] marked(OriginMark mark, String message) throws Exception {
    HeaderSection header = MessageBytes.of(bytes(message)).header();
    byte[] field = mark.toField("m1", new JdbcMarkKeyStore(pool).find().getFirst(), header);
    return join(field, bytes("Received: from c by us with ESMTP id m1; now\r\n" + message));
  }

  private byte[] marked(boolean submitted) throws Exception {
    return marked(new OriginMark(submitted, OriginMark.Author.UNJUDGED), COMPLETE);
  }

  @Test
  void whereMailforwarderIsInFrontOnlyAProofIsSignedAndNoMarkLeaves() throws Exception {
    signsUnmarked = false;
    byte[] former = join(bytes("Authserver-Forwarded: v=1; submitted=yes\r\n"), bytes(COMPLETE));
    byte[] edited = bytes(text(marked(true)).replace("alice@", "carol@"));
    String mark = text(marked(true)).split("(?=Received: from c by us)", 2)[0];
    List<byte[]> unproved =
        List.of(bytes(COMPLETE), former, marked(false), edited, join(bytes(mark), marked(true)));
    for (byte[] message : unproved) {
      assertTrue(send("alice@example.org", message).startsWith("250"));
      byte[] got = sink.messages().getLast().data();
      assertEquals(List.of(), signatures(got), text(message));
      assertFalse(text(got).contains("Authserver-Forwarded"));
    }
    byte[] mismatch = marked(new OriginMark(true, OriginMark.Author.MISMATCH), COMPLETE);
    assertTrue(send("alice@example.org", mismatch).startsWith("250"));
    assertEquals(List.of(), signatures(sink.messages().getLast().data()));
    assertEquals(5, counted("not_submitted"));
    assertEquals(1, counted("author_mismatch"));

    assertTrue(send("alice@example.org", marked(true)).startsWith("250"));
    byte[] got = sink.messages().getLast().data();
    assertEquals(2, signatures(got).size());
    assertFalse(text(got).contains("Authserver-Forwarded"));
    assertEndsWith(bytes(COMPLETE), got);
  }

  @Test
  void whatIsNotSubmittedDoesNotWaitForASignature() throws Exception {
    signsUnmarked = false;
    SigningRows.domain(database, "strict.example", ", require_signature = true");
    byte[] message = bytes("From: a@strict.example\r\n\r\nHello.\r\n");
    assertTrue(send("a@strict.example", message).startsWith("250"));
    assertEquals(List.of(), signatures(sink.awaitMessage(SOON).data()));
  }

  @Test
  void whereTheOriginIsOnlyReportedItIsSignedAndCounted() throws Exception {
    signsUnmarked = false;
    enforcement = OriginCheck.Enforcement.REPORT;
    assertTrue(send("alice@example.org", bytes(COMPLETE)).startsWith("250"));
    assertTrue(send("alice@example.org", marked(false)).startsWith("250"));
    for (ScriptedNextHop.Message message : sink.awaitMessages(2, SOON)) {
      assertEquals(2, signatures(message.data()).size());
      assertFalse(message.text().contains("Authserver-Forwarded"));
    }
    assertEquals(1, counted("authserver_signer_origin_reports", "origin", "mark_missing"));
    assertEquals(1, counted("authserver_signer_origin_reports", "origin", "not_submitted"));
    assertEquals(1, counted("authserver_signer_origins", "origin", "mark_missing"));
  }

  @Test
  void aKeyThatWasTakenAwayProvesNothing() throws Exception {
    byte[] old = marked(true);
    assertTrue(send("alice@example.org", old).startsWith("250"));
    assertEquals(2, signatures(sink.awaitMessage(SOON).data()).size());
    database.execute(
        "TRUNCATE authserver.mark_key", "INSERT INTO authserver.mark_key DEFAULT VALUES");
    Instant giveUp = Instant.now().plus(SOON);
    while (!signatures(sink.messages().getLast().data()).isEmpty()) {
      assertTrue(Instant.now().isBefore(giveUp), "the change was not seen");
      send("alice@example.org", old);
    }
    send("alice@example.org", marked(true));
    assertEquals(2, signatures(sink.messages().getLast().data()).size());
  }

  @Test
  void withTheDatabaseAwayWhatIsProvedGoesOn() throws Exception {
    byte[] proved = marked(true);
    assertTrue(send("alice@example.org", proved).startsWith("250"));
    door.shut();
    assertTrue(send("alice@example.org", proved).startsWith("250"));
    assertEquals(2, signatures(sink.awaitMessages(2, SOON).get(1).data()).size());
  }

  @Test
  void oneBrokenKeyDoesNotStopTheOthers() throws Exception {
    database.execute(
        "UPDATE authserver.dkim_key SET wrapped_private_key = decode(repeat('00', 64), 'hex')"
            + " WHERE selector = 'r1'");
    send("alice@example.org", bytes(COMPLETE));
    List<Map<String, String>> signatures = signatures(sink.awaitMessage(SOON).data());
    assertEquals(List.of("e1"), signatures.stream().map(each -> each.get("s")).toList());
  }

  @Test
  void aDomainThatRequiresASignatureWaitsForAUsableKey() throws Exception {
    SigningRows.domain(database, "strict.example", ", require_signature = true");
    byte[] message = bytes("From: a@strict.example\r\n\r\nHello.\r\n");
    assertTrue(send("a@strict.example", message).startsWith("451 4.3.5"));
    assertEquals(List.of(), sink.messages());
  }

  @Test
  void aDeactivatedDomainsMailIsRelayedUnsignedUntilItIsActivated() throws Exception {
    SigningRows.domain(database, "sub.example.org", ", require_signature = true, active = false");
    SigningRows.ed25519Key(database, "sub.example.org", "e1", wrappingKeys);
    byte[] message = bytes("From: a@sub.example.org\r\n\r\nHello.\r\n");
    // Neither with its own key, nor with those of the parent; and it does not wait.
    assertTrue(send("a@sub.example.org", message).startsWith("250"));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(message, got);
    assertEquals(List.of(), signatures(got));

    database.execute("UPDATE authserver.domain SET active = true WHERE name = 'sub.example.org'");
    Instant giveUp = Instant.now().plus(SOON);
    int sent = 1;
    while (signatures(sink.messages().getLast().data()).isEmpty()) {
      assertTrue(Instant.now().isBefore(giveUp), "the change was not seen");
      send("a@sub.example.org", message);
      sent++;
      sink.awaitMessages(sent, SOON);
    }
    assertEquals(
        "sub.example.org", signatures(sink.messages().getLast().data()).getFirst().get("d"));
  }

  @Test
  void refusesSeveralAuthorsWhereTheDomainSaysSo() throws Exception {
    SigningRows.domain(database, "strict.example", ", refuse_several_authors = true");
    byte[] strict = bytes("From: a@strict.example\r\nFrom: b@strict.example\r\n\r\nHello.\r\n");
    assertTrue(send("a@strict.example", strict).startsWith("550 5.6.0"));
    byte[] lenient = bytes("From: a@example.org\r\nFrom: b@example.org\r\n\r\nHello.\r\n");
    assertTrue(send("a@example.org", lenient).startsWith("250"));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(lenient, got);
    assertEquals(List.of(), signatures(got));
  }

  /**
   * Symptom: with 20 foreign authors before it, an author of a domain that refuses several, or
   * requires a signature, left unsigned. Cause: 20 domains were looked up.
   */
  @Test
  void refusesSeveralAuthorsHoweverManyThereAre() throws Exception {
    SigningRows.domain(database, "strict.example", ", refuse_several_authors = true");
    SigningRows.domain(database, "required.example", ", require_signature = true");
    String foreign =
        IntStream.range(0, 300)
            .mapToObj(i -> "<u@d" + i + ".example>,\r\n ")
            .collect(Collectors.joining("", "From: ", ""));
    for (String last : List.of("a@strict.example", "a@required.example")) {
      byte[] refused = bytes(foreign + last + "\r\n\r\nHello.\r\n");
      assertTrue(send("bounce@far.example", refused).startsWith("550 5.6.0"), last);
    }
    byte[] lenient = bytes(foreign + "a@example.org\r\n\r\nHello.\r\n");
    assertTrue(send("bounce@far.example", lenient).startsWith("250"));
    byte[] got = sink.awaitMessage(SOON).data();
    assertEndsWith(lenient, got);
    assertEquals(List.of(), signatures(got));
  }

  @Test
  void refusesAFromThatIsTooLongToBeRead() throws Exception {
    String name = "From: \"" + "x\r\n ".repeat(4000) + "\"";
    String address = "<alice@example.org>\r\n";
    String longest =
        name + " ".repeat(AuthorReader.MOST_BYTES - name.length() - address.length()) + address;
    String rest = COMPLETE.substring(COMPLETE.indexOf("To:"));
    assertTrue(send("alice@example.org", bytes(longest + rest)).startsWith("250"));
    assertEquals(2, signatures(sink.awaitMessage(SOON).data()).size());
    assertEquals(
        "550 5.6.0 From has more than 16384 bytes",
        send("alice@example.org", bytes(longest.replace("<", " <") + rest)).strip());
    assertEquals(1, counted("refused_long_from"));
    assertEquals(1, sink.messages().size());
  }

  private double counted(String decision) {
    return counted("authserver_signer_messages", "decision", decision);
  }

  private double counted(String counter, String label, String value) {
    return registry.scrape(name -> name.equals(counter)).stream()
        .flatMap(metric -> ((CounterSnapshot) metric).getDataPoints().stream())
        .filter(point -> value.equals(point.getLabels().get(label)))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  @Test
  void seesANewKeyWithoutARestart() throws Exception {
    send("alice@example.org", bytes(COMPLETE));
    assertEquals(2, signatures(sink.awaitMessage(SOON).data()).size());
    SigningRows.ed25519Key(database, "example.org", "e2", wrappingKeys);
    Instant giveUp = Instant.now().plus(SOON);
    int sent = 1;
    while (signatures(sink.messages().getLast().data()).size() < 3) {
      assertTrue(Instant.now().isBefore(giveUp), "the new key was not seen");
      send("alice@example.org", bytes(COMPLETE));
      sent++;
      sink.awaitMessages(sent, SOON);
    }
  }

  @Test
  void answersFromTheCacheWhileTheDatabaseIsAwayAnd451ForTheRest() throws Exception {
    assertTrue(send("alice@example.org", bytes(COMPLETE)).startsWith("250"));
    door.shut();
    assertTrue(send("alice@example.org", bytes(COMPLETE)).startsWith("250"));
    assertEquals(2, signatures(sink.awaitMessages(2, SOON).get(1).data()).size());
    byte[] unknown = bytes("From: a@never.asked.example\r\n\r\nHello.\r\n");
    assertTrue(send("a@never.asked.example", unknown).startsWith("451 4.3.0"));
    door.open();
    Instant giveUp = Instant.now().plus(SOON);
    while (!send("a@never.asked.example", unknown).startsWith("250")) {
      assertTrue(Instant.now().isBefore(giveUp), "the database was not found again");
    }
  }

  @Test
  void passesOnWhatTheNextHopSays() throws Exception {
    sink.stop();
    try (RawSmtpClient client = RawSmtpClient.greeted(front.localAddresses().getFirst())) {
      client.command("EHLO client.example");
      String mail = client.command("MAIL FROM:<alice@example.org>");
      String reply = mail.startsWith("250") ? client.command("RCPT TO:<bob@x.example>") : mail;
      assertTrue(reply.startsWith("451 4.4.1"), reply);
    }
    sink.restart();
    Instant giveUp = Instant.now().plus(SOON);
    while (!send("alice@example.org", bytes(COMPLETE)).startsWith("250")) {
      assertTrue(Instant.now().isBefore(giveUp), "the next hop was not found again");
    }
  }

  @Test
  void theSignersRoleReadsNoTable() {
    assertThrowsDenied("SELECT 1 FROM authserver.dkim_key");
    assertThrowsDenied("SELECT 1 FROM authserver.email_alias");
  }

  private void assertThrowsDenied(String sql) {
    boolean denied = false;
    try {
      pool.read(
          connection -> {
            try (var statement = connection.createStatement()) {
              return statement.execute(sql);
            }
          });
    } catch (io.authserver.db.pool.AuthDatabaseException e) {
      denied = e.isDenied();
    }
    assertTrue(denied, sql);
  }

  /** Sends a message and returns the reply that decided it. */
  private String send(String reversePath, byte[] message) throws Exception {
    try (RawSmtpClient client = RawSmtpClient.greeted(front.localAddresses().getFirst())) {
      client.command("EHLO client.example", "250");
      for (String command :
          List.of("MAIL FROM:<" + reversePath + ">", "RCPT TO:<bob@elsewhere.example>")) {
        String reply = client.command(command);
        if (!reply.startsWith("250")) {
          return reply;
        }
      }
      return client.data(message);
    }
  }

  private static List<Map<String, String>> signatures(byte[] message) {
    Matcher field =
        Pattern.compile("^DKIM-Signature:((?:.|\r\n[ \t])*)\r\n", Pattern.MULTILINE)
            .matcher(text(message).split("\r\n\r\n", 2)[0] + "\r\n");
    List<Map<String, String>> signatures = new java.util.ArrayList<>();
    while (field.find()) {
      Map<String, String> tags = new TreeMap<>();
      for (String tag : field.group(1).replaceAll("\\s", "").split(";", -1)) {
        tags.put(tag.substring(0, tag.indexOf('=')), tag.substring(tag.indexOf('=') + 1));
      }
      signatures.add(tags);
    }
    return signatures;
  }

  private static void assertEndsWith(byte[] tail, byte[] whole) {
    assertArrayEquals(
        tail, Arrays.copyOfRange(whole, Math.max(0, whole.length - tail.length), whole.length));
  }

  private static byte[] join(byte[] one, byte[] other) {
    byte[] joined = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, joined, one.length, other.length);
    return joined;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
