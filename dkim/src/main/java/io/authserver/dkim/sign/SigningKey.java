package io.authserver.dkim.sign;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.smtp.address.AsciiCase;
import java.util.regex.Pattern;

/**
 * A key together with where its public half is published.
 *
 * @param signingDomain the SDID ({@code d=}), A-labels (RFC 8616 §4 lets a signer use them always),
 *     kept in lower case
 * @param selector the selector ({@code s=}), kept as given
 * @param key the private key
 */
public record SigningKey(String signingDomain, String selector, DkimPrivateKey key) {
  private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
  private static final int MAX_NAME_LENGTH = 253;

  /** Checks both names: nothing that could end a tag or a line gets into a signature field. */
  public SigningKey {
    signingDomain = AsciiCase.lower(signingDomain);
    if (!isName(signingDomain)) {
      throw new IllegalArgumentException("not a domain name of A-labels: signingDomain");
    }
    if (!isName(selector)) {
      throw new IllegalArgumentException("not a selector (RFC 6376 §3.1)");
    }
    if ((selector + "._domainkey." + signingDomain).length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException("selector and domain are too long for one DNS name");
    }
  }

  private static boolean isName(String name) {
    return name.length() <= MAX_NAME_LENGTH && NAME.matcher(name).matches();
  }

  /** Returns the DNS name of the record that publishes the key (RFC 6376 §3.6.2.1). */
  public String recordName() {
    return selector + "._domainkey." + signingDomain;
  }
}
