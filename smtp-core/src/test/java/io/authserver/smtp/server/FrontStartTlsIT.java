package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.GeneratedMessages;
import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.TestCertificate;
import io.authserver.smtp.tls.TlsCertificate;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** STARTTLS over real sockets (RFC 3207), with the JDK's own client and with raw bytes. */
class FrontStartTlsIT {
  private static final Duration USUAL = Duration.ofSeconds(30);

  @TempDir static Path directory;
  private static TestCertificate first;
  private static TlsCertificate certificate;

  private final RecordingMetrics metrics = new RecordingMetrics();

  @BeforeAll
  static void make() throws Exception {
    first = TestCertificate.make(directory, "-keyalg EC -groupname secp256r1 -validity 90");
    first.writeCertificate(directory.resolve("chain.pem"));
    first.writeKey(directory.resolve("key.pem"));
    certificate =
        TlsCertificate.load(
            directory.resolve("chain.pem"), directory.resolve("key.pem"), Instant::now);
  }

  private FrontFixture front() throws IOException {
    return front(certificate, USUAL, FrontTimeouts.DEFAULTS);
  }

  private FrontFixture front(
      Supplier<SSLContext> contexts, Duration handshake, FrontTimeouts timeouts)
      throws IOException {
    return new FrontFixture(
        builder ->
            builder
                .startTls(new StartTls(contexts, true, handshake))
                .timeouts(timeouts)
                .metrics(metrics));
  }

  private static RawSmtpClient underTls(FrontFixture fixture, String protocol) throws IOException {
    RawSmtpClient client = fixture.greeted();
    client.command("STARTTLS", "220 2.0.0");
    client.startTls(protocol);
    return client;
  }

