package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.LogCapture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients by their addresses, which on loopback may be any of 127.0.0.0/8, and ::1. */
class AllowedClientsIT {
  private final RecordingMetrics metrics = new RecordingMetrics();

  /** Returns the first two lines that a client from this address gets, saying QUIT between them. */
  private static List<String> greeting(String from, String to, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(10_000);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(to), port));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String banner = in.readLine();
      if (banner == null || !banner.startsWith("220")) {
        assertNull(in.readLine());
        return Stream.ofNullable(banner).toList();
      }
      socket.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      return List.of(banner, in.readLine());
    }
  }

  private static FrontFixture listening(String address, RecordingMetrics metrics, String... clients)
      throws IOException {
    return new FrontFixture(
        builder ->
            builder
                .metrics(metrics)
                .listen(new InetSocketAddress(InetAddress.ofLiteral(address), 0))
                .allowedClients(Stream.of(clients).map(Network::parse).toList()));
  }

  private static int port(FrontFixture fixture) {
    return fixture.front.localAddresses().getLast().getPort();
  }

  @ParameterizedTest
  @CsvSource({
    // The wildcard takes IPv4 as well, whose clients are then IPv4-mapped to the system.
    "'::', 127.0.0.2, 127.0.0.1",
    "0.0.0.0, 127.0.0.2, 127.0.0.1",
    "127.0.0.1, 127.0.0.2, 127.0.0.1",
    "'::', ::1, ::1",
  })
  void whoIsInTheListIsServed(String listener, String from, String to) throws Exception {
    try (FrontFixture fixture = listening(listener, metrics, "127.0.0.2/31", "::1")) {
      assertEquals(
          List.of("220 front.example ESMTP", "221 2.0.0 bye"), greeting(from, to, port(fixture)));
      assertTrue(metrics.events.isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'::', 127.0.0.4, 127.0.0.1, [127.0.0.4]",
    "0.0.0.0, 127.0.0.4, 127.0.0.1, [127.0.0.4]",
    "127.0.0.1, 127.0.0.5, 127.0.0.1, [127.0.0.5]",
    "'::', ::1, ::1, [IPv6:0:0:0:0:0:0:0:1]",
  })
  void whoIsNotKeepsItsMail(String listener, String from, String to, String literal)
      throws Exception {
    try (LogCapture log = new LogCapture("io.authserver.smtp.server");
        FrontFixture fixture = listening(listener, metrics, "127.0.0.2/31", "::2")) {
      assertEquals(
          List.of("421 4.7.1 your address may not connect"), greeting(from, to, port(fixture)));
      assertEquals("refused CLIENT_ADDRESS", metrics.next());
      assertEquals(
          List.of("INFO event=session_refused reason=client_address client=" + literal),
          log.containing("reason=client_address client=" + literal));
      assertEquals(0, fixture.front.sessionCount());
    }
  }

  @Test
  void withoutAListItIsThisMachine() throws Exception {
    try (FrontFixture fixture = new FrontFixture()) {
      assertEquals(2, greeting("127.9.9.9", "127.0.0.1", port(fixture)).size());
    }
    FrontSettings settings =
        SmtpFront.builder()
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .extensions(Optional::empty)
            .transactions(new RecordingTransactions())
            .settings();
    for (String stranger : List.of("192.0.2.1", "2001:db8::1", "fe80::1", "0.0.0.0", "::2")) {
      MemorySocket socket =
          new MemorySocket(FrontFixture.bytes("QUIT\r\n"), 1, InetAddress.ofLiteral(stranger));
      new TakeOver(settings, new SessionRegistry(1, 1)).serve(socket);
      assertEquals(
          "421 4.7.1 your address may not connect\r\n",
          new String(socket.written(), StandardCharsets.US_ASCII));
    }
  }
}
