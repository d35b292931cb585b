package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The domain of a message's author, where there is no doubt about it: one From field (RFC 5322
 * §3.6.2) with one address in its plain forms. Anything else has none.
 */
final class AuthorDomain {
  private static final Pattern PLAIN =
      Pattern.compile("(?:[^<>@,;:()\"]*|\\s*\"[^\"\\\\]*\"\\s*)<([^<>\"()\\s]+)>\\s*");
  private static final Pattern BARE = Pattern.compile("\\s*([^<>,;:()\"\\s]+)\\s*");

  /** No field with one address in a plain form is longer. */
  static final int MOST_BYTES = 4096;

  private AuthorDomain() {}

  static Optional<String> of(HeaderSection header) {
    List<HeaderField> fields = header.all("from");
    if (fields.size() != 1 || fields.getFirst().length() > MOST_BYTES) {
      return Optional.empty();
    }
    String value = new String(fields.getFirst().value(), StandardCharsets.UTF_8);
    value = value.replace("\r\n", "");
    Matcher plain = PLAIN.matcher(value);
    if (plain.matches()) {
      return domain(plain.group(1));
    }
    Matcher bare = BARE.matcher(value);
    return bare.matches() ? domain(bare.group(1)) : Optional.empty();
  }

  private static Optional<String> domain(String address) {
    return Mailbox.tryParse(address).map(Mailbox::foldedDomain);
  }
}
