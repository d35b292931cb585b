package io.authserver.smtp.address;

/** The encoding of parameter values (RFC 3461 §4). */
final class Xtext {
  private Xtext() {}

  /** Returns whether a text is xtext, not empty; UTF-8 passes (RFC 6533 §3). */
  static boolean isValid(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '+') {
        if (i + 2 >= text.length() || !isHex(text.charAt(i + 1)) || !isHex(text.charAt(i + 2))) {
          return false;
        }
        i += 2;
      } else if (c <= ' ' || c == '=' || (c >= 0x7f && c <= 0x9f)) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0 && c < 0x80;
  }
}
