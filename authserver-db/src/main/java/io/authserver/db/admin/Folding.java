package io.authserver.db.admin;

/** How names are folded, and how a sentence quotes them. */
public final class Folding {
  private Folding() {}

  /** Folds A to Z alone, as {@code lower(x COLLATE "C")} does in the schema. */
  public static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      folded.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return folded.toString();
  }

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
