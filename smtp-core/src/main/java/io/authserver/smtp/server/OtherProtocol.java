package io.authserver.smtp.server;

import io.authserver.smtp.address.AsciiCase;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Recognises lines that no mail client says: what a web application, made to fetch a URL of ours,
 * sends in front of a body that would be commands to us. Pure.
 */
final class OtherProtocol {
  /** The methods of RFC 9110 §9.3 and RFC 5789 §2, and PRI (RFC 9113 §3.4). No verbs of SMTP. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI");

  private static final Pattern VERSION = Pattern.compile("[0-9](\\.[0-9])?");

  /** RFC 9112 §5: field-name ":"; but {@code MAILFROM:<path>} is a slip of the pen in SMTP. */
  private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+:(?!<)");

  private OtherProtocol() {}

  /** Returns why a line is none of SMTP, or nothing where it may be. */
  static Optional<FrontMetrics.Refusal> in(String text) {
    int end = 0;
    // A line that ends with LF alone is the first part of one of ours.
    while (end < text.length() && text.charAt(end) >= ' ') {
      end++;
    }
    String line = text.substring(0, end);
    int space = line.indexOf(' ');
    String first = space < 0 ? line : line.substring(0, space);
    if (METHODS.contains(AsciiCase.upper(first)) || isRequest(line, space)) {
      return Optional.of(FrontMetrics.Refusal.HTTP);
    }
    return FIELD.matcher(first).lookingAt()
        ? Optional.of(FrontMetrics.Refusal.HEADER_FIELD)
        : Optional.empty();
  }

  /** RFC 9112 §3: method SP request-target SP HTTP-version, whatever the method. */
  private static boolean isRequest(String line, int space) {
    int version = line.lastIndexOf(" HTTP/");
    return space >= 0
        && version > space
        && VERSION.matcher(line.substring(version + " HTTP/".length())).matches();
  }
}
