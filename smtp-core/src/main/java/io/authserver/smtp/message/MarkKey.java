package io.authserver.smtp.message;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key by which mailforwarder proves its origin marks to dkimsigner. Shows nothing of itself. */
public final class MarkKey {
  /** How many bytes a key has. */
  public static final int BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private MarkKey(byte[] bytes) {
    this.key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /**
   * Makes a key of its bytes, which are copied.
   *
   * @throws IllegalArgumentException where they are not {@link #BYTES}
   */
  public static MarkKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a mark key has " + BYTES + " bytes");
    }
    return new MarkKey(bytes);
  }

  /** Returns an HMAC-SHA256 (RFC 2104) that has seen nothing yet. */
  Mac mac() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "MarkKey[***]";
  }
}
