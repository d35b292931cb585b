package io.authserver.smtp.reply;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP reply (RFC 5321 §4.2).
 *
 * @param code the reply code, 200 to 599
 * @param enhancedStatusCode its enhanced status code (RFC 2034), or null where there is none
 * @param lines the texts, at least one, without codes, CR, LF or other control characters
 */
public record Reply(int code, @Nullable EnhancedStatusCode enhancedStatusCode, List<String> lines) {
  /**
   * How many lines of a next hop's reply are passed on; of more the last one says how many it
   * stands for.
   */
  public static final int MAX_LINES = 20;

  /**
   * How many characters of a line are passed on (RFC 5321 §4.5.3.1.5: 512 octets a line); a longer
   * one ends with three dots.
   */
  public static final int MAX_LINE_LENGTH = 480;

  private static final String SHORTENED = "...";

  private static final Pattern STATUS =
      // the colon is OpenSMTPD's before 7.6: "501 5.1.3: Recipient address syntax error"
      Pattern.compile("([245])\\.(\\d{1,3})\\.(\\d{1,3}):?(?:[ \\t]+|$)");

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

  /**
   * Makes a reply of what a next hop said: cleaned, bounded, its enhanced status code taken out of
   * the texts. A code of another class than the reply code's is no status code but text.
   *
   * @param code the reply code that it gave, 200 to 599
   * @param texts what followed the code and its space or hyphen on each line; none stands for an
   *     empty one
   */
  public static Reply foreign(int code, List<String> texts) {
    EnhancedStatusCode status = null;
    List<String> lines = new ArrayList<>();
    for (String text : texts) {
      if (lines.size() == MAX_LINES - 1 && texts.size() > MAX_LINES) {
        lines.add(SHORTENED + " (" + (texts.size() - lines.size()) + " more lines)");
        break;
      }
      String clean = printable(text);
      Matcher matcher = STATUS.matcher(clean);
      if (matcher.lookingAt() && clean.charAt(0) - '0' == code / 100) {
        if (status == null) {
          status =
              new EnhancedStatusCode(
                  code / 100,
                  Integer.parseInt(matcher.group(2)),
                  Integer.parseInt(matcher.group(3)));
        }
        clean = clean.substring(matcher.end());
      }
      lines.add(shortened(clean, MAX_LINE_LENGTH));
    }
    if (lines.isEmpty()) {
      lines.add("");
    }
    return new Reply(code, status, lines);
  }

  /**
   * Returns a text that may stand in a reply or a log: what is not printable ASCII becomes a
   * question mark, a tab a space, and it is {@linkplain #shortened shortened} to {@link
   * #MAX_LINE_LENGTH}.
   */
  public static String clean(String text) {
    return shortened(printable(text), MAX_LINE_LENGTH);
  }

  private static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      clean.append(c >= 0x20 && c < 0x7f ? c : c == '\t' ? ' ' : '?');
    }
    return clean.toString().strip();
  }

  /**
   * Returns a text that somebody reads with at most so many characters, three dots at the end where
   * it was longer.
   */
  public static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - SHORTENED.length()) + SHORTENED;
  }

  /** Returns the same texts and status under another code, which must be of the same class. */
  public Reply withCode(int newCode) {
    if (newCode / 100 != code / 100) {
      throw new IllegalArgumentException("class of a reply changed: " + code + " to " + newCode);
    }
    return new Reply(newCode, enhancedStatusCode, lines);
  }

  /**
   * Returns the reply as SMTP writes it (RFC 5321 §4.2.1), each line with its enhanced status code
   * (RFC 2034 §4) where there is one, ending with CRLF. Non-ASCII characters become question marks.
   */
  public byte[] toWire() {
    StringBuilder wire = new StringBuilder(64);
    for (int i = 0; i < lines.size(); i++) {
      wire.append(code).append(i == lines.size() - 1 ? ' ' : '-');
      if (enhancedStatusCode != null) {
        wire.append(enhancedStatusCode).append(' ');
      }
      wire.append(lines.get(i)).append("\r\n");
    }
    return wire.toString().getBytes(StandardCharsets.US_ASCII);
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
