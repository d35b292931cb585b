package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;
import java.net.IDN;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A domain as the auth database keeps it: A-labels, folded to lower case, without a final dot.
 *
 * @param name at most 253 octets, at least one label, each of letters, digits and hyphens
 */
public record DomainName(String name) {
  private static final int MAX_OCTETS = 253;
  private static final int MAX_LABEL_OCTETS = 63;

  /** Checks that the name is in stored form. */
  public DomainName {
    String fault = fault(name);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
  }

  /**
   * Reads a domain as a person writes it: any case, A-labels or U-labels, a final dot or none.
   *
   * @throws RefusedException where it is no domain name; the sentence says why
   */
  public static DomainName parse(String text) throws RefusedException {
    String trimmed = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    String ascii = isAscii(trimmed) ? trimmed : toALabels(trimmed);
    String folded = AsciiCase.lower(ascii);
    String fault = fault(folded);
    if (fault != null) {
      throw new RefusedException(Quoting.quote(text) + " is not a domain name: " + fault);
    }
    return new DomainName(folded);
  }

  /**
   * Returns a part of a name, or a pattern for names, as the database has it: each label folded,
   * and a U-label as an A-label.
   *
   * @throws RefusedException where a label has no such form
   */
  static String parsePart(String text) throws RefusedException {
    List<String> labels = new ArrayList<>();
    for (String label : text.split("\\.", -1)) {
      labels.add(AsciiCase.lower(isAscii(label) ? label : toALabels(label)));
    }
    return String.join(".", labels);
  }

  /** Returns the name as text. */
  @Override
  public String toString() {
    return name;
  }

  private static String toALabels(String text) throws RefusedException {
    // RFC 5891 keeps these four characters where the JDK's mapping (RFC 3490) turns them into
    // others or drops them, that is, into another registrant's domain.
    if (text.chars().anyMatch(c -> c == 'ß' || c == 'ς' || c == '\u200c' || c == '\u200d')) {
      throw new RefusedException(
          Quoting.quote(text)
              + " has a character whose A-label depends on the version of IDNA;"
              + " write the domain with its xn-- labels");
    }
    try {
      return IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          Quoting.quote(text) + " is not a domain name: it has no form in A-labels");
    }
  }

  private static @Nullable String fault(String name) {
    if (name.isEmpty()) {
      return "it is empty";
    }
    if (name.length() > MAX_OCTETS) {
      return "it is longer than " + MAX_OCTETS + " octets";
    }
    for (String label : name.split("\\.", -1)) {
      if (label.isEmpty()) {
        return "a label is empty";
      }
      if (label.length() > MAX_LABEL_OCTETS) {
        return "a label is longer than " + MAX_LABEL_OCTETS + " octets";
      }
      if (label.startsWith("-") || label.endsWith("-")) {
        return "a label begins or ends with a hyphen";
      }
      if (!label.chars().allMatch(DomainName::isLabelCharacter)) {
        return "a label has other characters than letters, digits and hyphens";
      }
    }
    // RFC 1123 §2.1: so that no address of a host is taken for a name.
    if (name.substring(name.lastIndexOf('.') + 1).chars().allMatch(c -> c >= '0' && c <= '9')) {
      return "its last label is a number";
    }
    return null;
  }

  private static boolean isLabelCharacter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
