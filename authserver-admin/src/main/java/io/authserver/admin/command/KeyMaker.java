package io.authserver.admin.command;

import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.KeyRecord;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.NewKey;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.DkimPublicKey;
import io.authserver.dkim.key.KeyAlgorithm;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes DKIM keys to be stored, and the DNS records of stored ones. */
final class KeyMaker {
  static final int DEFAULT_RSA_BITS = DkimPrivateKey.DEFAULT_RSA_BITS;

  // RFC 8410 §4: what SubjectPublicKeyInfo puts before the 32 octets of an Ed25519 key.
  private static final byte[] ED25519_PREFIX = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };
  private static final DateTimeFormatter DATE = DateTimeFormatter.BASIC_ISO_DATE;

  private final Context context;

  KeyMaker(Context context) {
    this.context = context;
  }

  /** Makes an RSA key; the default selector is like {@code rsa20261121}. */
  NewKey rsa(int bits, @Nullable String selector) throws IOException, UsageException {
    WrappingKeys wrappingKeys = context.wrappingKeys();
    DkimPrivateKey key = DkimPrivateKey.generateRsa(bits);
    return newKey(wrappingKeys, key, selector, "rsa" + date());
  }

  /** Makes an Ed25519 key; the default selector is like {@code ed25519-20261121}. */
  NewKey ed25519(@Nullable String selector) throws IOException, UsageException {
    WrappingKeys wrappingKeys = context.wrappingKeys();
    DkimPrivateKey key = DkimPrivateKey.generateEd25519();
    return newKey(wrappingKeys, key, selector, "ed25519-" + date());
  }

  private String date() {
    return DATE.format(LocalDate.ofInstant(context.clock().instant(), ZoneOffset.UTC));
  }

  private static NewKey newKey(
      WrappingKeys wrappingKeys,
      DkimPrivateKey key,
      @Nullable String selector,
      String defaultSelector) {
    byte[] pkcs8 = key.toPkcs8();
    return new NewKey(
        key.algorithm().keyType(),
        selector,
        defaultSelector,
        subjectPublicKeyInfo(key.publicKey()),
        (domain, chosen) -> {
          try {
            return wrappingKeys.wrap(domain, chosen, pkcs8);
          } finally {
            Arrays.fill(pkcs8, (byte) 0);
          }
        });
  }

  private static byte[] subjectPublicKeyInfo(DkimPublicKey key) {
    byte[] published = key.published();
    return switch (key.algorithm()) {
      case RSA -> published;
      case ED25519 -> {
        byte[] info = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + published.length);
        System.arraycopy(published, 0, info, ED25519_PREFIX.length, published.length);
        yield info;
      }
    };
  }

  /** Returns the TXT record of a stored key. */
  static KeyRecord record(KeyRow key) {
    KeyAlgorithm algorithm = KeyAlgorithm.ofKeyType(key.algorithm()).orElseThrow();
    byte[] published =
        switch (algorithm) {
          case RSA -> key.publicKey();
          case ED25519 ->
              Arrays.copyOfRange(key.publicKey(), ED25519_PREFIX.length, key.publicKey().length);
        };
    try {
      String value = DkimPublicKey.ofPublished(algorithm, published).dnsRecord();
      return KeyRecord.of(key.selector(), key.domain(), value);
    } catch (DkimKeyException e) {
      throw new IllegalStateException("a stored public key is broken: key id " + key.id(), e);
    }
  }

  /** Returns what to tell the person about a new key. */
  static String announcement(KeyRow key) {
    return "created %s key %s of domain %s; publish it (authserver dkim dns %s), then activate it"
        .formatted(key.algorithm(), key.selector(), key.domain(), key.domain());
  }
}
