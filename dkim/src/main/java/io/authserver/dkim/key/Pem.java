package io.authserver.dkim.key;

import java.util.Base64;

/** PEM files (RFC 7468) with one private key. */
final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private Pem() {}

  /** Returns the PKCS#8 bytes of the first private key in a PEM text. */
  static byte[] privateKeyAsPkcs8(String pem) throws DkimKeyException {
    int begin = pem.indexOf(BEGIN);
    while (begin >= 0) {
      int labelEnd = pem.indexOf(DASHES, begin + BEGIN.length());
      if (labelEnd < 0) {
        break;
      }
      String label = pem.substring(begin + BEGIN.length(), labelEnd);
      int bodyStart = labelEnd + DASHES.length();
      int bodyEnd = pem.indexOf("-----END " + label + DASHES, bodyStart);
      if (bodyEnd < 0) {
        throw new DkimKeyException("not a PEM key: the END line is missing");
      }
      switch (label) {
        case "PRIVATE KEY" -> {
          return decode(pem.substring(bodyStart, bodyEnd));
        }
        case "RSA PRIVATE KEY" -> {
          return KeyEncoding.rsaPkcs8(decode(pem.substring(bodyStart, bodyEnd)));
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new DkimKeyException("the PEM key is encrypted: decrypt it first");
        case "EC PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY" ->
            throw new DkimKeyException("neither an RSA nor an Ed25519 key in PKCS#1 or PKCS#8");
        default -> begin = pem.indexOf(BEGIN, bodyEnd);
      }
    }
    throw new DkimKeyException("not a PEM key: no PRIVATE KEY in it");
  }

  /** Returns bytes as PEM under a label, lines of 64 characters. */
  static String encode(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return BEGIN + label + DASHES + "\n" + body + "\n-----END " + label + DASHES + "\n";
  }

  private static byte[] decode(String body) throws DkimKeyException {
    // RFC 1421 headers inside the block mean a key that OpenSSL encrypted.
    if (body.contains("Proc-Type:") || body.contains("DEK-Info:")) {
      throw new DkimKeyException("the PEM key is encrypted: decrypt it first");
    }
    try {
      return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      // The cause would quote a byte of the key.
      throw new DkimKeyException("not a PEM key: malformed base64");
    }
  }
}
