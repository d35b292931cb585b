package io.authserver.smtp.reply;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP reply (RFC 5321 §4.2).
 *
 * @param code the reply code, 200 to 599
 * @param enhancedStatusCode its enhanced status code (RFC 2034), or null where there is none
 * @param lines the texts, at least one, without codes, CR, LF or other control characters
 */
public record Reply(int code, @Nullable EnhancedStatusCode enhancedStatusCode, List<String> lines) {
  /** Checks the code and that no line can break out of its reply. */
  public Reply {
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException("reply code: " + code);
    }
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("a reply has at least one line");
    }
    for (String line : lines) {
      if (line.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
        throw new IllegalArgumentException("control character in a reply line");
      }
    }
  }

  /**
   * Makes a reply of one line.
   *
   * @param enhanced an enhanced status code as {@code x.y.z}, or the empty string for none
   */
  public static Reply of(int code, String enhanced, String text) {
    EnhancedStatusCode status = null;
    if (!enhanced.isEmpty()) {
      String[] parts = enhanced.split("\\.", -1);
      status =
          new EnhancedStatusCode(
              Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }
    return new Reply(code, status, List.of(text));
  }

  /** Returns whether this is a 2xx reply. */
  public boolean isPositive() {
    return code < 300;
  }

  /** Returns whether this is a 4xx reply. */
  public boolean isTemporary() {
    return code >= 400 && code < 500;
  }

  /** Returns whether this is a 5xx reply. */
  public boolean isPermanent() {
    return code >= 500;
  }

  /** Returns the reply on one line, for a log. */
  @Override
  public String toString() {
    return code
        + " "
        + (enhancedStatusCode == null ? "" : enhancedStatusCode + " ")
        + String.join(" / ", lines);
  }
}
