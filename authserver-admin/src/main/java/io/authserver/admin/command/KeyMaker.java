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
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes DKIM keys to be stored, and the DNS records of stored ones. */
final class KeyMaker {
  static final int DEFAULT_RSA_BITS = DkimPrivateKey.DEFAULT_RSA_BITS;

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

  /** Takes a key that was in use elsewhere; it starts active. */
  NewKey imported(DkimPrivateKey key, String selector) throws IOException, UsageException {
    return newKey(context.wrappingKeys(), key, selector, selector, true);
  }

  /** Makes a key of the algorithm and at least the size of another one. */
  NewKey like(DkimPublicKey key) throws IOException, UsageException {
    return switch (key.algorithm()) {
      case ED25519 -> ed25519(null);
      // RFC 8301 §3.2: an imported key may be smaller than what is made today.
      case RSA -> rsa(roundedBits(key.bits()), null);
    };
  }

  private static int roundedBits(int bits) {
    return bits <= DEFAULT_RSA_BITS ? DEFAULT_RSA_BITS : bits <= 3072 ? 3072 : 4096;
  }

  private static NewKey newKey(
      WrappingKeys wrappingKeys,
      DkimPrivateKey key,
      @Nullable String selector,
      String defaultSelector) {
    return newKey(wrappingKeys, key, selector, defaultSelector, false);
  }

  private static NewKey newKey(
      WrappingKeys wrappingKeys,
      DkimPrivateKey key,
      @Nullable String selector,
      String defaultSelector,
      boolean imported) {
    byte[] pkcs8 = key.toPkcs8();
    return new NewKey(
        key.algorithm().keyType(),
        selector,
        defaultSelector,
        key.publicKey().subjectPublicKeyInfo(),
        imported,
        (domain, chosen) -> {
          try {
            return wrappingKeys.wrap(domain, chosen, pkcs8);
          } finally {
            Arrays.fill(pkcs8, (byte) 0);
          }
        });
  }

  /** Returns the public half of a stored key. */
  static DkimPublicKey publicKey(KeyRow key) {
    try {
      return DkimPublicKey.ofSubjectPublicKeyInfo(key.publicKey());
    } catch (DkimKeyException e) {
      throw new IllegalStateException("a stored public key is broken: key id " + key.id(), e);
    }
  }

  /** Returns the TXT record that publishes a stored key, whatever its state. */
  static KeyRecord publishedRecord(KeyRow key) {
    return KeyRecord.of(key.selector(), key.domain(), publicKey(key).dnsRecord());
  }

  /** Returns the TXT record of a stored key: the one that revokes it where it is revoked. */
  static KeyRecord record(KeyRow key) {
    DkimPublicKey publicKey = publicKey(key);
    return KeyRecord.of(
        key.selector(),
        key.domain(),
        key.state().equals("revoked") ? publicKey.revokedDnsRecord() : publicKey.dnsRecord());
  }

  /** Returns what to tell the person about a new key. */
  static String announcement(KeyRow key) {
    return "created %s key %s of domain %s; publish it (authserver dkim dns %s), then activate it"
        .formatted(key.algorithm(), key.selector(), key.domain(), key.domain());
  }
}
