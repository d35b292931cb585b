package io.authserver.dkim.key;

import java.util.Arrays;

/** The encodings of keys: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SubjectPublicKeyInfo (RFC 5280). */
final class KeyEncoding {
  /** 1.2.840.113549.1.1.1, rsaEncryption. */
  private static final byte[] OID_RSA = {
    0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01
  };

  /** 1.3.101.112, id-Ed25519 (RFC 8410 §3). */
  private static final byte[] OID_ED25519 = {0x2b, 0x65, 0x70};

  private static final byte[] ZERO = Der.write(Der.INTEGER, new byte[] {0});
  static final int ED25519_LENGTH = 32;

  private KeyEncoding() {}

  /**
   * The algorithm and the inner bytes of a PKCS#8 or SubjectPublicKeyInfo structure.
   *
   * @param algorithm which
   * @param inner PKCS#1 for RSA, the 32 raw bytes for Ed25519
   */
  record Parsed(KeyAlgorithm algorithm, byte[] inner) {}

  static Parsed parsePkcs8(byte[] pkcs8) throws DkimKeyException {
    Der outer = Der.of(Der.of(pkcs8).read(Der.SEQUENCE));
    if (outer.nextTag() != Der.INTEGER) {
      throw new DkimKeyException("not a PKCS#8 private key");
    }
    outer.read(Der.INTEGER);
    KeyAlgorithm algorithm = algorithm(outer.read(Der.SEQUENCE));
    // RFC 5958 lets attributes and the public key follow: not needed.
    byte[] inner = outer.read(Der.OCTET_STRING);
    if (algorithm == KeyAlgorithm.ED25519) {
      inner = Der.of(inner).read(Der.OCTET_STRING);
      requireLength(inner);
    }
    return new Parsed(algorithm, inner);
  }

  static Parsed parsePublic(byte[] subjectPublicKeyInfo) throws DkimKeyException {
    Der outer = Der.of(Der.of(subjectPublicKeyInfo).read(Der.SEQUENCE));
    KeyAlgorithm algorithm = algorithm(outer.read(Der.SEQUENCE));
    byte[] bits = outer.read(Der.BIT_STRING);
    if (bits.length == 0 || bits[0] != 0) {
      throw new DkimKeyException("not a public key: malformed bit string");
    }
    byte[] inner = Arrays.copyOfRange(bits, 1, bits.length);
    if (algorithm == KeyAlgorithm.ED25519) {
      requireLength(inner);
    }
    return new Parsed(algorithm, inner);
  }

  /** Returns whether these bytes are a bare RSAPublicKey: a sequence that begins with a number. */
  static boolean isBareRsaPublic(byte[] der) throws DkimKeyException {
    return Der.of(Der.of(der).read(Der.SEQUENCE)).nextTag() == Der.INTEGER;
  }

  static byte[] rsaPkcs8(byte[] pkcs1) {
    return Der.write(
        Der.SEQUENCE, ZERO, rsaAlgorithmIdentifier(), Der.write(Der.OCTET_STRING, pkcs1));
  }

  static byte[] rsaPublic(byte[] rsaPublicKey) {
    return Der.write(Der.SEQUENCE, rsaAlgorithmIdentifier(), bitString(rsaPublicKey));
  }

  static byte[] ed25519Pkcs8(byte[] seed) {
    return Der.write(
        Der.SEQUENCE,
        ZERO,
        Der.write(Der.SEQUENCE, Der.write(Der.OID, OID_ED25519)),
        Der.write(Der.OCTET_STRING, Der.write(Der.OCTET_STRING, seed)));
  }

  static byte[] ed25519Public(byte[] raw) {
    return Der.write(
        Der.SEQUENCE, Der.write(Der.SEQUENCE, Der.write(Der.OID, OID_ED25519)), bitString(raw));
  }

  private static byte[] rsaAlgorithmIdentifier() {
    return Der.write(Der.SEQUENCE, Der.write(Der.OID, OID_RSA), Der.write(Der.NULL, new byte[0]));
  }

  private static byte[] bitString(byte[] bytes) {
    return Der.write(Der.BIT_STRING, new byte[] {0}, bytes);
  }

  private static KeyAlgorithm algorithm(byte[] algorithmIdentifier) throws DkimKeyException {
    byte[] oid = Der.of(algorithmIdentifier).read(Der.OID);
    if (Arrays.equals(oid, OID_RSA)) {
      return KeyAlgorithm.RSA;
    }
    if (Arrays.equals(oid, OID_ED25519)) {
      return KeyAlgorithm.ED25519;
    }
    throw new DkimKeyException("neither an RSA nor an Ed25519 key");
  }

  private static void requireLength(byte[] raw) throws DkimKeyException {
    if (raw.length != ED25519_LENGTH) {
      throw new DkimKeyException("an Ed25519 key has 32 bytes, this one " + raw.length);
    }
  }
}
