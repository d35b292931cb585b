package io.authserver.dkim.key;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A private key, parsed once and used by any number of threads. Its text shows nothing secret.
 *
 * <p>Each key proves itself when it is read: it signs a few bytes, and its public half checks them.
 */
public final class DkimPrivateKey {
  /** What RFC 8301 §3.2 demands of a signer at the least. */
  public static final int MIN_RSA_BITS = 1024;

  /** What RFC 8301 §3.2 recommends, and what is made unless asked otherwise. */
  public static final int DEFAULT_RSA_BITS = 2048;

  /** What verifiers must be able to check (RFC 8301 §3.2): larger keys are not made nor read. */
  public static final int MAX_RSA_BITS = 4096;

  private static final byte[] PROBE = {'d', 'k', 'i', 'm'};

  private final KeyAlgorithm algorithm;
  private final byte[] pkcs8;
  private final PrivateKey key;
  private final DkimPublicKey publicKey;

  /**
   * Made at the first signature, so that who only reads keys loads no provider; any thread sets it.
   */
  private volatile @Nullable SignaturePool signatures;

  private DkimPrivateKey(
      KeyAlgorithm algorithm, byte[] pkcs8, PrivateKey key, DkimPublicKey publicKey) {
    this.algorithm = algorithm;
    this.pkcs8 = pkcs8;
    this.key = key;
    this.publicKey = publicKey;
  }

  /**
   * Reads a PKCS#8 key, RSA or Ed25519.
   *
   * @throws DkimKeyException when it is no such key, or its halves do not match, or an RSA key has
   *     less than 1024 or more than 4096 bits
   */
  public static DkimPrivateKey fromPkcs8(byte[] pkcs8) throws DkimKeyException {
    KeyEncoding.Parsed parsed = KeyEncoding.parsePkcs8(pkcs8);
    return switch (parsed.algorithm()) {
      case RSA -> rsa(KeyEncoding.rsaPkcs8(parsed.inner()));
      case ED25519 -> fromEd25519Seed(parsed.inner());
    };
  }

  /**
   * Reads the first private key of a PEM text: PKCS#8, or PKCS#1 for RSA.
   *
   * @throws DkimKeyException as {@link #fromPkcs8} does, or when the key is encrypted
   */
  public static DkimPrivateKey fromPem(String pem) throws DkimKeyException {
    return fromPkcs8(Pem.privateKeyAsPkcs8(pem));
  }

