package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;
import java.util.List;

/**
 * Makes one reply to the end of data of an outcome for each recipient. SMTP has only one, and a
 * client takes it for all recipients (RFC 5321 §4.1.1.4).
 */
final class OutcomeMerge {
  private OutcomeMerge() {}

  /**
   * Returns the first temporary outcome if there is one, since only a retry can still deliver to
   * all; else the first permanent one, since 250 would lose that recipient in silence; else the
   * first.
   */
  static Reply merge(List<Reply> outcomes) {
    for (Reply outcome : outcomes) {
      if (!outcome.isPositive() && !outcome.isPermanent()) {
        return outcome;
      }
    }
    for (Reply outcome : outcomes) {
      if (outcome.isPermanent()) {
        return outcome;
      }
    }
    return outcomes.getFirst();
  }
}
