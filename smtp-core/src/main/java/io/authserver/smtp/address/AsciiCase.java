package io.authserver.smtp.address;

/**
 * Upper and lower case of ASCII alone: the one rule by which addresses, names, keywords and tokens
 * are compared (RFC 5321 §2.4). UTF-8 in an address (RFC 6531 §3.3) counts octet by octet.
 *
 * <p>{@link #lower} makes of every text what {@code lower(x COLLATE "C")} makes of it in the
 * database, so that two rows there are two here. The JDK's own folding makes one of {@code É} and
 * {@code é}, which may be two users, a {@code k} of the Kelvin sign U+212A, an {@code S} of U+017F.
 */
public final class AsciiCase {
  private static final int DISTANCE = 'a' - 'A';

  private AsciiCase() {}

  /** Returns the text with a to z in upper case; the same object where it has none of them. */
  public static String upper(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (upper(text.charAt(i)) != text.charAt(i)) {
        char[] folded = text.toCharArray();
        for (; i < folded.length; i++) {
          folded[i] = upper(folded[i]);
        }
        return new String(folded);
      }
    }
    return text;
  }

  /** Returns the text with A to Z in lower case; the same object where it has none of them. */
  public static String lower(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (lower(text.charAt(i)) != text.charAt(i)) {
        char[] folded = text.toCharArray();
        for (; i < folded.length; i++) {
          folded[i] = lower(folded[i]);
        }
        return new String(folded);
      }
    }
    return text;
  }

  /** Returns the character, in upper case where it is one of a to z. */
  public static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char) (c - DISTANCE) : c;
  }

  /** Returns the character, in lower case where it is one of A to Z. */
  public static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + DISTANCE) : c;
  }

  /** Returns the octet, in lower case where it is one of A to Z. */
  public static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + DISTANCE) : b;
  }

  /** Returns whether two texts are the same but for the case of A to Z. */
  public static boolean equal(String one, String other) {
    return one.length() == other.length() && startsWith(one, other);
  }

  /** Returns whether a text begins with another one, the case of A to Z not counting. */
  public static boolean startsWith(String text, String prefix) {
    if (text.length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (lower(text.charAt(i)) != lower(prefix.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
