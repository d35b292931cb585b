package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.reply.Reply;
import java.nio.charset.StandardCharsets;

/**
 * The fields of a machine-readable part, as text: CRLF after each, folded where they are long, no
 * control characters. Without UTF-8 all of them are ASCII.
 */
final class StatusFields {
  /** RFC 5322 §2.1.1: what a line should not exceed. */
  private static final int FOLD_AT = 78;

  /** RFC 5322 §2.1.1: what it must not. */
  private static final int MAX_LINE = 998;

  private final boolean utf8;
  private final StringBuilder text = new StringBuilder();

  StatusFields(boolean utf8) {
    this.utf8 = utf8;
  }

  /** Ends a group of fields. */
  void blank() {
    text.append("\r\n");
  }

  /** Adds a field whose words may stand on several lines; one that is too long is shortened. */
  void words(String name, String value) {
    StringBuilder line = new StringBuilder(name).append(':');
    for (String word : clean(value).split(" ", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      if (line.length() + 1 + word.length() > FOLD_AT && line.length() > name.length() + 1) {
        text.append(line).append("\r\n");
        line.setLength(0);
      }
      line.append(' ').append(Reply.shortened(word, MAX_LINE - FOLD_AT));
    }
    text.append(line).append("\r\n");
  }

  /** Adds a field with an address; none where that would not fit into a line. */
  void address(String name, String type, String address) {
    String line = name + ": " + type + "; " + clean(address);
    if (line.length() <= MAX_LINE) {
      text.append(line).append("\r\n");
    }
  }

  private String clean(String value) {
    StringBuilder clean = new StringBuilder();
    value.codePoints().forEach(c -> append(clean, c));
    return clean.toString();
  }

  private void append(StringBuilder clean, int c) {
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
      clean.append('?');
    } else if (c < 0x7f || utf8) {
      clean.appendCodePoint(c);
    } else {
      clean.append(escaped(c));
    }
  }

  /**
   * Returns an address outside ASCII in ASCII: utf-8-addr-xtext (RFC 6533 §3), in which a
   * backslash, plus and equals sign stand for themselves no more.
   */
  static String addrXtext(String address) {
    StringBuilder xtext = new StringBuilder();
    address
        .codePoints()
        .forEach(
            c -> {
              if (c <= ' ' || c >= 0x7f || c == '\\' || c == '+' || c == '=') {
                xtext.append(escaped(c));
              } else {
                xtext.appendCodePoint(c);
              }
            });
    return xtext.toString();
  }

  private static String escaped(int c) {
    String hex = AsciiCase.upper(Integer.toHexString(c));
    return "\\x{" + (hex.length() < 2 ? "0" + hex : hex) + "}";
  }

  /** Undoes the xtext of RFC 3461 §4: {@code +XX} is a character. */
  static String decodeXtext(String xtext) {
    StringBuilder decoded = new StringBuilder();
    for (int i = 0; i < xtext.length(); i++) {
      char c = xtext.charAt(i);
      if (c == '+' && i + 2 < xtext.length()) {
        int high = Character.digit(xtext.charAt(i + 1), 16);
        int low = Character.digit(xtext.charAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          int value = high << 4 | low;
          // RFC 3461 §4: it stands for ASCII; what does not is shown as unknown
          decoded.append(value < 0x7f ? (char) value : '?');
          i += 2;
          continue;
        }
      }
      decoded.append(c);
    }
    return decoded.toString();
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
