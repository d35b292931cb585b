package io.authserver.admin.password;

import java.security.SecureRandom;
import java.util.Arrays;
import org.apache.commons.codec.digest.Sha2Crypt;

/**
 * Makes the stored form of a password: SHA-256 crypt ({@code $5$}), which crypt(3), OpenSMTPD and
 * Dovecot's SHA256-CRYPT read.
 */
public final class PasswordHash {
  /**
   * Rounds of the hash. 200,000 cost about 0.06 s a login, 40 times crypt's default of 5,000 for
   * someone who guesses, and OpenSMTPD, which checks logins one after another, still takes some 16
   * a second.
   */
  public static final int ROUNDS = 200_000;

  // crypt(5): 16 characters are the longest salt that $5$ takes.
  private static final int SALT_LENGTH = 16;
  private static final String SALT_ALPHABET =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final SecureRandom random;

  /** Makes a hasher that takes its salts from the given source. */
  public PasswordHash(SecureRandom random) {
    this.random = random;
  }

  /**
   * Returns the hash of a password.
   *
   * @param password its octets; they are overwritten
   */
  public String of(byte[] password) {
    StringBuilder salt = new StringBuilder("$5$rounds=").append(ROUNDS).append('$');
    for (int i = 0; i < SALT_LENGTH; i++) {
      salt.append(SALT_ALPHABET.charAt(random.nextInt(SALT_ALPHABET.length())));
    }
    try {
      return Sha2Crypt.sha256Crypt(password, salt.toString());
    } finally {
      Arrays.fill(password, (byte) 0);
    }
  }
}
