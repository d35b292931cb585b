package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every limit of a front: its exact reply, its metric, its row in docs/operations.md. */
class FrontLimitsIT {
  private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
  private static final Duration SOON = Duration.ofMillis(300);

  @TempDir Path spool;
  private final RecordingMetrics metrics = new RecordingMetrics();

  /** Meets one limit. */
  private interface Scenario {
    void run() throws Exception;
  }

  private Map<FrontMetrics.Limit, Scenario> scenarios() {
    Map<FrontMetrics.Limit, Scenario> all = new EnumMap<>(FrontMetrics.Limit.class);
    all.put(FrontMetrics.Limit.MESSAGE_SIZE, this::messageSize);
    all.put(FrontMetrics.Limit.RECIPIENTS, this::recipients);
    all.put(FrontMetrics.Limit.SESSIONS, this::sessions);
    all.put(FrontMetrics.Limit.SESSIONS_PER_CLIENT, this::sessionsPerClient);
    all.put(FrontMetrics.Limit.COMMAND_LINE, this::commandLine);
    all.put(
        FrontMetrics.Limit.HEADER_SIZE,
        () -> refusedData("X: y\r\n".repeat(200_000), "552 5.3.4 header section too large"));
    all.put(FrontMetrics.Limit.HEADER_FIELDS, this::headerFields);
    all.put(
        FrontMetrics.Limit.LINE_LENGTH,
        () ->
            refusedData(
                "\r\n" + "x".repeat(65_537) + "\r\n", "554 5.6.0 line of the message too long"));
    all.put(
        FrontMetrics.Limit.RECEIVED_FIELDS,
        () ->
            refusedData(
                "Received: x\r\n".repeat(101) + "\r\n",
                "554 5.4.6 more than 100 Received fields: a loop"));
    all.put(FrontMetrics.Limit.ERRORS, this::errors);
    all.put(FrontMetrics.Limit.COMMAND_TIME, this::commandTime);
    all.put(FrontMetrics.Limit.DATA_TIME, this::dataTime);
    all.put(FrontMetrics.Limit.SESSION_TIME, this::sessionTime);
    all.put(FrontMetrics.Limit.WRITE_TIME, this::writeTime);
    all.put(FrontMetrics.Limit.HANDSHAKE_TIME, this::handshakeTime);
    all.put(FrontMetrics.Limit.REPLY_TIME, this::replyTime);
    all.put(FrontMetrics.Limit.STORAGE, this::storage);
    all.put(FrontMetrics.Limit.SPOOL_QUOTA, this::spoolQuota);
    all.put(FrontMetrics.Limit.WORKING_MEMORY, this::workingMemory);
    return all;
  }

