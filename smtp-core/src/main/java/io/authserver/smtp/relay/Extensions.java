package io.authserver.smtp.relay;

import io.authserver.smtp.address.AsciiCase;
import java.util.List;

/**
 * What a next hop offers in its reply to EHLO, as far as a relay cares.
 *
 * @param size the SIZE it offers in bytes (RFC 1870), 0 for no fixed limit, -1 where not offered
 */
public record Extensions(
    boolean pipelining,
    boolean eightBitMime,
    boolean smtpUtf8,
    boolean dsn,
    boolean enhancedStatusCodes,
    long size) {
  /** A next hop that offers nothing. */
  public static final Extensions NONE = new Extensions(false, false, false, false, false, -1);

  /**
   * Reads a reply to EHLO (RFC 5321 §4.1.1.1): the first line greets, each other line is a keyword
   * with its parameters. Unknown keywords count for nothing.
   */
  static Extensions ofEhloReply(List<String> lines) {
    Extensions found = NONE;
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.strip().split("\\s+", 3);
      found = found.with(AsciiCase.upper(words[0]), words.length > 1 ? words[1] : "");
    }
    return found;
  }

  private Extensions with(String keyword, String parameter) {
    return switch (keyword) {
      case "PIPELINING" ->
          new Extensions(true, eightBitMime, smtpUtf8, dsn, enhancedStatusCodes, size);
      case "8BITMIME" -> new Extensions(pipelining, true, smtpUtf8, dsn, enhancedStatusCodes, size);
      case "SMTPUTF8" ->
          new Extensions(pipelining, eightBitMime, true, dsn, enhancedStatusCodes, size);
      case "DSN" ->
          new Extensions(pipelining, eightBitMime, smtpUtf8, true, enhancedStatusCodes, size);
      case "ENHANCEDSTATUSCODES" ->
          new Extensions(pipelining, eightBitMime, smtpUtf8, dsn, true, size);
      case "SIZE" ->
          new Extensions(
              pipelining, eightBitMime, smtpUtf8, dsn, enhancedStatusCodes, sizeOf(parameter));
      default -> this;
    };
  }

  /** Returns a SIZE parameter as a number (RFC 1870 §4: up to 20 digits), 0 where it is none. */
  private static long sizeOf(String digits) {
    boolean number =
        !digits.isEmpty()
            && digits.length() <= 18
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? Long.parseLong(digits) : 0;
  }
}
