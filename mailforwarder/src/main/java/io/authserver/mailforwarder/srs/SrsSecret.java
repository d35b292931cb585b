package io.authserver.mailforwarder.srs;

import io.authserver.smtp.address.AsciiCase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret that signs SRS addresses. It is never printed. */
public final class SrsSecret {
  /** Digits of a hash in the separated form, of 5 bits each. */
  static final int SEPARATED_LENGTH = 8;

  private static final String SHA1 = "HmacSHA1";
  private static final String SHA256 = "HmacSHA256";

  private final byte[] secret;

  private SrsSecret(byte[] secret) {
    this.secret = secret;
  }

  /**
   * Makes a secret of its text, as it stands on a line of the secrets' file.
   *
   * @throws IllegalArgumentException when it is empty
   */
  public static SrsSecret of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Makes a secret of its octets.
   *
   * @throws IllegalArgumentException when there are none
   */
  public static SrsSecret of(byte[] octets) {
    if (octets.length == 0) {
      throw new IllegalArgumentException("an SRS secret is not empty");
    }
    return new SrsSecret(octets.clone());
  }

  /**
   * Returns the whole digest of these parts, without regard to ASCII case, in base64 without
   * padding.
   */
  String digest(String... parts) {
    Mac mac = mac(SHA1);
    for (String part : parts) {
      // Mail::SRS folds bytes, so a letter outside ASCII keeps its case.
      mac.update(folded(part));
    }
    return Base64.getEncoder().withoutPadding().encodeToString(mac.doFinal());
  }

  /**
   * Returns the hash in the separated form, in upper case: HMAC-SHA256 over the kind of the address
   * and its parts without regard to ASCII case, the length of each before it in four octets.
   *
   * @param kind {@code srs0} or {@code srs1}
   */
  String separated(String kind, String... parts) {
    Mac mac = mac(SHA256);
    update(mac, kind);
    for (String part : parts) {
      update(mac, part);
    }
    return Base32.encode(mac.doFinal(), SEPARATED_LENGTH);
  }

  private static void update(Mac mac, String part) {
    byte[] octets = folded(part);
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(octets.length).array());
    mac.update(octets);
  }

  private static byte[] folded(String part) {
    return AsciiCase.lower(part).getBytes(StandardCharsets.UTF_8);
  }

  private Mac mac(String algorithm) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the platform has no " + algorithm, e);
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
