package io.authserver.mailforwarder.resolve;

import io.authserver.db.alias.NullSender;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.RoleAddresses;
import io.authserver.smtp.address.Mailbox;
import java.util.Optional;

/**
 * Who gets a list's mail that has a null reverse-path: bounces and notifications, which belong to
 * who administers the list and not to its members (RFC 5321 §3.9.2).
 */
public final class NullSenderRule {
  private NullSenderRule() {}

  /**
   * Returns who gets it. Without an owner and a reverse-path of its own, a list is asked to send
   * nothing to {@link NullSender#OWNER}.
   *
   * @param list the step of the list, as it was reached
   * @param reversed whether an SRS address led to it: then the mail is about a copy that was sent
   *     in the list's name, and never the members'
   */
  public static NullSender of(ResolutionStep list, boolean reversed) {
    NullSender set = list.nullSender();
    boolean answered = returnAddress(list).isPresent();
    if (set == NullSender.REFUSE) {
      return NullSender.REFUSE;
    }
    if (reversed || set == NullSender.OWNER || (set == null && answered)) {
      return answered ? NullSender.OWNER : NullSender.REFUSE;
    }
    return set == NullSender.MEMBERS
            || list.singleMember()
            || RoleAddresses.contains(list.matchedLocalPart())
        ? NullSender.MEMBERS
        : NullSender.REFUSE;
  }

  /** Returns who answers for a list: its owner, else its own reverse-path. */
  static Optional<Mailbox> returnAddress(ResolutionStep list) {
    return Steps.owner(list).or(() -> Steps.newMailfrom(list));
  }
}
