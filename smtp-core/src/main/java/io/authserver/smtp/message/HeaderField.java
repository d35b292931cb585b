package io.authserver.smtp.message;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One header field, as bytes inside the array that holds the header section (RFC 5322 §2.2). Equal
 * to itself alone: the same place of the same array, not the same bytes.
 *
 * @param source the array; not to be changed
 * @param start index of the field's first byte
 * @param colon index of its colon, or {@code end} where the line has none
 * @param end index after its last byte, its final CRLF included where it has one
 */
public record HeaderField(byte[] source, int start, int colon, int end) {
  /**
   * Returns the field's name with A to Z in lower case, without white space before the colon (RFC
   * 5322 §4.5 allows it); bytes outside ASCII as Latin-1 characters; the empty string where there
   * is no colon.
   */
  public String name() {
    if (colon >= end) {
      return "";
    }
    return AsciiCase.lower(
        new String(source, start, nameEnd() - start, StandardCharsets.ISO_8859_1));
  }

  /** Returns the index after the last byte of the name. */
  public int nameEnd() {
    return nameEnd(source, start, colon);
  }

  private static int nameEnd(byte[] source, int start, int colon) {
    int nameEnd = colon;
    while (nameEnd > start && (source[nameEnd - 1] == ' ' || source[nameEnd - 1] == '\t')) {
      nameEnd--;
    }
    return nameEnd;
  }

  /** Returns whether the field has this name, whatever the case. */
  public boolean isNamed(String name) {
    return isNamed(source, start, colon, end, name);
  }

  static boolean isNamed(byte[] source, int start, int colon, int end, String name) {
    int length = nameEnd(source, start, colon) - start;
    if (colon >= end || length != name.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = (char) (source[start + i] & 0xff);
      if (AsciiCase.lower(c) != AsciiCase.lower(name.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Returns the bytes after the colon, the final CRLF excluded, folds included: a copy. */
  public byte[] value() {
    return Arrays.copyOfRange(source, valueStart(), valueEnd());
  }

  /** Returns the index after the colon. */
  public int valueStart() {
    return Math.min(colon + 1, end);
  }

  /** Returns the index after the last byte before the final CRLF. */
  public int valueEnd() {
    int from = valueStart();
    int to = end;
    if (to - 1 >= from && source[to - 1] == '\n') {
      to--;
    }
    if (to - 1 >= from && source[to - 1] == '\r') {
      to--;
    }
    return to;
  }

  /** Returns how many bytes the field has, its final CRLF included. */
  public int length() {
    return end - start;
  }

  /** Returns the field's name and size only: a log shows no content. */
  @Override
  public String toString() {
    return "HeaderField[" + name() + ", " + length() + " bytes]";
  }
}
