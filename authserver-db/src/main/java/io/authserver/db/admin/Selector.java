package io.authserver.db.admin;

import io.authserver.smtp.address.AsciiCase;

/**
 * A DKIM selector (RFC 6376 §3.1), folded.
 *
 * @param name one or more labels with dots between them
 */
public record Selector(String name) {
  private static final int MAX_OCTETS = 200;
  // RFC 1035 §2.3.4, without the length octets of the first label and the root.
  private static final int MAX_NAME_OCTETS = 253;

  /**
   * Reads a selector for a domain.
   *
   * @throws RefusedException where it is none, or too long for a name in DNS
   */
  public static Selector parse(String text, DomainName domain) throws RefusedException {
    String folded = AsciiCase.lower(text);
    if (!folded.matches(
            "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
        || folded.length() > MAX_OCTETS) {
      throw new RefusedException(
          Quoting.quote(text)
              + " is not a selector: it takes letters, digits, and hyphens and dots between them");
    }
    if (folded.length() + "._domainkey.".length() + domain.name().length() > MAX_NAME_OCTETS) {
      throw new RefusedException(
          "selector " + folded + " and domain " + domain + " make too long a name for DNS");
    }
    return new Selector(folded);
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }
}
