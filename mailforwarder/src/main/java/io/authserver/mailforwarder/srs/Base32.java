package io.authserver.mailforwarder.srs;

import io.authserver.smtp.address.AsciiCase;

/** Base 32 of RFC 4648 §6, without padding. */
final class Base32 {
  static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private Base32() {}

  /** Returns the first digits of some octets, which must have 5 bits for each. */
  static String encode(byte[] octets, int digits) {
    StringBuilder text = new StringBuilder(digits);
    int bits = 0;
    int count = 0;
    for (int i = 0; text.length() < digits; i++) {
      bits = (bits << 8) | (octets[i] & 0xff);
      count += 8;
      while (count >= 5 && text.length() < digits) {
        count -= 5;
        text.append(DIGITS.charAt((bits >> count) & 31));
      }
    }
    return text.toString();
  }

  /** Returns whether a text consists of digits, in any case. */
  static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (DIGITS.indexOf(AsciiCase.upper(c)) < 0) {
        return false;
      }
    }
    return true;
  }
}
