package io.authserver.smtp.daemon;

/** Keeps a text on its line: control characters become escapes that are seen. */
public final class ControlCharacters {
  private ControlCharacters() {}

  /**
   * Returns the text with control characters (C0, DEL, C1), line separators and bidirectional
   * overrides as <code>\n</code>, <code>\r</code>, <code>\t</code> or {@code \}{@code uXXXX}; the
   * same text where there is none.
   */
  public static String escape(String text) {
    int i = 0;
    while (i < text.length() && !isUnsafe(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        default -> {
          if (isUnsafe(c)) {
            escaped.append(String.format("\\u%04x", (int) c));
          } else {
            escaped.append(c);
          }
        }
      }
    }
    return escaped.toString();
  }

  private static boolean isUnsafe(char c) {
    return Character.isISOControl(c)
        || c == '\u2028'
        || c == '\u2029'
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
