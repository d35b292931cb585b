package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a message was submitted to us, as far as its Received fields tell. Doubt means no.
 *
 * <p>It was where the topmost field is our edge's and names a login, or where a program on this
 * host made the message: then there is no other Received field. A message that has come in before
 * and that this host sends again (Sieve's redirect, .forward, a script) still has our edge's field
 * from when it came in.
 *
 * @param login who has logged in, where the edge says it
 */
public record Submission(boolean submitted, Optional<String> login) {
  static final Submission NONE = new Submission(false, Optional.empty());

  /** With authentication: RFC 3848, and RFC 6531 §4.3 for UTF-8. */
  private static final Set<String> AUTHENTICATED =
      Set.of("esmtpa", "esmtpsa", "utf8smtpa", "utf8smtpsa");

  /** Reads the Received fields of a message. */
  public static Submission of(HeaderSection header, EdgeNames names) {
    return of(header, true, names);
  }

  /**
   * Reads the Received fields of a message, as far as it was kept: a login counts by its topmost
   * field, and that there is no other field only where all are there.
   *
   * @param whole whether that is all of its header section
   */
  static Submission of(HeaderSection header, boolean whole, EdgeNames names) {
    List<HeaderField> fields = header.all("received");
    ReceivedField top = fields.isEmpty() ? null : ReceivedField.of(fields.getFirst()).orElse(null);
    if (top == null || !names.isEdge(top.by())) {
      return NONE;
    }
    // OpenSMTPD says ESMTPA for its own socket as well, where nobody logs in.
    if (AUTHENTICATED.contains(AsciiCase.lower(top.protocol())) && !top.isEnqueued()) {
      return fields.stream().skip(1).noneMatch(names::wrote)
          ? new Submission(true, top.login())
          : NONE;
    }
    return whole && fields.size() == 1 && top.isOfThisHost()
        ? new Submission(true, Optional.empty())
        : NONE;
  }
}
