package io.authserver.db.admin;

/** How a sentence quotes a name. */
public final class Quoting {
  private Quoting() {}

  /** Returns what a person typed, in quotes, short, and without a control character. */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(100)
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                quoted.append("\\u%04x".formatted(c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    if (text.codePointCount(0, text.length()) > 100) {
      quoted.append("...");
    }
    return quoted.append('"').toString();
  }
}
