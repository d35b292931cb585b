package io.authserver.dkim.key;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/** A public key, as it is published and as signatures are checked with it. Immutable. */
public final class DkimPublicKey {
  private final KeyAlgorithm algorithm;
  private final byte[] published;
  private final PublicKey key;
  private final int bits;

  private DkimPublicKey(KeyAlgorithm algorithm, byte[] published, PublicKey key) {
    this.algorithm = algorithm;
    this.published = published;
    this.key = key;
    this.bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 256;
  }

  /**
   * Reads the decoded {@code p=} of a key record.
   *
   * <p>RSA: a SubjectPublicKeyInfo, as all sites publish it, or a bare RSAPublicKey, as RFC 6376
   * §3.6.1 says. Ed25519: the 32 raw bytes (RFC 8463 §4).
   *
   * @throws DkimKeyException when the bytes are no such key
   */
  public static DkimPublicKey ofPublished(KeyAlgorithm algorithm, byte[] published)
      throws DkimKeyException {
    return switch (algorithm) {
      case RSA ->
          ofEncoded(
              KeyEncoding.isBareRsaPublic(published) ? KeyEncoding.rsaPublic(published) : published,
              algorithm);
      case ED25519 -> {
        if (published.length != KeyEncoding.ED25519_LENGTH) {
          throw new DkimKeyException("an Ed25519 key has 32 bytes, this one " + published.length);
        }
        yield ofEncoded(KeyEncoding.ed25519Public(published), algorithm);
      }
    };
  }

  /**
   * Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), RSA or Ed25519.
   *
   * @throws DkimKeyException when the bytes are no such key
   */
  public static DkimPublicKey ofSubjectPublicKeyInfo(byte[] info) throws DkimKeyException {
    return ofEncoded(info, KeyEncoding.parsePublic(info).algorithm());
  }

  private static DkimPublicKey ofEncoded(byte[] info, KeyAlgorithm expected)
      throws DkimKeyException {
    KeyEncoding.Parsed parsed = KeyEncoding.parsePublic(info);
    if (parsed.algorithm() != expected) {
      throw new DkimKeyException("the record's key is not of its type");
    }
    try {
      String name = expected == KeyAlgorithm.RSA ? "RSA" : "Ed25519";
      PublicKey key = KeyFactory.getInstance(name).generatePublic(new X509EncodedKeySpec(info));
      return new DkimPublicKey(
          expected, expected == KeyAlgorithm.RSA ? info.clone() : parsed.inner(), key);
    } catch (GeneralSecurityException e) {
      throw new DkimKeyException("not a usable public key", e);
    }
  }

  /** Returns the algorithm. */
  public KeyAlgorithm algorithm() {
    return algorithm;
  }

  /** Returns the size in bits: the modulus for RSA, 256 for Ed25519. */
  public int bits() {
    return bits;
  }

  /** Returns the bytes that {@code p=} publishes; a copy. */
  public byte[] published() {
    return published.clone();
  }

  /** Returns the key as SubjectPublicKeyInfo; a copy. */
  public byte[] subjectPublicKeyInfo() {
    return switch (algorithm) {
      case RSA -> published.clone();
      case ED25519 -> KeyEncoding.ed25519Public(published);
    };
  }

  /** Returns the key as SubjectPublicKeyInfo in PEM (RFC 7468 §13). */
  public String toPem() {
    return Pem.encode("PUBLIC KEY", subjectPublicKeyInfo());
  }

  /**
   * Returns the text of the TXT record that says that this key is revoked (RFC 6376 §3.6.1: an
   * empty {@code p=}).
   */
  public String revokedDnsRecord() {
    return "v=DKIM1; k=" + algorithm.keyType() + "; p=";
  }

  /**
   * Returns the text of the TXT record that publishes this key, unsplit (RFC 6376 §3.6.1, RFC 8463
   * §4).
   */
  public String dnsRecord() {
    return "v=DKIM1; k="
        + algorithm.keyType()
        + "; p="
        + Base64.getEncoder().encodeToString(published);
  }

  /**
   * Checks a signature over bytes.
   *
   * @param parts what was signed, in order; for Ed25519 the SHA-256 (RFC 8463 §3)
   */
  public boolean verify(byte[] signature, byte[]... parts) {
    try {
      Signature verifier = Signature.getInstance(SignatureProviders.jcaName(algorithm));
      verifier.initVerify(key);
      for (byte[] part : parts) {
        verifier.update(part);
      }
      return verifier.verify(signature);
    } catch (GeneralSecurityException | RuntimeException _) {
      // A signature of the wrong length or form, or a key point off the curve: not a match.
      return false;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DkimPublicKey that
        && algorithm == that.algorithm
        && Arrays.equals(published, that.published);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(published);
  }

  /** Returns the record's text: a public key is public. */
  @Override
  public String toString() {
    return dnsRecord();
  }
}
