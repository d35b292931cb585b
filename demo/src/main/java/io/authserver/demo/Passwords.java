package io.authserver.demo;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Passwords for the demo's own roles and users. */
final class Passwords {
  private static final int BYTES = 16;

  private Passwords() {}

  /** Returns 128 random bits in hexadecimal digits, which no URL and no shell needs to quote. */
  static String random() {
    byte[] bits = new byte[BYTES];
    new SecureRandom().nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }
}
