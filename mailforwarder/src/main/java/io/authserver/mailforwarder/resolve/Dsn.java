package io.authserver.mailforwarder.resolve;

import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.RecipientParameters;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a next hop is asked about notifications (RFC 3461). */
public final class Dsn {
  private static final String SUCCESS = "SUCCESS";

  private Dsn() {}

  /**
   * Returns the RET of a copy: of what was not submitted only the header section goes back,
   * whatever its client asked for, since it may go to somebody who never sent it.
   *
   * @param given that of the client; null for none
   */
  static @Nullable String ret(SenderFacts facts, @Nullable String given) {
    return facts.submitted() ? given : "HDRS";
  }

  /** Returns what MAIL says for a message that is passed on as it is. */
  public static MailParameters passedOn(SenderFacts facts) {
    MailParameters given = facts.sender().parameters();
    // A copy is larger than what the client announced, by the fields that we add.
    return new MailParameters(
        -1, given.body(), given.smtpUtf8(), ret(facts, given.ret()), given.envid());
  }

  /** Returns what is asked for a recipient: nobody confirms delivery to a stranger. */
  public static RecipientParameters asked(SenderFacts facts, RecipientParameters given) {
    return facts.submitted() ? given : withoutSuccess(given);
  }

  static RecipientParameters withoutSuccess(RecipientParameters given) {
    String notifyOn = given.notifyOn();
    if (notifyOn == null || !notifyOn.contains(SUCCESS)) {
      return given;
    }
    String rest =
        Arrays.stream(notifyOn.split(","))
            .filter(word -> !word.equals(SUCCESS))
            .collect(Collectors.joining(","));
    return new RecipientParameters(rest.isEmpty() ? "NEVER" : rest, given.orcpt());
  }
}
