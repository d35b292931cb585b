package io.authserver.smtp.address;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A mailbox of an envelope (RFC 5321 §4.1.2, RFC 6531 §3.3).
 *
 * @param localPart the local part without quoting; its case is kept (RFC 5321 §2.4)
 * @param domain a domain as it was written, in A-labels or U-labels, or an address literal with its
 *     brackets
 */
public record Mailbox(String localPart, String domain) {
  /** The longest domain in octets (RFC 5321 §4.5.3.1.2). */
  public static final int MAX_DOMAIN_OCTETS = 255;

  /**
   * The longest local part that is read. RFC 5321 §4.5.3.1.1 promises 64 octets and asks for no
   * limit: return addresses of bulk senders are often longer.
   */
  public static final int MAX_LOCAL_PART_OCTETS = 255;

  /** Checks that nothing in it can break out of a command line or a header field. */
  public Mailbox {
    if (hasControl(localPart) || hasControl(domain) || domain.isEmpty()) {
      throw new IllegalArgumentException("control character in a mailbox, or no domain");
    }
  }

  /**
   * Parses an address, without angle brackets.
   *
   * @throws IllegalArgumentException when it is not a mailbox; the message says why
   */
  public static Mailbox parse(String address) {
    AddressScanner scanner = new AddressScanner(address);
    try {
      Mailbox mailbox = scanner.mailbox();
      scanner.expectEnd();
      return mailbox;
    } catch (AddressSyntaxException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Parses an address, without angle brackets; empty when it is not a mailbox. */
  public static Optional<Mailbox> tryParse(String address) {
    AddressScanner scanner = new AddressScanner(address);
    try {
      Mailbox mailbox = scanner.mailbox();
      scanner.expectEnd();
      return Optional.of(mailbox);
    } catch (AddressSyntaxException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the domain as the database stores it and as domains are compared: A-labels, ASCII lower
   * case; an address literal in lower case.
   */
  public String foldedDomain() {
    return foldDomain(domain);
  }

  /**
   * Returns a domain in A-labels and ASCII lower case; an address literal in lower case.
   *
   * @throws IllegalArgumentException when a label has no ASCII form
   */
  public static String foldDomain(String domain) {
    return ALabels.of(domain);
  }

  /** Returns whether an address literal stands in the place of the domain. */
  public boolean isAddressLiteral() {
    return domain.startsWith("[");
  }

  /** Returns whether it can be written without SMTPUTF8 (RFC 6531). */
  public boolean isAscii() {
    return isAscii(localPart) && isAscii(domain);
  }

  /** Returns the local part in valid syntax, quoted where it needs that (RFC 5321 §4.1.2). */
  public String quotedLocalPart() {
    if (isDotString(localPart)) {
      return localPart;
    }
    StringBuilder quoted = new StringBuilder(localPart.length() + 8).append('"');
    for (int i = 0; i < localPart.length(); i++) {
      char c = localPart.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\');
      }
      quoted.append(c);
    }
    return quoted.append('"').toString();
  }

  /** Returns the mailbox in valid syntax, quoted where the local part needs it. */
  @Override
  public String toString() {
    return quotedLocalPart() + "@" + domain;
  }

  static int octets(String text) {
    return isAscii(text) ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
  }

  static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDotString(String text) {
    boolean atomOpen = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' ? !atomOpen : !AddressScanner.isAtext(c)) {
        return false;
      }
      atomOpen = c != '.';
    }
    return atomOpen;
  }

  private static boolean hasControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }
}
