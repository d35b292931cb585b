package io.authserver.db.author;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import java.util.Optional;

/**
 * Who wrote a message, and who submitted it; folded.
 *
 * @param author in valid syntax
 * @param sender the reverse-path, in valid syntax; empty where it is null
 * @param login with what name he logged in, where that is known
 */
public record AuthorQuestion(String author, Optional<String> sender, Optional<String> login) {
  /** Makes a question. */
  public static AuthorQuestion of(Mailbox author, ReversePath reversePath, Optional<String> login) {
    return new AuthorQuestion(
        folded(author),
        reversePath instanceof ReversePath.Address(Mailbox mailbox)
            ? Optional.of(folded(mailbox))
            : Optional.empty(),
        login.map(AsciiCase::lower));
  }

  private static String folded(Mailbox mailbox) {
    return AsciiCase.lower(new Mailbox(mailbox.localPart(), mailbox.foldedDomain()).toString());
  }

  /** Returns it as one text; addresses have no control characters. */
  String key() {
    return author + '\n' + sender.orElse("") + '\n' + login.orElse("");
  }
}