  @TestFactory
  @DisplayName("RFC 5321 §4.5.3: every limit has its reply and is counted")
  Stream<DynamicTest> everyLimit() {
    Map<FrontMetrics.Limit, Scenario> all = scenarios();
    assertEquals(EnumSet.allOf(FrontMetrics.Limit.class), all.keySet());
    return all.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey().toString(),
                    () -> {
                      metrics.events.clear();
                      entry.getValue().run();
                      assertEquals("limit " + entry.getKey(), metrics.next());
                    }));
  }

  @Test
  void everyLimitIsDocumentedWithItsLabel() throws IOException {
    List<String> lines = Files.readAllLines(OPERATIONS);
    for (FrontMetrics.Limit limit : FrontMetrics.Limit.values()) {
      String label = "| `" + limit.name().toLowerCase(Locale.ROOT) + "` |";
      assertEquals(1, lines.stream().filter(line -> line.endsWith(label)).count(), label);
    }
  }

  private FrontFixture front(UnaryOperator<SmtpFront.Builder> change) throws IOException {
    return new FrontFixture(builder -> change.apply(builder.metrics(metrics)));
  }

  private static FrontTimeouts timeouts(
      Duration command, Duration data, Duration session, Duration write, Duration reply) {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    return new FrontTimeouts(command, data, d.message(), session, write, d.finalDot(), reply);
  }

  private void messageSize() throws IOException {
    try (FrontFixture fixture =
            front(builder -> builder.limits(FrontFixture.limits(1000, 10, 10, 10)));
        RawSmtpClient client = fixture.greeted()) {
      assertEquals(
          "552 5.3.4 message too large", client.command("MAIL FROM:<a@example.org> SIZE=1001"));
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      // One limit more that is met: the reply is that of the first.
      assertEquals(
          "552 5.3.4 message too large",
          client.data(FrontFixture.bytes("Received: x\r\n".repeat(200) + "\r\n")));
    }
  }

  private void recipients() throws IOException {
    try (FrontFixture fixture =
            front(builder -> builder.limits(FrontFixture.limits(1000, 2, 10, 10)));
        RawSmtpClient client = fixture.greeted()) {
      client.sendLines(
          "MAIL FROM:<a@example.org>",
          "RCPT TO:<b@example.org>",
          "RCPT TO:<c@example.org>",
          "RCPT TO:<d@example.org>",
          "RCPT TO:<e@example.org>",
          "RCPT TO:<f@example.org>",
          "DATA");
      client.expect("250");
      client.expect("250");
      client.expect("250");
      for (int i = 0; i < 3; i++) {
        assertEquals("452 4.5.3 too many recipients", client.readReply());
      }
      client.expect("354");
      client.send("x\r\n.\r\n");
      client.expect("250");
    }
  }

  private void sessions() throws IOException {
    try (FrontFixture fixture =
            front(builder -> builder.limits(FrontFixture.limits(1000, 10, 1, 10)));
        RawSmtpClient first = fixture.greeted();
        RawSmtpClient second = fixture.connect()) {
      assertEquals("421 4.3.2 too many sessions", second.readReply());
      assertEquals(1, fixture.front.sessionCount());
      assertNull(second.readLine());
      first.command("NOOP", "250");
    }
  }

  /** Without a network: every client that a test could be is on loopback, which is not counted. */
  private void sessionsPerClient() throws IOException {
    InetAddress client = InetAddress.getByName("192.0.2.1");
    FrontSettings settings =
        SmtpFront.builder()
            .listen(new InetSocketAddress(client, 25))
            .extensions(Optional::empty)
            .transactions(new RecordingTransactions())
            .allowedClients(List.of(Network.parse("192.0.2.0/24")))
            .metrics(metrics)
            .settings();
    SessionRegistry sessions = new SessionRegistry(10, 2);
    sessions.admit(client);
    sessions.admit(client);
    try (LogCapture log = new LogCapture("io.authserver.smtp.server")) {
      assertEquals(
          "421 4.7.0 too many sessions from your address\r\n", served(settings, sessions, client));
      assertEquals(
          List.of("INFO event=session_refused limit=sessions_per_client client=[192.0.2.1]"),
          log.containing("client=[192.0.2.1]"));
    }
    assertTrue(served(settings, sessions, InetAddress.getByName("192.0.2.2")).startsWith("220 "));
    sessions.release(client);
    assertTrue(served(settings, sessions, client).startsWith("220 "));
    assertEquals(1, sessions.size());
  }

  /** Returns what a client is told that says QUIT. */
  private static String served(FrontSettings settings, SessionRegistry sessions, InetAddress client)
      throws IOException {
    MemorySocket socket = new MemorySocket(FrontFixture.bytes("QUIT\r\n"), 1, client);
    new TakeOver(settings, sessions).serve(socket);
    return new String(socket.written(), StandardCharsets.US_ASCII);
  }

  private void commandLine() throws IOException {
    try (FrontFixture fixture = front(builder -> builder);
        RawSmtpClient client = fixture.greeted()) {
      client.command("NOOP " + "x".repeat(4091), "250");
      assertEquals("500 5.5.2 command line too long", client.command("NOOP " + "x".repeat(4092)));
    }
  }

  private void refusedData(String message, String reply) throws IOException {
    try (FrontFixture fixture = front(builder -> builder);
        RawSmtpClient client = fixture.inTransaction()) {
      assertEquals(reply, client.data(FrontFixture.bytes(message)));
      client.command("NOOP", "250");
      assertTrue(fixture.daemon.messages.isEmpty());
      assertEquals(0, fixture.budget.used());
    }
  }

  private void headerFields() throws IOException {
    try (LogCapture log = new LogCapture("io.authserver.smtp.transaction");
        FrontFixture fixture = front(builder -> builder.spoolDirectory(spool));
        RawSmtpClient client = fixture.inTransaction()) {
      // The rest of it is read and kept nowhere: all of it would go to the spool, which counts.
      assertTrue(fixture.budget.tryReserve(fixture.budget.capacity() - 200_000));
      String rest = "\r\n" + "body\r\n".repeat(100_000);
      assertEquals(
          "552 5.3.4 too many header fields",
          client.data(FrontFixture.bytes("a:\r\n".repeat(5001) + rest)));
      client.command("RSET", "250");
      assertEquals(1, log.containing(" limit=header_fields ").size());
      assertTrue(fixture.daemon.messages.isEmpty());
    }
    // At the limit, the last field folded.
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient client = fixture.inTransaction()) {
      assertEquals(
          "250 2.0.0 taken",
          client.data(FrontFixture.bytes("a:\r\n".repeat(5000) + " b\r\n\r\nbody\r\n")));
    }
  }

  private void errors() throws IOException {
    try (FrontFixture fixture =
            front(builder -> builder.limits(FrontFixture.limits(1000, 10, 10, 2)));
        RawSmtpClient client = fixture.greeted()) {
      client.command("FOO", "500");
      client.command("FOO", "500");
      assertEquals("421 4.7.0 too many errors", client.readReply());
      assertNull(client.readLine());
    }
  }

  /** What the daemon calls an error of the client counts with bad commands. */
  @Test
  void recipientsCanBeErrors() throws IOException {
    try (FrontFixture fixture =
            front(builder -> builder.limits(FrontFixture.limits(1000, 10, 10, 4)));
        RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@x.example>", "250");
      client.command("RCPT TO:<b@x.example>", "250");
      fixture.daemon.onRecipient = recipient -> Reply.of(550, "5.1.1", "no such address");
      client.command("RCPT TO:<c@x.example>", "550");
      fixture.daemon.errorsOfClient = 1;
      client.command("RCPT TO:<d@x.example>", "550");
      client.command("FOO", "500");
      fixture.daemon.errorsOfClient = 2;
      client.command("RCPT TO:<e@x.example>", "550");
      assertEquals("421 4.7.0 too many errors", client.readReply());
      assertNull(client.readLine());
    }
  }

  private void commandTime() throws IOException {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick = timeouts(SOON, d.dataBlock(), d.session(), d.write(), d.reply());
    try (FrontFixture fixture = front(builder -> builder.timeouts(quick));
        RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.send("EHL");
      assertEquals("421 4.4.2 timeout", client.readReply());
      assertNull(client.readLine());
    }
  }

  private void dataTime() throws IOException {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick = timeouts(d.command(), SOON, d.session(), d.write(), d.reply());
    try (FrontFixture fixture = front(builder -> builder.timeouts(quick));
        RawSmtpClient client = fixture.inTransaction()) {
      client.command("DATA", "354");
      client.send("x\r\n.\r");
      assertEquals("421 4.4.2 timeout", client.readReply());
      assertNull(client.readLine());
      assertTrue(fixture.daemon.messages.isEmpty());
    }
  }

  private void sessionTime() throws IOException {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick =
        timeouts(d.command(), d.dataBlock(), Duration.ofNanos(1), d.write(), d.reply());
    try (FrontFixture fixture = front(builder -> builder.timeouts(quick));
        RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      assertEquals("421 4.4.2 session took too long", client.readReply());
      assertNull(client.readLine());
    }
  }

  private void writeTime() throws IOException {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick = timeouts(d.command(), d.dataBlock(), d.session(), SOON, d.reply());
    try (FrontFixture fixture = front(builder -> builder.timeouts(quick));
        RawSmtpClient client = fixture.greeted()) {
      byte[] burst = FrontFixture.bytes("HELP\r\n".repeat(10_000));
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              client.send(burst);
            }
          });
    }
  }

  private void handshakeTime() throws IOException, NoSuchAlgorithmException {
    SSLContext context = SSLContext.getDefault();
    try (FrontFixture fixture =
            front(builder -> builder.startTls(new StartTls(() -> context, true, SOON)));
        RawSmtpClient client = fixture.greeted()) {
      client.command("STARTTLS", "220 2.0.0 ready to start TLS");
      client.readToEnd();
    }
  }

  private void replyTime() throws IOException {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick = timeouts(d.command(), d.dataBlock(), d.session(), d.write(), SOON);
    CountDownLatch never = new CountDownLatch(1);
    try (FrontFixture fixture = front(builder -> builder.timeouts(quick));
        RawSmtpClient client = fixture.inTransaction()) {
      fixture.daemon.onMessage =
          (message, recipients) -> {
            try {
              assertTrue(never.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return List.of(Reply.of(250, "2.0.0", "taken"));
          };
      assertEquals(
          "451 4.3.0 local error, try again later", client.data(FrontFixture.bytes("x\r\n")));
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  private void storage() throws IOException {
    try (FrontFixture fixture =
            new FrontFixture(
                builder -> builder.metrics(metrics).spoolDirectory(spool.resolve("missing")),
                new MemoryBudget(0));
        RawSmtpClient client = fixture.inTransaction()) {
      assertEquals(
          "452 4.3.1 no space for the message now", client.data(FrontFixture.bytes("x\r\n")));
      client.command("NOOP", "250");
    }
  }

  private void spoolQuota() throws IOException, InterruptedException {
    MemoryBudget quota = new MemoryBudget(100_000);
    byte[] message = FrontFixture.bytes("\r\n" + "body\r\n".repeat(10_000));
    try (LogCapture log = new LogCapture("io.authserver.smtp.server");
        FrontFixture fixture =
            new FrontFixture(
                builder -> builder.metrics(metrics).spoolDirectory(spool).spoolQuota(quota),
                new MemoryBudget(0));
        RawSmtpClient client = fixture.inTransaction()) {
      assertTrue(quota.tryReserve(50_000));
      assertEquals("452 4.3.1 no room in the spool for the message now", client.data(message));
      assertEquals(1, log.containing("WARN event=spool_full bytes=60002 used=50000").size());
      assertEquals("spooled", metrics.next());
      quota.release(50_000);
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", client.data(message));
      assertEquals(0, quota.used());
    }
  }

  private void workingMemory() throws IOException {
    MemoryBudget working = new MemoryBudget(10_000);
    try (FrontFixture fixture = front(builder -> builder.workingMemory(working));
        RawSmtpClient client = fixture.inTransaction()) {
      assertTrue(working.tryReserve(9_000));
      byte[] message = FrontFixture.bytes("X: y\r\n".repeat(100) + "\r\n");
      assertEquals("452 4.3.1 not enough memory for the header section now", client.data(message));
      working.release(9_000);
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", client.data(message));
      assertEquals(0, working.used());
    }
  }

  /** 1,000 recipients with long parameters in each of many sessions are gigabytes. */
  @Test
  void recipientsAreReserved() throws IOException {
    MemoryBudget working = new MemoryBudget(10_000);
    try (LogCapture log = new LogCapture("io.authserver.smtp");
        FrontFixture fixture = front(builder -> builder.workingMemory(working));
        RawSmtpClient client = fixture.greeted();
        RawSmtpClient other = fixture.greeted()) {
      String orcpt = " ORCPT=rfc822;" + "x".repeat(490);
      client.command("MAIL FROM:<a@example.org>", "250");
      fixture.daemon.onRecipient = recipient -> Reply.of(550, "5.1.1", "unknown");
      client.command("RCPT TO:<b@example.org>" + orcpt, "550");
      assertEquals(0, working.used());
      fixture.daemon.onRecipient = recipient -> Reply.of(250, "2.1.5", "ok");
      for (int i = 0; i < 3; i++) {
        client.command("RCPT TO:<b@example.org>" + orcpt, "250");
      }
      assertTrue(working.used() > 3 * 4 * 500);
      client.sendLines("RCPT TO:<b@example.org>" + orcpt, "RCPT TO:<c@example.org>" + orcpt);
      String full = "452 4.3.1 not enough memory for another recipient now";
      assertEquals(full, client.readReply());
      assertEquals(full, client.readReply());
      other.command("MAIL FROM:<a@example.org>", "250");
      assertEquals(full, other.command("RCPT TO:<b@example.org>" + orcpt));
      assertEquals(2, log.containing("WARN event=working_memory_spent purpose=recipients").size());
      assertEquals("250 2.0.0 taken", client.data(FrontFixture.bytes("X: y\r\n\r\n")));
      assertEquals(0, working.used());
      other.command("RCPT TO:<b@example.org>" + orcpt, "250");
    }
  }

  @Test
  void whatTheDaemonMakesOfAHeaderIsReservedBeforeItGetsIt() throws IOException {
    MemoryBudget working = new MemoryBudget(10_000);
    try (LogCapture log = new LogCapture("io.authserver.smtp");
        FrontFixture fixture =
            front(
                builder ->
                    builder.workingMemory(working).headerCost(header -> header.length() * 10L));
        RawSmtpClient client = fixture.inTransaction()) {
      fixture.daemon.onMessage =
          (message, recipients) -> {
            assertTrue(working.used() > message.content().header().length() * 10L);
            return List.of(Reply.of(250, "2.0.0", "taken"));
          };
      assertEquals(
          "552 5.3.4 header section takes more memory than there is",
          client.data(FrontFixture.bytes("X: y\r\n".repeat(200))),
          "it could never be taken, and is not asked for again");
      assertEquals(
          1, log.containing("WARN event=working_memory_spent purpose=header bytes=14").size());
      client.command("MAIL FROM:<a@example.org>", "250");
      assertEquals(1, log.containing(" limit=working_memory ").size());
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", client.data(FrontFixture.bytes("X: y\r\n".repeat(100))));
      assertEquals(0, working.used());
    }
  }
}
