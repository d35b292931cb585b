package io.authserver.mailforwarder.srs;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret that signs SRS addresses. It is never printed. */
public final class SrsSecret {
  private static final String ALGORITHM = "HmacSHA1";

  private final SecretKeySpec key;

  private SrsSecret(SecretKeySpec key) {
    this.key = key;
  }

  /**
   * Makes a secret of its text, as it stands on a line of the secrets' file.
   *
   * @throws IllegalArgumentException when it is empty
   */
  public static SrsSecret of(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an SRS secret is not empty");
    }
    return new SrsSecret(new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), ALGORITHM));
  }

  /**
   * Returns the whole digest of these parts, without regard to ASCII case, in base64 without
   * padding.
   */
  String digest(String... parts) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      for (String part : parts) {
        // Mail::SRS folds bytes, so a letter outside ASCII keeps its case.
        mac.update(AsciiCase.lower(part).getBytes(StandardCharsets.UTF_8));
      }
      return Base64.getEncoder().withoutPadding().encodeToString(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the platform has no " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
