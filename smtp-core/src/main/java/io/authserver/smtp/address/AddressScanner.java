package io.authserver.smtp.address;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** Reads the address grammar of RFC 5321 §4.1.2 and §4.1.3 from a text, left to right. */
final class AddressScanner {
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
  private static final Pattern GENERAL_LITERAL =
      Pattern.compile("[A-Za-z0-9-]*[A-Za-z0-9]:[\\x21-\\x5a\\x5e-\\x7e]+");

  private final String text;
  private int at;

  AddressScanner(String text) {
    this.text = text;
  }

  boolean atEnd() {
    return at >= text.length();
  }

  /** Returns what is not read yet. */
  String rest() {
    return text.substring(at);
  }

  boolean skip(char expected) {
    if (!atEnd() && text.charAt(at) == expected) {
      at++;
      return true;
    }
    return false;
  }

  void expectEnd() throws AddressSyntaxException {
    if (!atEnd()) {
      throw new AddressSyntaxException(
          text.charAt(at) == '@' ? "more than one @" : "characters after the address");
    }
  }

  /** Reads a source route and its colon, if one is there (RFC 5321 §4.1.2 A-d-l). */
  void skipSourceRoute() throws AddressSyntaxException {
    if (atEnd() || text.charAt(at) != '@') {
      return;
    }
    do {
      if (!skip('@')) {
        throw new AddressSyntaxException("source route without @");
      }
      domain();
    } while (skip(','));
    if (!skip(':')) {
      throw new AddressSyntaxException("source route without a colon");
    }
  }

  Mailbox mailbox() throws AddressSyntaxException {
    String localPart = localPart();
    if (!skip('@')) {
      throw new AddressSyntaxException(atEnd() ? "no domain" : "character not allowed");
    }
    return new Mailbox(localPart, domain());
  }

  /** Reads a local part and returns it without its quoting. */
  String localPart() throws AddressSyntaxException {
    String localPart = !atEnd() && text.charAt(at) == '"' ? quotedString() : dotString();
    if (Mailbox.octets(localPart) > Mailbox.MAX_LOCAL_PART_OCTETS) {
      throw new AddressSyntaxException("local part too long");
    }
    return localPart;
  }

  private String dotString() throws AddressSyntaxException {
    int start = at;
    boolean atomOpen = false;
    while (!atEnd()) {
      char c = text.charAt(at);
      if (c == '.') {
        if (!atomOpen) {
          throw new AddressSyntaxException("dot not allowed here in the local part");
        }
        atomOpen = false;
      } else if (isAtext(c)) {
        atomOpen = true;
      } else {
        break;
      }
      at++;
    }
    if (!atomOpen) {
      throw new AddressSyntaxException(
          at == start ? "no local part" : "local part ends with a dot");
    }
    return text.substring(start, at);
  }

  private String quotedString() throws AddressSyntaxException {
    StringBuilder content = new StringBuilder();
    at++;
    while (!atEnd()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return content.toString();
      }
      if (c == '\\') {
        if (atEnd()) {
          break;
        }
        c = text.charAt(at++);
        // RFC 5321 §4.1.2: quoted-pairSMTP is a backslash and printable ASCII or a space.
        if (c < 0x20 || c > 0x7e) {
          throw new AddressSyntaxException("character not allowed after a backslash");
        }
      } else if (Character.isISOControl(c)) {
        throw new AddressSyntaxException("control character");
      }
      content.append(c);
    }
    throw new AddressSyntaxException("quotes are not closed");
  }

  /** Reads a domain or an address literal. */
  String domain() throws AddressSyntaxException {
    if (!atEnd() && text.charAt(at) == '[') {
      return addressLiteral();
    }
    int start = at;
    while (!atEnd() && isDomainCharacter(text.charAt(at))) {
      at++;
    }
    String domain = text.substring(start, at);
    if (domain.isEmpty()) {
      throw new AddressSyntaxException("no domain");
    }
    String folded;
    try {
      folded = Mailbox.foldDomain(domain);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new AddressSyntaxException("domain has no form in A-labels");
    }
    if (Mailbox.octets(domain) > Mailbox.MAX_DOMAIN_OCTETS
        || folded.length() > Mailbox.MAX_DOMAIN_OCTETS) {
      throw new AddressSyntaxException("domain too long");
    }
    for (String label : folded.split("\\.", -1)) {
      checkLabel(label);
    }
    return domain;
  }

  private static void checkLabel(String label) throws AddressSyntaxException {
    if (label.isEmpty() || label.length() > 63) {
      throw new AddressSyntaxException("label of the domain is empty or too long");
    }
    if (label.startsWith("-") || label.endsWith("-")) {
      throw new AddressSyntaxException("label of the domain begins or ends with a hyphen");
    }
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      if (c > 0x7f || !isDomainCharacter(c)) {
        throw new AddressSyntaxException("character not allowed in the domain");
      }
    }
  }

  private String addressLiteral() throws AddressSyntaxException {
    int close = text.indexOf(']', at);
    if (close < 0) {
      throw new AddressSyntaxException("address literal is not closed");
    }
    String content = text.substring(at + 1, close);
    if (content.length() > Mailbox.MAX_DOMAIN_OCTETS - 2 || !isAddress(content)) {
      throw new AddressSyntaxException("bad address literal");
    }
    String literal = text.substring(at, close + 1);
    at = close + 1;
    return literal;
  }

  private static boolean isAddress(String content) {
    if (AsciiCase.startsWith(content, "ipv6:")) {
      String address = content.substring(5);
      if (!IPV6.matcher(address).matches() || address.indexOf(':') < 0) {
        return false;
      }
      try {
        InetAddress.ofLiteral(address);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
    return IPV4.matcher(content).matches() || GENERAL_LITERAL.matcher(content).matches();
  }

  /** Returns whether a character may stand in an atom; non-ASCII as RFC 6531 §3.3 allows it. */
  static boolean isAtext(char c) {
    if (c > 0x7f) {
      // C1 controls and the space-like characters never belong to a mailbox name.
      return c > 0x9f && !Character.isWhitespace(c) && !Character.isSpaceChar(c);
    }
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
  }

  private static boolean isDomainCharacter(char c) {
    // The underscore is no letter-digit-hyphen, but host names that have one send mail.
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || (c > 0x9f && !Character.isWhitespace(c) && !Character.isSpaceChar(c));
  }
}
