package io.authserver.smtp.address;

/** The encoding of parameter values (RFC 3461 §4). */
final class Xtext {
  private Xtext() {}

  /** Returns whether a text is xtext, not empty: printable ASCII, {@code +XX} for the rest. */
  static boolean isValid(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '+') {
        if (!isEncoded(text, i)) {
          return false;
        }
        i += 2;
      } else if (c <= ' ' || c >= 0x7f || c == '=') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /**
   * Returns whether a text is the address of an ORCPT of the type utf-8, not empty (RFC 6533 §3):
   * printable ASCII, a backslash for <code>\x{10FFFF}</code> alone.
   *
   * @param unicode whether characters beyond ASCII may stand in it as they are
   */
  static boolean isValidUtf8Address(String text, boolean unicode) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        int close = text.indexOf('}', i);
        if (close < 0 || !text.substring(i, close + 1).matches("\\\\x\\{[0-9A-Fa-f]{2,6}\\}")) {
          return false;
        }
        i = close;
      } else if (c == '+') {
        if (!isEncoded(text, i)) {
          return false;
        }
        i += 2;
      } else if (c <= ' ' || c == '=' || (c >= 0x7f && c <= 0x9f) || (c > 0x9f && !unicode)) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isEncoded(String text, int plus) {
    return plus + 2 < text.length() && isHex(text.charAt(plus + 1)) && isHex(text.charAt(plus + 2));
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0 && c < 0x80;
  }
}
