package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An address that needs no quotes, as the auth database keeps it.
 *
 * @param localPart 1 to 64 octets in UTF-8, dot-atom text (RFC 5322 §3.2.3, RFC 6532 §3.2)
 * @param domain the domain, in A-labels
 */
public record Address(String localPart, DomainName domain) {
  // RFC 5321 §4.5.3.1.1 and §4.5.3.1.3: a path has 256 octets, two of them angle brackets.
  private static final int MAX_LOCAL_PART_OCTETS = 64;
  private static final int MAX_OCTETS = 254;
  private static final String ATEXT_PUNCTUATION = "!#$%&'*+-/=?^_`{|}~";

  /** Checks the local part. */
  public Address {
    String fault = fault(localPart);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
  }

  /**
   * Reads {@code local@domain} in any case; the local part is folded, as all of ours are.
   *
   * @throws RefusedException where it is no address; the sentence says why
   */
  public static Address parse(String text) throws RefusedException {
    Address kept = parseForeign(text);
    return new Address(AsciiCase.lower(kept.localPart()), kept.domain());
  }

  /**
   * Reads {@code local@domain} and keeps the case of the local part, which is the business of its
   * domain (RFC 5321 §2.4).
   *
   * @throws RefusedException where it is no address; the sentence says why
   */
  public static Address parseForeign(String text) throws RefusedException {
    int at = text.indexOf('@');
    if (at < 0) {
      throw notAnAddress(text, "it has no @");
    }
    if (text.indexOf('@', at + 1) >= 0) {
      throw notAnAddress(text, "it has more than one @");
    }
    String localPart = text.substring(0, at);
    String fault = fault(localPart);
    if (fault != null) {
      throw notAnAddress(text, fault);
    }
    DomainName domain;
    try {
      domain = DomainName.parse(text.substring(at + 1));
    } catch (RefusedException e) {
      throw new RefusedException(
          Quoting.quote(text) + " is not an address local@domain: " + e.getMessage());
    }
    Address address = new Address(localPart, domain);
    if (octets(address.toString()) > MAX_OCTETS) {
      throw notAnAddress(text, "it is longer than " + MAX_OCTETS + " octets");
    }
    return address;
  }

  /** Returns {@code local@domain}. */
  @Override
  public String toString() {
    return localPart + "@" + domain;
  }

  private static RefusedException notAnAddress(String text, String fault) {
    return new RefusedException(Quoting.quote(text) + " is not an address local@domain: " + fault);
  }

  private static @Nullable String fault(String localPart) {
    if (localPart.isEmpty()) {
      return "its local part is empty";
    }
    if (octets(localPart) > MAX_LOCAL_PART_OCTETS) {
      return "its local part is longer than " + MAX_LOCAL_PART_OCTETS + " octets";
    }
    if (localPart.startsWith(".") || localPart.endsWith(".") || localPart.contains("..")) {
      return "its local part has a dot at an end or two in a row";
    }
    if (!localPart.codePoints().allMatch(Address::isLocalPartCharacter)) {
      return "its local part has a character that would need quotes";
    }
    return null;
  }

  private static boolean isLocalPartCharacter(int c) {
    if (c >= 0x80) {
      return !Character.isISOControl(c)
          && !Character.isWhitespace(c)
          && !Character.isSpaceChar(c)
          && Character.getType(c) != Character.SURROGATE
          && Character.getType(c) != Character.FORMAT;
    }
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || ATEXT_PUNCTUATION.indexOf(c) >= 0;
  }

  private static int octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
