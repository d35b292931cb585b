package io.authserver.smtp.message;

import io.authserver.smtp.address.AsciiCase;
import java.util.Arrays;

/** A header field in the relaxed canonical form (RFC 6376 §3.4.2). */
public final class RelaxedField {
  private RelaxedField() {}

  /** Returns the field in relaxed form, without its final CRLF. */
  public static byte[] of(HeaderField field) {
    byte[] out = new byte[field.length() + 1];
    return Arrays.copyOf(out, write(field, out, 0));
  }

  /**
   * Writes the field in relaxed form, without its final CRLF, and returns the index after it.
   *
   * @param out with room for the field's length and one more
   */
  public static int write(HeaderField field, byte[] out, int start) {
    byte[] source = field.source();
    int at = start;
    for (int i = field.start(); i < field.nameEnd(); i++) {
      out[at++] = AsciiCase.lower(source[i]);
    }
    out[at++] = ':';
    int valueStart = at;
    int end = contentEnd(field);
    boolean space = false;
    for (int i = field.colon() + 1; i < end; i++) {
      byte b = source[i];
      if (b == ' ' || b == '\t') {
        space = true;
      } else if (b == '\r' && i + 1 < end && source[i + 1] == '\n') {
        // Unfolding: the white space that follows is what is left.
        i++;
      } else {
        // No white space directly after the colon; none at the end, as nothing follows it.
        if (space && at > valueStart) {
          out[at++] = ' ';
        }
        space = false;
        out[at++] = b;
      }
    }
    return at;
  }

  /** Returns the index after the field's last byte before its final CRLF. */
  public static int contentEnd(HeaderField field) {
    byte[] source = field.source();
    int end = field.end();
    return end - 2 >= field.start() && source[end - 2] == '\r' && source[end - 1] == '\n'
        ? end - 2
        : end;
  }
}
