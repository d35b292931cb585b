package io.authserver.upgrade;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * SRS0 addresses as 98a55fa makes them, so that one of any age can be had at any time. Not the code
 * under test, which may make others: what is under way has this form.
 */
final class FormerSrs {
  /** What such an address has in the place of the host, where a token is in that of the user. */
  static final String TOKEN_HOST = "~";

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int HASH_LENGTH = 4;

  private FormerSrs() {}

  /** Returns the local part that stands for a sender. */
  static String srs0(String secret, String localPart, String domain, Instant at) {
    int day = (int) (at.getEpochSecond() / 86_400 % 1024);
    String timestamp = "" + BASE32.charAt(day >> 5) + BASE32.charAt(day & 31);
    return String.join(
        "=", "SRS0", hash(secret, timestamp + domain + localPart), timestamp, domain, localPart);
  }

  private static String hash(String secret, String text) {
    StringBuilder folded = new StringBuilder();
    text.chars().forEach(c -> folded.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c)));
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      byte[] digest = mac.doFinal(folded.toString().getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest).substring(0, HASH_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
