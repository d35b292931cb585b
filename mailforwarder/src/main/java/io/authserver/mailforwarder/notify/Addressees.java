package io.authserver.mailforwarder.notify;

import io.authserver.mailforwarder.resolve.SenderKind;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Who may be told about refusals. */
public final class Addressees {
  private Addressees() {}

  /**
   * Somebody who is told.
   *
   * @param mailbox where the notification goes
   * @param mayReadTargets whether it may name the addresses behind a list; a sender may not
   */
  public record Addressee(Mailbox mailbox, boolean mayReadTargets) {}

  /**
   * Returns who may be told about a refusal, who is to be asked first in front: one of them is told
   * then. Nobody where there is none.
   */
  public static List<Addressee> of(SenderKind kind, ReversePath reversePath, Refusal refusal) {
    List<Addressee> may = new ArrayList<>();
    refusal.keepers().mailboxes().forEach(keeper -> may.add(new Addressee(keeper, true)));
    switch (kind) {
      // RFC 5321 §4.5.5: nothing answers a null reverse-path; and a stranger may have named
      // anybody's address as his own.
      case NULL, STRANGER -> addPostmaster(refusal, may);
      case SUBMITTED -> {
        if (reversePath instanceof ReversePath.Address(Mailbox sender) && isAskedFor(refusal)) {
          may.add(new Addressee(sender, false));
          addPostmaster(refusal, may);
        }
      }
    }
    return may;
  }

  /** Returns the postmaster of a refusal's recipient, where the domain is ours. */
  public static Optional<Mailbox> postmaster(Refusal refusal) {
    return refusal.ours()
            && refusal.recipient().forwardPath() instanceof ForwardPath.Address(Mailbox mailbox)
            && !mailbox.isAddressLiteral()
        ? Optional.of(new Mailbox("postmaster", mailbox.foldedDomain()))
        : Optional.empty();
  }

  private static void addPostmaster(Refusal refusal, List<Addressee> may) {
    postmaster(refusal).ifPresent(mailbox -> may.add(new Addressee(mailbox, true)));
  }

  /**
   * RFC 3461 §4.1: with NOTIFY, a failure is told only to who asked for it, and with NEVER to no
   * sender. What a list's owner is told is not the sender's to decide (§5.2.7.3).
   */
  private static boolean isAskedFor(Refusal refusal) {
    String notifyOn = refusal.recipient().parameters().notifyOn();
    return notifyOn == null || Arrays.asList(notifyOn.split(",")).contains("FAILURE");
  }
}
