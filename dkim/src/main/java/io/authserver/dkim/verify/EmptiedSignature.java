package io.authserver.dkim.verify;

import io.authserver.smtp.message.HeaderField;
import java.util.Arrays;

/** The signature field as it was signed: with an empty {@code b=} (RFC 6376 §3.7). */
final class EmptiedSignature {
  private EmptiedSignature() {}

  /** Returns a copy of the field, the value of {@code b=} and the white space around it gone. */
  static HeaderField of(HeaderField field) {
    byte[] source = Arrays.copyOfRange(field.source(), field.start(), field.end());
    int colon = field.colon() - field.start();
    int end = source.length;
    if (end >= 2 && source[end - 2] == '\r' && source[end - 1] == '\n') {
      end -= 2;
    }
    int at = colon + 1;
    while (at < end) {
      int specEnd = indexOf(source, ';', at, end);
      int equals = indexOf(source, '=', at, specEnd);
      if (equals < specEnd && isNamedB(source, at, equals)) {
        byte[] emptied = new byte[source.length - (specEnd - equals - 1)];
        System.arraycopy(source, 0, emptied, 0, equals + 1);
        System.arraycopy(source, specEnd, emptied, equals + 1, source.length - specEnd);
        return new HeaderField(emptied, 0, colon, emptied.length);
      }
      at = specEnd + 1;
    }
    return new HeaderField(source, 0, colon, source.length);
  }

  private static boolean isNamedB(byte[] source, int start, int end) {
    int from = start;
    int to = end;
    while (from < to && TagList.isWhiteSpace((char) source[from])) {
      from++;
    }
    while (to > from && TagList.isWhiteSpace((char) source[to - 1])) {
      to--;
    }
    return to - from == 1 && source[from] == 'b';
  }

  private static int indexOf(byte[] source, char wanted, int from, int end) {
    int at = from;
    while (at < end && source[at] != wanted) {
      at++;
    }
    return at;
  }
}
