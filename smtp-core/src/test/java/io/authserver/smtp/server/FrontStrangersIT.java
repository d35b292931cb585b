package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.FrontMetrics.Refusal;
import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that do not speak SMTP, or not as mail clients do. Symptom: one HTTP POST that a web
 * application was made to send had its body signed and relayed. Cause: the lines of HTTP were
 * answered with 500, and the lines behind them executed.
 */
@Timeout(60)
class FrontStrangersIT {
  /** No other test's clients have it, whose lines stand in the same log. */
  private static final InetAddress OURS = InetAddress.ofLiteral("127.77.0.1");

  private static final String NO_SMTP = "421 4.7.0 this is not SMTP";
  private static final String MESSAGE =
      lines(
          "EHLO x",
          "MAIL FROM:<a@example.org>",
          "RCPT TO:<b@example.org>",
          "DATA",
          "From: ceo@example.org",
          "",
          "pay",
          ".");
  private static final String POST =
      lines("POST /x HTTP/1.1", "Host: 127.0.0.1:10036", "Content-Length: 111", "") + MESSAGE;

  private final RecordingMetrics metrics = new RecordingMetrics();
  private final LogCapture log = new LogCapture("io.authserver.smtp.server");
  private FrontFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new FrontFixture(builder -> builder.metrics(metrics));
  }

  @AfterEach
  void stop() {
    fixture.close();
    log.close();
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private RawSmtpClient connected() throws IOException {
    RawSmtpClient client = new RawSmtpClient(fixture.address(), OURS);
    client.expect("220");
    return client;
  }

  private RawSmtpClient greeted() throws IOException {
    RawSmtpClient client = connected();
    client.command("EHLO x", "250");
    return client;
  }

  /** Nothing more is said, nothing was begun, and the reason is counted and logged once. */
  private void assertRefused(RawSmtpClient client, Refusal reason) throws Exception {
    assertEquals("refused " + reason, metrics.next());
    assertNull(client.readLine());
    List<String> lines = log.containing("client=[127.77.0.1]");
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(
        lines
            .getFirst()
            .matches(
                "INFO event=session_refused reason="
                    + reason.label()
                    + " session=[0-9A-Z]+ client=\\[127\\.77\\.0\\.1]"),
        lines.getFirst());
    assertTrue(fixture.daemon.messages.isEmpty());
    assertTrue(metrics.events.isEmpty(), metrics.events.toString());
  }

  @Test
  void aPostInOneSegmentRelaysNothing() throws Exception {
    try (RawSmtpClient client = connected()) {
      client.send(POST);
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.HTTP);
      assertTrue(fixture.daemon.events.isEmpty());
    }
  }

  @Test
  void aPostByteByByteRelaysNothing() throws Exception {
    try (RawSmtpClient client = connected()) {
      String requestLine = POST.substring(0, POST.indexOf("\r\n") + 2);
      for (byte each : FrontFixture.bytes(requestLine)) {
        client.send(new byte[] {each});
      }
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.HTTP);
    }
  }

  /** Whichever comes first, its request or our banner: nothing of the body is executed. */
  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aRealHttpClientRelaysNothing(HttpClient.Version version) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + fixture.address().getPort() + "/"))
            .version(version)
            .timeout(Duration.ofSeconds(20))
            .POST(HttpRequest.BodyPublishers.ofString(MESSAGE))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThrows(
          IOException.class, () -> http.send(request, HttpResponse.BodyHandlers.discarding()));
    }
    String event = metrics.next();
    assertTrue(Set.of("refused HTTP", "refused BEFORE_BANNER").contains(event), event);
    assertTrue(fixture.daemon.events.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A method of the script's own choice, and what else may stand first.
        "NOOP / HTTP/1.0\r\n\r\n",
        "EHLO /x HTTP/1.1\r\nHost: x\r\n\r\n",
        "PROPFIND / HTTP/1.1\r\n\r\n",
        "GET /\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST / HTTP/1.1\nHost: x\n\n\r\n",
      })
  void noRequestIsFollowedByMail(String request) throws Exception {
    try (RawSmtpClient client = connected()) {
      client.send(request + MESSAGE);
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.HTTP);
    }
  }

  @Test
  void aRequestOverTheLimitOfALineIsStillOne() throws Exception {
    try (RawSmtpClient client = connected()) {
      client.send("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n" + MESSAGE);
      assertEquals(NO_SMTP, client.readReply());
      assertEquals("limit COMMAND_LINE", metrics.next());
      assertRefused(client, Refusal.HTTP);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host: 127.0.0.1:10036", "x-custom:1", "Accept:\t*/*", "Cookie: \u00e9"})
  void aHeaderFieldEndsTheSession(String field) throws Exception {
    try (RawSmtpClient client = connected()) {
      client.send("NOOP /x\r\n" + field + "\r\n" + MESSAGE);
      client.expect("250");
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.HEADER_FIELD);
    }
  }

  /** A client that sends its message although DATA was refused. */
  @Test
  void aMessageWhereCommandsAreExpectedEndsTheSessionAndItsTransaction() throws Exception {
    try (RawSmtpClient client = greeted()) {
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("DATA", "554");
      client.send("Received: from x\r\n\tby y\r\n\r\n" + MESSAGE);
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.HEADER_FIELD);
      assertEquals(List.of("mail <a@example.org>", "close"), List.copyOf(fixture.daemon.events));
    }
  }

  @Test
  void insideAMessageEverythingMayBeSaid() throws Exception {
    try (RawSmtpClient client = fixture.inTransaction()) {
      byte[] message = FrontFixture.bytes("Host: x\r\n\r\n" + POST.replace("\r\n.\r\n", "\r\n"));
      assertEquals("250 2.0.0 taken", client.data(message));
      client.command("MAIL FROM:<a@example.org>", "250");
    }
    assertTrue(metrics.events.isEmpty());
  }

  @Test
  @DisplayName("RFC 8446 §5.1: a ClientHello that was not asked for is answered, not waited for")
  void aClientHelloEndsTheSession() throws Exception {
    try (RawSmtpClient client = connected()) {
      // Its length is not there yet, and no CRLF ever comes.
      client.send(new byte[] {22, 3, 1});
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.TLS);
    }
  }

  @Test
  void tlsBehindACommandThatRefusesItEndsTheSession() throws Exception {
    try (RawSmtpClient client = greeted()) {
      client.command("STARTTLS", "502");
      client.send(new byte[] {22});
      client.send(new byte[] {3, 1, 2, 0, 1, 0, 1, -4, 3, 3, '\r', '\n'});
      client.send(MESSAGE);
      assertEquals(NO_SMTP, client.readReply());
      assertRefused(client, Refusal.TLS);
    }
  }

  /**
   * Hands a connection over when its client has spoken: a client that is faster than a busy daemon,
   * or that was in the backlog of a socket whose daemon is restarted.
   */
  private static final class Late extends ServerSocket {
    private final ServerSocket listening;

    Late(ServerSocket listening) throws IOException {
      this.listening = listening;
    }

    @Override
    public Socket accept() throws IOException {
      Socket accepted = listening.accept();
      while (accepted.getInputStream().available() == 0) {
        Thread.onSpinWait();
      }
      return accepted;
    }

    @Override
    public boolean isBound() {
      return true;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
      return listening.getLocalSocketAddress();
    }

    @Override
    public int getLocalPort() {
      return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      listening.close();
      super.close();
    }
  }

  enum Kind {
    OWN,
    /** As systemd's socket is accepted from. */
    CHANNEL
  }

  private static ServerSocket listening(Kind kind) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return switch (kind) {
      case OWN -> new ServerSocket(0, 10, loopback);
      case CHANNEL ->
          ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0), 10).socket();
    };
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("RFC 5321 §4.3.1: nothing is executed of what came before the banner")
  void whoSpeaksBeforeTheBannerIsRefused(Kind kind) throws Exception {
    ServerSocket listening = listening(kind);
    InetSocketAddress address = (InetSocketAddress) listening.getLocalSocketAddress();
    try (RawSmtpClient client = new RawSmtpClient(address, OURS)) {
      client.send(MESSAGE);
      Late late = new Late(listening);
      try (FrontFixture early =
          new FrontFixture(builder -> builder.metrics(metrics).listener(() -> late))) {
        assertEquals(NO_SMTP, client.readReply());
        assertRefused(client, Refusal.BEFORE_BANNER);
        assertTrue(early.daemon.events.isEmpty());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoWaitsInTheBacklogIsServed(Kind kind) throws Exception {
    ServerSocket listening = listening(kind);
    InetSocketAddress address = (InetSocketAddress) listening.getLocalSocketAddress();
    try (RawSmtpClient client = new RawSmtpClient(address);
        FrontFixture late = new FrontFixture(builder -> builder.listener(() -> listening))) {
      client.expect("220");
      client.send(MESSAGE);
      for (String reply : List.of("250", "250", "250", "354", "250 2.0.0 taken")) {
        client.expect(reply);
      }
      assertEquals("<a@example.org>", late.daemon.take().sender().reversePath().toString());
    }
  }

  @Test
  void tenErrorsWithoutMailEndTheSession() throws Exception {
    try (RawSmtpClient client = connected()) {
      client.send("FOO\r\n".repeat(10) + MESSAGE);
      for (int i = 0; i < 10; i++) {
        client.expect("500 5.5.1");
      }
      assertEquals("421 4.7.0 too many errors", client.readReply());
      assertRefused(client, Refusal.ERRORS_WITHOUT_MAIL);
    }
  }

  @Test
  void aMailClientThatMakesNineErrorsAndThenSendsIsServed() throws Exception {
    try (RawSmtpClient client = connected()) {
      client.command("EHLO x", "250");
      for (int i = 0; i < 5; i++) {
        for (String line :
            List.of(
                "XCLIENT ADDR=IPV6:::1",
                "TURN",
                "XFORWARD NAME=a:b",
                "AUTH PLAIN AGEAYg==",
                "MAILFROM:<a@example.org>",
                "FOO",
                "EHLO",
                "RSET now",
                "ETRN #a:b")) {
          assertTrue(client.command(line).startsWith("50"), line);
        }
        client.command("VRFY a:b", "252");
        client.command("HELP Host: x", "214");
        client.command("MAIL FROM:<a@example.org>", "250");
        client.command("RCPT TO:<b@example.org>", "250");
        assertEquals("250 2.0.0 taken", client.data(FrontFixture.bytes("x\r\n")));
      }
      client.command("QUIT", "221");
    }
    assertTrue(metrics.events.isEmpty(), metrics.events.toString());
  }

  /** They are refused, and the mail behind them is not kept waiting. */
  @Test
  void sendersThatAreRefusedAreNoErrorsOfAStranger() throws Exception {
    fixture.daemon.onMail =
        sender ->
            sender.reversePath().toString().contains("later")
                ? Reply.of(451, "4.3.0", "later")
                : Reply.of(250, "2.1.0", "ok");
    try (RawSmtpClient client = greeted()) {
      for (int i = 0; i < 20; i++) {
        client.command("MAIL FROM:<@>", "501");
        client.command("MAIL FROM:<later@example.org>", "451");
        client.sendLines("RCPT TO:<b@example.org>", "DATA");
        client.expect("503");
        client.expect("503");
      }
      client.command("MAIL FROM:<a@example.org>", "250");
    }
    assertTrue(metrics.events.isEmpty(), metrics.events.toString());
  }

  @Test
  void everyReasonIsDocumented() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("..", "docs", "operations.md"));
    for (Refusal reason : Refusal.values()) {
      String label = "| `" + reason.label() + "` |";
      assertEquals(1, lines.stream().filter(line -> line.endsWith(label)).count(), label);
    }
  }
}
