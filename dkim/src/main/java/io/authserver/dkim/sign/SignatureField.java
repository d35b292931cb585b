package io.authserver.dkim.sign;

import io.authserver.smtp.message.HeaderField;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes one DKIM-Signature field (RFC 6376 §3.5), folded, tag by tag. */
final class SignatureField {
  static final String NAME = "DKIM-Signature";

  /** The longest line without its CRLF: under the 78 of RFC 5322 §2.1.1. */
  private static final int LINE = 76;

  private final StringBuilder text = new StringBuilder(1024).append(NAME).append(':');
  private int column = NAME.length() + 1;

  SignatureField tag(String name, String value) {
    word(name + "=" + value + ";", true);
    return this;
  }

  /** Writes {@code h=}; a line may break after each colon. */
  SignatureField signedFields(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      String start = i == 0 ? "h=" : "";
      word(start + names.get(i) + (i == names.size() - 1 ? ";" : ":"), i == 0);
    }
    return this;
  }

  /** Writes the empty {@code b=} that is signed; {@link #complete} puts the value there. */
  byte[] withEmptySignature() {
    fold();
    text.append("b=");
    column += 2;
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns the whole field with its CRLF. */
  byte[] complete(String signature) {
    int at = 0;
    while (at < signature.length()) {
      if (column >= LINE) {
        fold();
      }
      int take = Math.min(LINE - column, signature.length() - at);
      text.append(signature, at, at + take);
      column += take;
      at += take;
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns a field that is not in any header section. */
  static HeaderField asField(byte[] field) {
    return new HeaderField(field, 0, NAME.length(), field.length);
  }

  private void word(String word, boolean spaced) {
    int space = spaced ? 1 : 0;
    if (column + space + word.length() > LINE) {
      fold();
    } else if (spaced) {
      text.append(' ');
      column++;
    }
    text.append(word);
    column += word.length();
  }

  private void fold() {
    text.append("\r\n ");
    column = 1;
  }

  /**
   * Returns an identifier as dkim-quoted-printable (RFC 6376 §2.11). What is not ASCII is written
   * as the octets of its UTF-8 form.
   */
  static String quoted(String identifier) {
    StringBuilder quoted = new StringBuilder();
    for (byte b : identifier.getBytes(StandardCharsets.UTF_8)) {
      if (b > ' ' && b < 0x7f && b != ';' && b != '=') {
        quoted.append((char) b);
      } else {
        quoted.append('=').append("0123456789ABCDEF".charAt((b & 0xf0) >> 4));
        quoted.append("0123456789ABCDEF".charAt(b & 0xf));
      }
    }
    return quoted.toString();
  }
}