  @Test
  @DisplayName("RFC 3207 §4: STARTTLS is not offered unless configured, nor on loopback")
  void isNotOfferedUnlessConfigured() throws IOException {
    try (FrontFixture fixture = new FrontFixture();
        RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      assertFalse(client.command("EHLO x", "250").contains("STARTTLS"));
      client.command("STARTTLS", "502 5.5.1");
    }
    try (FrontFixture fixture =
            new FrontFixture(builder -> builder.startTls(new StartTls(certificate, false, USUAL)));
        RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      assertFalse(client.command("EHLO x", "250").contains("STARTTLS"));
      client.command("STARTTLS", "502 5.5.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  @DisplayName("RFC 3207 §4.2, RFC 3848, RFC 6531 §4.3: a session begins anew under TLS")
  void aSessionBeginsAnew(String protocol) throws Exception {
    try (FrontFixture fixture = front();
        LogCapture log = new LogCapture("io.authserver.smtp.transaction");
        RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      assertTrue(client.command("EHLO before.example", "250").contains("STARTTLS"));
      client.command("STARTTLS", "220 2.0.0");
      SSLSession session = client.startTls(protocol);
      assertEquals(protocol, session.getProtocol());
      assertEquals(first.certificate(), session.getPeerCertificates()[0]);
      assertEquals("tls " + protocol, metrics.next());
      client.command("MAIL FROM:<a@example.org>", "503 5.5.1");
      assertFalse(client.command("EHLO after.example", "250").contains("STARTTLS"));
      client.command("STARTTLS", "503 5.5.1");
      client.command("MAIL FROM:<a@example.org> SMTPUTF8", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", client.data(FrontFixture.bytes("x\r\n")));
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", client.data(FrontFixture.bytes("x\r\n")));
      client.command("QUIT", "221");
      assertNull(client.readLine());
      String utf8 = fixture.daemon.take().trace();
      assertTrue(utf8.contains("from after.example "), utf8);
      assertTrue(utf8.contains(" with UTF8SMTPS id "), utf8);
      String plain = fixture.daemon.take().trace();
      assertTrue(plain.contains(" with ESMTPS id "), plain);
      String line = log.containing("tls=" + protocol).getFirst();
      assertTrue(line.contains("tls_cipher=" + session.getCipherSuite()), line);
    }
  }

  @Test
  @DisplayName("RFC 3207 §4: 501 with an argument, 503 before EHLO, after HELO, in a transaction")
  void hasItsPlace() throws IOException {
    try (FrontFixture fixture = front();
        RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command("STARTTLS", "503 5.5.1");
      client.command("HELO x", "250");
      client.command("STARTTLS", "503 5.5.1");
      client.command("EHLO x", "250");
      client.command("STARTTLS now", "501 5.5.4");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("STARTTLS", "503 5.5.1");
      client.command("RSET", "250");
      client.command("starttls", "220");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STARTTLS\r\nMAIL FROM:<evil@example.org>\r\n",
        "STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@example.org>\r\n",
        "STARTTLS\r\nR",
        "NOOP\r\nSTARTTLS\r\n\r\n"
      })
  @DisplayName("RFC 2920 §3.1, RFC 3207 §4.2: clear text behind STARTTLS is never executed")
  void clearTextBehindStartTlsEndsTheSession(String burst) throws Exception {
    // CVE-2011-0411: what was pipelined behind STARTTLS was executed after the handshake.
    try (FrontFixture fixture = front();
        RawSmtpClient client = fixture.greeted()) {
      client.send(burst);
      if (burst.startsWith("NOOP")) {
        client.expect("250");
      }
      client.expect("421 4.7.0");
      assertNull(client.readLine());
      assertEquals("tls failed", metrics.next());
      assertTrue(fixture.daemon.events.isEmpty());
    }
  }

  @Test
  @DisplayName("RFC 3207 §4.1: a handshake that fails is counted, said once, and ends the session")
  void aFailedHandshakeEndsTheSession() throws Exception {
    try (FrontFixture fixture = front();
        LogCapture log = new LogCapture("io.authserver.smtp.server");
        RawSmtpClient client = fixture.greeted()) {
      client.command("STARTTLS", "220");
      client.send("MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.org>\r\n");
      String rest = client.readToEnd();
      assertFalse(rest.contains("250"), rest);
      assertEquals("tls failed", metrics.next());
      assertTrue(fixture.daemon.events.isEmpty());
      List<String> lines = log.containing("event=tls_failed");
      assertEquals(1, lines.size(), lines::toString);
      assertTrue(lines.getFirst().startsWith("INFO"), lines::toString);
    }
  }

  @Test
  @DisplayName("RFC 8996: TLS 1.1 is refused")
  void oldVersionsAreRefused() throws Exception {
    byte[] hello = {
      0x16,
      0x03,
      0x01,
      0x00,
      0x2d, // handshake record
      0x01,
      0x00,
      0x00,
      0x29,
      0x03,
      0x02, // ClientHello, TLS 1.1
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
      13,
      14,
      15, // random
      16,
      17,
      18,
      19,
      20,
      21,
      22,
      23,
      24,
      25,
      26,
      27,
      28,
      29,
      30,
      31, //
      0x00,
      0x00,
      0x02,
      (byte) 0xc0,
      0x09,
      0x01,
      0x00 // no session, one suite, no compression
    };
    try (FrontFixture fixture = front();
        RawSmtpClient client = fixture.greeted()) {
      client.command("STARTTLS", "220");
      client.send(hello);
      byte[] answer = client.readToEnd().getBytes(StandardCharsets.ISO_8859_1);
      // An alert: fatal, protocol_version.
      assertEquals(0x15, answer[0]);
      assertEquals(2, answer[5]);
      assertEquals(70, answer[6]);
      assertEquals("tls failed", metrics.next());
    }
  }

  @Test
  @DisplayName("RFC 3207 §4: 454 where TLS cannot be had now, and the session goes on")
  void temporarilyNotAvailable() throws Exception {
    try (FrontFixture fixture =
            front(
                () -> {
                  throw new IllegalStateException("no provider");
                },
                USUAL,
                FrontTimeouts.DEFAULTS);
        RawSmtpClient client = fixture.greeted()) {
      client.command("STARTTLS", "454 4.7.0");
      assertEquals("tls failed", metrics.next());
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @Test
  void aHandshakeHasATimeout() throws Exception {
    try (FrontFixture fixture = front(certificate, Duration.ofMillis(300), FrontTimeouts.DEFAULTS);
        RawSmtpClient client = fixture.greeted()) {
      client.command("STARTTLS", "220");
      client.send(new byte[] {0x16, 0x03, 0x01});
      client.readToEnd();
      assertEquals("limit HANDSHAKE_TIME", metrics.next());
      assertEquals("tls failed", metrics.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void commandsUnderTlsHaveTheirTimeoutToo(String protocol) throws Exception {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick =
        new FrontTimeouts(
            Duration.ofMillis(500),
            d.dataBlock(),
            d.message(),
            d.session(),
            d.write(),
            d.finalDot());
    try (FrontFixture fixture = front(certificate, USUAL, quick);
        RawSmtpClient client = underTls(fixture, protocol)) {
      assertEquals("tls " + protocol, metrics.next());
      client.expect("421 4.4.2");
      assertNull(client.readLine());
      assertEquals("limit COMMAND_TIME", metrics.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  @DisplayName("RFC 5321 §3.8: draining says 421 under TLS, and lets transactions finish")
  void draining(String protocol) throws Exception {
    try (FrontFixture fixture = front();
        RawSmtpClient idle = underTls(fixture, protocol);
        RawSmtpClient sending = underTls(fixture, protocol);
        RawSmtpClient shaking = fixture.greeted()) {
      shaking.command("STARTTLS", "220");
      sending.command("EHLO x", "250");
      sending.command("MAIL FROM:<a@example.org>", "250");
      CompletableFuture<Boolean> drained =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return fixture.front.drain(Duration.ofSeconds(20));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      idle.expect("421 4.3.2");
      assertNull(idle.readLine());
      assertEquals("", shaking.readToEnd());
      sending.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", sending.data(FrontFixture.bytes("x\r\n")));
      sending.expect("421 4.3.2");
      assertTrue(drained.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aTransactionUnderTlsIsCutWhenTheGraceIsOver() throws Exception {
    try (FrontFixture fixture = front();
        RawSmtpClient client = underTls(fixture, "TLSv1.2")) {
      client.command("EHLO x", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.command("DATA", "354");
      assertFalse(fixture.front.drain(Duration.ZERO));
      client.expect("421 4.3.2");
      assertTrue(fixture.daemon.messages.isEmpty());
    }
  }

  @Test
  void aClientThatTakesNoReplyIsCutUnderTls() throws Exception {
    FrontTimeouts d = FrontTimeouts.DEFAULTS;
    FrontTimeouts quick =
        new FrontTimeouts(
            d.command(), d.dataBlock(), d.message(), d.session(), Duration.ofMillis(300), USUAL);
    try (FrontFixture fixture = front(certificate, USUAL, quick);
        RawSmtpClient client = underTls(fixture, "TLSv1.3")) {
      assertEquals("tls TLSv1.3", metrics.next());
      byte[] burst = FrontFixture.bytes("HELP\r\n".repeat(10_000));
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              client.send(burst);
            }
          });
      assertEquals("limit WRITE_TIME", metrics.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theBytesAreTheSenders(String protocol) throws Exception {
    byte[] message = GeneratedMessages.message(new Random(7), 2_000_000);
    try (FrontFixture fixture = front();
        RawSmtpClient client = underTls(fixture, protocol)) {
      client.command("EHLO x", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      assertEquals("250 2.0.0 taken", client.data(message));
      assertArrayEquals(message, fixture.daemon.take().bytes());
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.1.1.4: a client that vanishes inside DATA under TLS delivers nothing")
  void aCutConnectionIsNoEndOfData() throws Exception {
    try (FrontFixture fixture = front()) {
      RawSmtpClient client = underTls(fixture, "TLSv1.3");
      client.command("EHLO x", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.command("DATA", "354");
      client.send("half\r\n.\r");
      Socket socket = client.socket();
      socket.shutdownOutput();
      assertEquals("mail <a@example.org>", fixture.daemon.events.poll(5, TimeUnit.SECONDS));
      assertEquals("close", fixture.daemon.events.poll(5, TimeUnit.SECONDS));
      assertTrue(fixture.daemon.messages.isEmpty());
      socket.close();
    }
  }

  @Test
  void aRenewedCertificateIsShownAtTheNextHandshake(@TempDir Path files) throws Exception {
    Path chain = files.resolve("chain.pem");
    Path key = files.resolve("key.pem");
    first.writeCertificate(chain);
    first.writeKey(key);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    TlsCertificate renewed = TlsCertificate.load(chain, key, now::get);
    TestCertificate second =
        TestCertificate.make(files, "-keyalg EC -groupname secp256r1 -validity 91");
    try (FrontFixture fixture = front(renewed, USUAL, FrontTimeouts.DEFAULTS)) {
      assertEquals(first.certificate(), shown(fixture));
      second.writeCertificate(chain);
      second.writeKey(key);
      now.updateAndGet(time -> time.plusSeconds(2));
      assertEquals(second.certificate(), shown(fixture));
    }
  }

  private static java.security.cert.Certificate shown(FrontFixture fixture) throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("STARTTLS", "220");
      return client.startTls("TLSv1.3").getPeerCertificates()[0];
    }
  }

  @Nested
  @Needs(Oracle.OPENSSL)
  class WithOpenssl {
    @Test
    void opensslSpeaksToIt() throws Exception {
      try (FrontFixture fixture = front()) {
        Process openssl =
            new ProcessBuilder(
                    "/usr/bin/openssl",
                    "s_client",
                    "-starttls",
                    "smtp",
                    "-crlf",
                    "-connect",
                    "127.0.0.1:" + fixture.address().getPort())
                .redirectErrorStream(true)
                .start();
        try {
          openssl.getOutputStream().write(FrontFixture.bytes("EHLO x\nNOOP\nquit\n"));
          openssl.getOutputStream().flush();
          CompletableFuture<String> output =
              CompletableFuture.supplyAsync(
                  () -> {
                    try {
                      return new String(
                          openssl.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
          String text = output.get(20, TimeUnit.SECONDS);
          assertTrue(text.contains("front.example"), text);
          assertTrue(text.contains("221 2.0.0 bye"), text);
          assertEquals("tls TLSv1.3", metrics.next());
        } finally {
          openssl.destroyForcibly();
        }
      }
    }
  }
}
