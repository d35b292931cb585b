package io.authserver.dkim.canon;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.RelaxedField;
import java.util.List;

/** Canonicalises header fields (RFC 6376 §3.4.1 and §3.4.2). */
public final class CanonicalHeader {
  private CanonicalHeader() {}

  /** Returns the fields in the order given, each canonical and ending with CRLF. */
  public static byte[] of(Canonicalization canonicalization, List<HeaderField> fields) {
    long bound = 0;
    for (HeaderField field : fields) {
      bound += field.length() + 2L;
    }
    byte[] out = new byte[Math.toIntExact(bound)];
    int at = 0;
    for (HeaderField field : fields) {
      at = write(canonicalization, field, out, at);
      out[at++] = '\r';
      out[at++] = '\n';
    }
    return at == out.length ? out : java.util.Arrays.copyOf(out, at);
  }

  /**
   * Returns the signature field itself, canonical. RFC 6376 §3.7: it comes last and without its
   * final CRLF.
   *
   * @param field the field with an empty {@code b=}
   */
  public static byte[] ofSignatureField(Canonicalization canonicalization, HeaderField field) {
    byte[] out = new byte[field.length() + 1];
    return java.util.Arrays.copyOf(out, write(canonicalization, field, out, 0));
  }

  /** Writes one canonical field without its final CRLF and returns the index after it. */
  private static int write(
      Canonicalization canonicalization, HeaderField field, byte[] out, int at) {
    return switch (canonicalization) {
      case SIMPLE -> {
        int length = RelaxedField.contentEnd(field) - field.start();
        System.arraycopy(field.source(), field.start(), out, at, length);
        yield at + length;
      }
      case RELAXED -> RelaxedField.write(field, out, at);
    };
  }
}
