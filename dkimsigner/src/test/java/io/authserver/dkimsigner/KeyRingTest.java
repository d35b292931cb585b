package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningPolicy;
import io.authserver.db.signing.StoredKey;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimPrivateKey;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Keys are unwrapped and parsed once, are forgotten in time, and are warned of once. */
class KeyRingTest {
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(KeyRing.class);
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final InstantSource clock = () -> now;
  private WrappingKeys wrappingKeys;
  private KeyRing ring;

  @BeforeEach
  void prepare(@TempDir Path folder) throws Exception {
    WrappingKeys.createFile(folder.resolve("key"));
    wrappingKeys = WrappingKeys.load(List.of(folder.resolve("key")));
    ring = new KeyRing(wrappingKeys, 2, new SignerMetrics(new PrometheusRegistry()), clock);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void detach() {
    logger.detachAppender(log);
  }

  @Test
  void aKeyIsReadOnceUntilTheDatabaseHasAnother() {
    SigningDomain domain = domain("a.example", DkimPrivateKey.generateEd25519());
    DkimPrivateKey first = onlyKey(domain);
    assertSame(first, onlyKey(domain));
    SigningDomain changed = domain("a.example", DkimPrivateKey.generateEd25519());
    assertNotSame(first, onlyKey(changed));
    assertSame(onlyKey(changed), onlyKey(changed));
  }

  @Test
  void theKeysLeastUsedAreForgotten() {
    SigningDomain a = domain("a.example", DkimPrivateKey.generateEd25519());
    SigningDomain b = domain("b.example", DkimPrivateKey.generateEd25519());
    DkimPrivateKey keyOfA = onlyKey(a);
    DkimPrivateKey keyOfB = onlyKey(b);
    assertSame(keyOfA, onlyKey(a));
    onlyKey(domain("c.example", DkimPrivateKey.generateEd25519()));
    assertSame(keyOfA, onlyKey(a));
    assertNotSame(keyOfB, onlyKey(b));
  }

  @Test
  void aShortKeySignsAndIsWarnedOfOnce() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
    SigningDomain domain = domain("a.example", DkimPrivateKey.fromPkcs8(pkcs8));
    assertEquals(1024, onlyKey(domain).bits());
    onlyKey(domain);
    assertEquals(1, warnings("event=key_short domain=a.example selector=s key_id=1 bits=1024"));
  }

  @Test
  void aBrokenKeyIsWarnedOfNowAndThen() {
    StoredKey broken = new StoredKey(7, "s", "rsa", new byte[64]);
    SigningDomain domain =
        new SigningDomain(
            1, "a.example", new SigningPolicy(true, false, false, false, null), List.of(broken));
    assertEquals(List.of(), ring.usableKeys(domain));
    assertEquals(List.of(), ring.usableKeys(domain));
    assertEquals(1, warnings("event=key_unusable domain=a.example"));
    now = now.plus(Duration.ofMinutes(11));
    ring.usableKeys(domain);
    assertEquals(2, warnings("event=key_unusable domain=a.example"));
  }

  private long warnings(String beginning) {
    return log.list.stream().filter(e -> e.getFormattedMessage().startsWith(beginning)).count();
  }

  private DkimPrivateKey onlyKey(SigningDomain domain) {
    return ring.usableKeys(domain).getFirst().key();
  }

  private SigningDomain domain(String name, DkimPrivateKey key) {
    byte[] wrapped = wrappingKeys.wrap(name, "s", key.toPkcs8());
    return new SigningDomain(
        1,
        name,
        new SigningPolicy(true, false, false, false, null),
        List.of(new StoredKey(1, "s", key.algorithm().keyType(), wrapped)));
  }
}
