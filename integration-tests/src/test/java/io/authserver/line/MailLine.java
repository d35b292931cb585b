package io.authserver.line;

import io.authserver.db.signing.WrappingKeys;
import io.authserver.db.testing.TestDatabase;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkimsigner.DkimSignerMain;
import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.testing.DaemonProcess;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A site's line of daemons, as processes: mailforwarder, a router where 10045 would be, dkimsigner,
 * and a sink for the internet; beside it the transactional relay's way to another sink.
 */
final class MailLine implements AutoCloseable {
  static final String SECRET = "the line's secret";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final TestDatabase database = opened(TestDatabase.create());
  private final ScriptedNextHop internet = opened(ScriptedNextHop.accepting());
  private final ScriptedNextHop smartHost = opened(ScriptedNextHop.accepting());
  private final WrappingKeys wrappingKeys;
  private final InetSocketAddress forwarder = loopback(DaemonProcess.freePort());
  private final InetSocketAddress submissions = loopback(DaemonProcess.freePort());
  private final InetSocketAddress signer = loopback(DaemonProcess.freePort());
  private final InetSocketAddress router;
  private final List<String> routed = new CopyOnWriteArrayList<>();
  private final InetSocketAddress others = loopback(DaemonProcess.freePort());

  /**
   * Starts all.
   *
   * @param ours the domains of ours; each gets a key
   * @param rows further statements for the database
   */
  MailLine(Path folder, Set<String> ours, String... rows) throws Exception {
    Path keyFile = folder.resolve("wrapping-key");
    WrappingKeys.createFile(keyFile);
    wrappingKeys = WrappingKeys.load(List.of(keyFile));
    ours.forEach(this::domain);
    database.execute(rows);
    int transactionalSigner = DaemonProcess.freePort();
    start(
        DkimSignerMain.class,
        Map.of(
            "DATABASE_URL", database.signerUrl(),
            "AUTHSERVER_WRAPPING_KEY_FILE", keyFile.toString(),
            "DKIMSIGNER_NETWORK_MAPPING",
                mapping(signer.getPort(), internet)
                    + ","
                    + mapping(transactionalSigner, smartHost)));
    router = router(ours, signer.getPort());
    int transactionalRouter = router(Set.of(), transactionalSigner).getPort();
    Map<String, String> settings = new HashMap<>();
    settings.put("DATABASE_URL", database.forwarderUrl());
    settings.put(
        "MAILFORWARDER_SRS_SECRET_FILE",
        Files.writeString(folder.resolve("srs"), SECRET + "\n").toString());
    settings.put("MAILFORWARDER_EDGE_NAMES", "mx.ours.example");
    settings.put("MAILFORWARDER_LOCALDELIVERY_PORT", Integer.toString(router.getPort()));
    settings.put("MAILFORWARDER_REMOTERELAY_PORT", Integer.toString(router.getPort()));
    settings.put("MAILFORWARDER_TRANSACTIONALRELAY_PORT", Integer.toString(transactionalRouter));
    settings.put("MAILFORWARDER_INPUT_PORT", Integer.toString(forwarder.getPort()));
    start(MailForwarderMain.class, settings);
    settings.put("MAILFORWARDER_INPUT_PORT", Integer.toString(others.getPort()));
    settings.put("MAILFORWARDER_SUBMISSION_PORT", Integer.toString(submissions.getPort()));
    start(MailForwarderMain.class, settings);
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  private void start(Class<?> main, Map<String, String> settings) throws Exception {
    opened(DaemonProcess.start(main, settings)).awaitReady();
  }

  private InetSocketAddress router(Set<String> ours, int signer) throws Exception {
    RelayPool relay =
        opened(RelayPool.start(NextHopConfiguration.of("127.0.0.1", signer, "mx.ours.example")));
    relay.awaitExtensions(SOON);
    SmtpFront front =
        opened(
            SmtpFront.builder()
                .hostName("mx.ours.example")
                .listen(loopback(0))
                .extensions(relay::extensions)
                .transactions(new Router(ours, relay, message -> routed.add(text(message))))
                .build());
    front.start();
    return front.localAddresses().getFirst();
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static String mapping(int port, ScriptedNextHop nextHop) {
    return "127.0.0.1:%d->%s:%d unmarked=withhold".formatted(port, nextHop.host(), nextHop.port());
  }

  private static String text(byte[] message) {
    return new String(message, StandardCharsets.ISO_8859_1);
  }

  /** Makes a domain that signs whatever it may: by its authors and by its reverse-paths. */
  private void domain(String name) {
    DkimPrivateKey key = DkimPrivateKey.generateEd25519();
    String wrapped = HexFormat.of().formatHex(wrappingKeys.wrap(name, "e1", key.toPkcs8()));
    database.execute(
        "INSERT INTO authserver.domain (name, sign_by_reverse_path) VALUES ('" + name + "', true)",
        """
        INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,
            public_key, state, activated_at)
        SELECT id, 'e1', 'ed25519', decode('%s', 'hex'), decode(repeat('00', 64), 'hex'), 'active',
            now()
        FROM authserver.domain WHERE name = '%s'
        """
            .formatted(wrapped, name));
  }

  /** Where the edge hands over all mail. */
  InetSocketAddress forwarder() {
    return forwarder;
  }

  /** Where the edge hands over nothing but submissions. */
  InetSocketAddress submissions() {
    return submissions;
  }

  /** Where what is on the host can get at the queue behind mailforwarder. */
  InetSocketAddress router() {
    return router;
  }

  /** Where what is on the host can get at dkimsigner. */
  InetSocketAddress signer() {
    return signer;
  }

  /** Every message that has come to the queue behind mailforwarder, as it came. */
  List<String> routed() {
    return routed;
  }

  /** Where it hands over what is not, if it hands over submissions there. */
  InetSocketAddress others() {
    return others;
  }

  ScriptedNextHop internet() {
    return internet;
  }

  ScriptedNextHop smartHost() {
    return smartHost;
  }

  /** Sends a message; when this returns, its copies have been taken by the sinks. */
  static void send(InetSocketAddress to, String reversePath, String recipient, byte[] message)
      throws Exception {
    try (RawSmtpClient client = RawSmtpClient.greeted(to)) {
      client.command("MAIL FROM:<" + reversePath + ">", "250");
      client.command("RCPT TO:<" + recipient + ">", "250");
      String reply = client.data(message);
      if (!reply.startsWith("250")) {
        throw new AssertionError(reply);
      }
      client.command("QUIT", "221");
    }
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }
}
