package io.authserver.dkimsigner;

import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.StoredKey;
import io.authserver.db.signing.WrappingKeyException;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.dkim.sign.SigningKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private keys in use, unwrapped and parsed once each. A key is known by its stored bytes, so a
 * changed row is a different key. Bounded; safe for many threads.
 */
final class KeyRing {
  private static final Logger log = LoggerFactory.getLogger(KeyRing.class);

  /** How often a key that cannot be used is named in the log. */
  private static final Duration REPEAT_WARNING = Duration.ofMinutes(10);

  private record Identity(String domain, String selector, ByteBuffer wrapped) {
    /** Without the bytes, which are many, and hardly ever differ where the names do not. */
    @Override
    public int hashCode() {
      return 31 * domain.hashCode() + selector.hashCode();
    }
  }

  /** A key, or why there is none and when that was last said. */
  private record Slot(@Nullable SigningKey key, String problem, Instant warnedAt) {}

  private final WrappingKeys wrappingKeys;
  private final SignerMetrics metrics;
  private final InstantSource clock;
  private final Map<Identity, Slot> slots; // guarded by itself

  KeyRing(WrappingKeys wrappingKeys, int maxKeys, SignerMetrics metrics, InstantSource clock) {
    this.wrappingKeys = wrappingKeys;
    this.metrics = metrics;
    this.clock = clock;
    this.slots =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Identity, Slot> eldest) {
            return size() > maxKeys;
          }
        };
  }

  /**
   * Returns the domain's active keys, without those that cannot be used: each of these is a WARN.
   */
  List<SigningKey> usableKeys(SigningDomain domain) {
    List<SigningKey> keys = new ArrayList<>();
    for (StoredKey stored : domain.activeKeys()) {
      find(domain.name(), stored).ifPresent(keys::add);
    }
    return keys;
  }

  private Optional<SigningKey> find(String domain, StoredKey stored) {
    Identity identity =
        new Identity(domain, stored.selector(), ByteBuffer.wrap(stored.wrappedPrivateKey()));
    Slot slot;
    synchronized (slots) {
      slot = slots.get(identity);
    }
    Instant now = clock.instant();
    boolean changed = slot == null;
    if (slot == null) {
      slot = load(domain, stored);
    }
    if (slot.key() == null) {
      metrics.keyFailure();
      if (slot.warnedAt().plus(REPEAT_WARNING).isBefore(now)) {
        log.warn(
            "event=key_unusable domain={} selector={} key_id={} cause=\"{}\"",
            domain,
            stored.selector(),
            stored.id(),
            slot.problem());
        slot = new Slot(null, slot.problem(), now);
        changed = true;
      }
    }
    if (changed) {
      synchronized (slots) {
        slots.put(identity, slot);
      }
    }
    return Optional.ofNullable(slot.key());
  }

  private Slot load(String domain, StoredKey stored) {
    byte[] pkcs8 = new byte[0];
    try {
      pkcs8 = wrappingKeys.unwrap(domain, stored.selector(), stored.wrappedPrivateKey());
      DkimPrivateKey key = DkimPrivateKey.fromPkcs8(pkcs8);
      if (key.algorithm() == KeyAlgorithm.RSA && key.bits() < DkimPrivateKey.DEFAULT_RSA_BITS) {
        // RFC 8301 §3.2: at least 1024 bits, and 2048 should be used.
        log.warn(
            "event=key_short domain={} selector={} key_id={} bits={}"
                + " effect=\"it signs, and some receivers ignore it\"",
            domain,
            stored.selector(),
            stored.id(),
            key.bits());
      }
      return new Slot(new SigningKey(domain, stored.selector(), key), "", Instant.MIN);
    } catch (DkimKeyException | WrappingKeyException | IllegalArgumentException e) {
      return new Slot(null, String.valueOf(e.getMessage()), Instant.EPOCH);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }
}
