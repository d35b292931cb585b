package io.authserver.dkimsigner;

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
import io.authserver.db.testing.TestDatabase;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.sign.SigningPass;
import io.authserver.dkim.sign.SigningResult;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.KeyLookup;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.dkimsigner.NetworkMapping.Oversign;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A signer between clients and a next hop, with a real database behind it and its own options. */
final class SigningSite implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(20);

  private final TestDatabase database = TestDatabase.create();
  private final ScriptedNextHop sink = ScriptedNextHop.accepting();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<String, String> records = new ConcurrentHashMap<>();
  private final WrappingKeys wrappingKeys;
  private final ChangeFeed feed;
  private final RelayPool relay;
  private final SmtpFront front;

  /** What a site may have. */
  static final class Options {
    private boolean selfCheck;
    private UnaryOperator<SigningResult> spoiling = UnaryOperator.identity();
    private List<String> authservIds = List.of();
    private Oversign oversign = Oversign.FULL;

    Options selfCheck() {
      selfCheck = true;
      return this;
    }

    Options spoiling(UnaryOperator<SigningResult> by) {
      spoiling = by;
      return this;
    }

    Options oversign(Oversign fields) {
      oversign = fields;
      return this;
    }

    Options authservIds(String... ids) {
      authservIds = List.of(ids);
      return this;
    }
  }

  SigningSite(Path directory, Options options) throws Exception {
    Path keyFile = directory.resolve("wrapping-key");
    WrappingKeys.createFile(keyFile);
    wrappingKeys = WrappingKeys.load(List.of(keyFile));
    AuthDatabase pool = database.open(database.signerUrl());
    feed = ChangeFeed.start(pool);
    SigningStore store =
        new CachingSigningStore(new JdbcSigningStore(pool), feed, CacheMetrics.NONE);
    MarkKeyStore markKeys =
        new CachingMarkKeyStore(new JdbcMarkKeyStore(pool), feed, CacheMetrics.NONE);
    SignerMetrics metrics = new SignerMetrics(registry);
    InstantSource clock = InstantSource.system();
    MessageSigner signer =
        new MessageSigner(
            new KeyRing(wrappingKeys, 100, metrics, clock),
            new ProfileBook(clock),
            options.selfCheck ? new SelfCheck(metrics, clock) : null,
            metrics,
            clock) {
          @Override
          SigningResult finish(SigningPass pass) {
            return options.spoiling.apply(super.finish(pass));
          }
        };
    OwnResults ownResults = new OwnResults(options.authservIds);
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
                        ownResults,
                        new OriginCheck(markKeys, true, OriginCheck.Enforcement.ENFORCE),
                        options.oversign,
                        metrics,
                        session,
                        relay,
                        8))
            .build();
    front.start();
  }

  TestDatabase database() {
    return database;
  }

  /** Makes an active key and publishes it. */
  void key(String domain, String selector, DkimPrivateKey key) {
    SigningRows.key(database, domain, selector, key, wrappingKeys);
    records.put(selector + "._domainkey." + domain, key.publicKey().dnsRecord());
  }

  ScriptedNextHop sink() {
    return sink;
  }

  SocketAddress address() {
    return front.localAddresses().getFirst();
  }

  /** Returns the published keys by name. */
  Map<String, String> records() {
    return records;
  }

  /** Sends a message and returns the last reply. */
  String send(String reversePath, byte[] message) throws Exception {
    try (RawSmtpClient client = RawSmtpClient.greeted(front.localAddresses().getFirst())) {
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<" + reversePath + ">", "250");
      client.command("RCPT TO:<bob@elsewhere.example>", "250");
      return client.data(message);
    }
  }

  String send(String reversePath, String message) throws Exception {
    return send(reversePath, message.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns what the next hop got last, as Latin-1. */
  String got() throws Exception {
    return new String(sink.awaitMessage(SOON).data(), StandardCharsets.ISO_8859_1);
  }

  /** Verifies a message with the published keys. */
  List<SignatureVerdict> verify(byte[] message) throws Exception {
    KeyLookup keys =
        name ->
            records.containsKey(name)
                ? new KeyLookup.Records(List.of(records.get(name)))
                : new KeyLookup.NoRecord();
    MessageBytes content = MessageBytes.of(message);
    VerificationPass pass = new DkimVerifier(keys, InstantSource.system()).begin(content.header());
    content.forEachBlock(content.bodyOffset(), pass::body);
    return pass.finish();
  }

  List<SignatureVerdict> verify(String message) throws Exception {
    return verify(message.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns a counter's value, or 0 where it never counted. */
  double counted(String name, String label) {
    return registry.scrape(name::equals).stream()
        .map(CounterSnapshot.class::cast)
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .filter(point -> label.isEmpty() || label.equals(point.getLabels().getValue(0)))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  @Override
  public void close() {
    front.close();
    relay.close();
    feed.close();
    sink.close();
    database.close();
  }
}
