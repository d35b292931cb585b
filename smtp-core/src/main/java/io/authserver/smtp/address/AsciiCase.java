package io.authserver.smtp.address;

/**
 * Upper and lower case of ASCII alone, as SMTP compares (RFC 5321 §2.4): the folding of the JDK
 * also makes an {@code S} of U+017F and an {@code I} of U+0131.
 */
public final class AsciiCase {
  private AsciiCase() {}

  /** Returns the text with a to z in upper case. */
  public static String upper(String text) {
    char[] folded = text.toCharArray();
    for (int i = 0; i < folded.length; i++) {
      if (folded[i] >= 'a' && folded[i] <= 'z') {
        folded[i] = (char) (folded[i] - 32);
      }
    }
    return new String(folded);
  }

  /** Returns the text with A to Z in lower case. */
  public static String lower(String text) {
    char[] folded = text.toCharArray();
    for (int i = 0; i < folded.length; i++) {
      if (folded[i] >= 'A' && folded[i] <= 'Z') {
        folded[i] = (char) (folded[i] + 32);
      }
    }
    return new String(folded);
  }
}
