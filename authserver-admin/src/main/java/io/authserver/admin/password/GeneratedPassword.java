package io.authserver.admin.password;

import java.security.SecureRandom;

/** Makes passwords that a person can type from paper into a device. */
public final class GeneratedPassword {
  // 32 characters, none of which is taken for another: 5 bits each.
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int GROUPS = 5;
  private static final int GROUP_LENGTH = 5;

  private GeneratedPassword() {}

  /** Returns a password of 125 random bits, in groups with hyphens between. */
  public static String next(SecureRandom random) {
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < GROUPS * GROUP_LENGTH; i++) {
      if (i > 0 && i % GROUP_LENGTH == 0) {
        password.append('-');
      }
      password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return password.toString();
  }
}