  /**
   * Makes the Ed25519 key of a 32-byte seed (RFC 8032 §5.1.5), the form that RFC 8463 §A prints.
   *
   * @throws DkimKeyException when there are not 32 bytes
   */
  public static DkimPrivateKey fromEd25519Seed(byte[] seed) throws DkimKeyException {
    if (seed.length != KeyEncoding.ED25519_LENGTH) {
      throw new DkimKeyException("an Ed25519 key has 32 bytes, this one " + seed.length);
    }
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed.clone()));
      DkimPublicKey publicKey =
          DkimPublicKey.ofPublished(KeyAlgorithm.ED25519, ed25519PublicBytes(seed));
      return new DkimPrivateKey(
              KeyAlgorithm.ED25519, KeyEncoding.ed25519Pkcs8(seed), key, publicKey)
          .proved();
    } catch (GeneralSecurityException e) {
      throw new DkimKeyException("not a usable Ed25519 key", e);
    }
  }

  /** Makes a new RSA key of 2048, 3072 or 4096 bits (or another size between 2048 and 4096). */
  public static DkimPrivateKey generateRsa(int bits) {
    if (bits < DEFAULT_RSA_BITS || bits > MAX_RSA_BITS || bits % 256 != 0) {
      throw new IllegalArgumentException(
          "an RSA key is made with 2048 to 4096 bits, not with " + bits);
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return fromPkcs8(generator.generateKeyPair().getPrivate().getEncoded());
    } catch (GeneralSecurityException | DkimKeyException e) {
      throw new IllegalStateException("the JDK cannot make an RSA key", e);
    }
  }

  /** Makes a new Ed25519 key. */
  public static DkimPrivateKey generateEd25519() {
    byte[] seed = new byte[KeyEncoding.ED25519_LENGTH];
    new SecureRandom().nextBytes(seed);
    try {
      return fromEd25519Seed(seed);
    } catch (DkimKeyException e) {
      throw new IllegalStateException("the JDK cannot make an Ed25519 key", e);
    }
  }

  private static DkimPrivateKey rsa(byte[] pkcs8) throws DkimKeyException {
    try {
      PrivateKey parsed =
          KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      if (!(parsed instanceof RSAPrivateCrtKey crt)) {
        throw new DkimKeyException("the RSA key lacks its primes");
      }
      int bits = crt.getModulus().bitLength();
      if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
        // RFC 8301 §3.2
        throw new DkimKeyException("an RSA key has 1024 to 4096 bits, this one " + bits);
      }
      byte[] published =
          Der.write(Der.SEQUENCE, integer(crt.getModulus()), integer(crt.getPublicExponent()));
      DkimPublicKey publicKey = DkimPublicKey.ofPublished(KeyAlgorithm.RSA, published);
      return new DkimPrivateKey(KeyAlgorithm.RSA, pkcs8, parsed, publicKey).proved();
    } catch (GeneralSecurityException e) {
      throw new DkimKeyException("not a usable RSA key", e);
    }
  }

  private static byte[] integer(BigInteger value) {
    return Der.write(Der.INTEGER, value.toByteArray());
  }

  /** Signs and checks once: halves that do not belong together are found here, not by receivers. */
  private DkimPrivateKey proved() throws DkimKeyException, GeneralSecurityException {
    // With the JDK: who only makes or reads keys needs no native provider, and hears nothing of it.
    Signature probe = Signature.getInstance(SignatureProviders.jcaName(algorithm));
    probe.initSign(key);
    probe.update(PROBE);
    if (!publicKey.verify(probe.sign(), PROBE)) {
      throw new DkimKeyException("the private key does not match its public half");
    }
    return this;
  }

  /**
   * Returns the public half of a seed. The JDK has no call for it; its generator takes the seed
   * from the random source it is given. Should another JDK do it otherwise, {@link #proved} fails.
   */
  private static byte[] ed25519PublicBytes(byte[] seed) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519", "SunEC");
    generator.initialize(NamedParameterSpec.ED25519, new FixedRandom(seed));
    KeyPair pair = generator.generateKeyPair();
    var point = ((EdECPublicKey) pair.getPublic()).getPoint();
    byte[] bigEndian = point.getY().toByteArray();
    byte[] raw = new byte[KeyEncoding.ED25519_LENGTH];
    for (int i = 0; i < raw.length && i < bigEndian.length; i++) {
      raw[i] = bigEndian[bigEndian.length - 1 - i];
    }
    if (point.isXOdd()) {
      // RFC 8032 §5.1.2: the sign of x is the top bit.
      raw[raw.length - 1] |= (byte) 0x80;
    }
    return raw;
  }

  /** Hands out the seed once. */
  private static final class FixedRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final byte[] seed;

    FixedRandom(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }

  /** Returns the algorithm. */
  public KeyAlgorithm algorithm() {
    return algorithm;
  }

  /** Returns the size in bits: the modulus for RSA, 256 for Ed25519. */
  public int bits() {
    return publicKey.bits();
  }

  /** Returns the public half. */
  public DkimPublicKey publicKey() {
    return publicKey;
  }

  /** Returns the key as PKCS#8, secret; a copy that the caller owns and may wipe. */
  public byte[] toPkcs8() {
    return pkcs8.clone();
  }

  /** Returns the key as PKCS#8 in PEM, secret; for an export that the operator asked for. */
  public String toPem() {
    return Pem.encode("PRIVATE KEY", pkcs8);
  }

  /**
   * Returns the key as PKCS#1 in PEM, secret; for programs that read no PKCS#8.
   *
   * @throws DkimKeyException when it is not RSA: PKCS#1 knows no other
   */
  public String toPkcs1Pem() throws DkimKeyException {
    if (algorithm != KeyAlgorithm.RSA) {
      throw new DkimKeyException("PKCS#1 is for RSA keys alone");
    }
    return Pem.encode("RSA PRIVATE KEY", KeyEncoding.parsePkcs8(pkcs8).inner());
  }

  /**
   * Returns the name of the crypto provider that signs, for a log line. A daemon asks at its start,
   * so that the WARN of a provider that does not load comes then and not with the first message.
   */
  public static String providerName() {
    return SignatureProviders.name();
  }

  /**
   * Signs bytes.
   *
   * @param parts what is signed, in order; for Ed25519 the caller hands over the SHA-256 (RFC 8463
   *     §3)
   * @throws GeneralSecurityException when the provider fails
   */
  public byte[] sign(byte[]... parts) throws GeneralSecurityException {
    SignaturePool pool = signatures;
    if (pool == null) {
      PrivateKey ready = algorithm == KeyAlgorithm.RSA ? SignatureProviders.rsaKey(pkcs8) : key;
      pool = new SignaturePool(() -> SignatureProviders.signature(algorithm), ready);
      signatures = pool;
    }
    return pool.sign(parts);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DkimPrivateKey that && Arrays.equals(pkcs8, that.pkcs8);
  }

  @Override
  public int hashCode() {
    return publicKey.hashCode();
  }

  /** Returns algorithm, size and the first characters of the public half. */
  @Override
  public String toString() {
    String published = Base64.getEncoder().encodeToString(publicKey.published());
    int from = algorithm == KeyAlgorithm.RSA ? Math.min(44, published.length() - 12) : 0;
    return "DkimPrivateKey["
        + algorithm.keyType()
        + ", "
        + bits()
        + " bits, public half "
        + published.substring(from, from + 12)
        + "...]";
  }
}
