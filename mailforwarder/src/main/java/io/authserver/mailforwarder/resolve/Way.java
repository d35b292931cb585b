package io.authserver.mailforwarder.resolve;

import io.authserver.db.alias.ResolutionStep;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.RecipientParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the lists and redirects that lead to a target make of its copy. The members of one list
 * share it, so that a large list costs one sender and not one for each member.
 */
final class Way {
  private final ReversePaths reversePaths;
  private final SenderFacts facts;
  private final List<ResolutionStep> above;
  private final String aliasDomain;
  private final Keepers keepers;
  private final RecipientParameters parameters;

  // By whether the target is ours, and whether it is ASCII.
  private final ReversePaths.@Nullable CopySender[] senders = new ReversePaths.CopySender[4];

  /**
   * Goes a way.
   *
   * @param above the lists and redirects, nearest first
   * @param mailbox the recipient, whose domain stands in where none of them has one
   * @param given what the client asked about notifications
   * @param single whether the recipient stands for one target alone
   */
  Way(
      ReversePaths reversePaths,
      SenderFacts facts,
      List<ResolutionStep> above,
      Mailbox mailbox,
      RecipientParameters given,
      boolean single) {
    this.reversePaths = reversePaths;
    this.facts = facts;
    this.above = above;
    this.aliasDomain = aliasDomain(above, mailbox);
    this.keepers = Keepers.of(above);
    this.parameters =
        ReversePaths.parameters(
            Dsn.asked(facts, given), ReversePaths.listSender(facts, above).isPresent(), single);
  }

  /** Returns the domain of the alias that named a target; for an SRS address its own. */
  private static String aliasDomain(List<ResolutionStep> above, Mailbox mailbox) {
    for (ResolutionStep step : above) {
      String domain = step.domain();
      if (domain != null) {
        return domain;
      }
    }
    return mailbox.foldedDomain();
  }

  /** Returns the lists and redirects, nearest first. */
  List<ResolutionStep> above() {
    return above;
  }

  /** Returns who looks after the lists among them. */
  Keepers keepers() {
    return keepers;
  }

  /** Returns what is asked about a copy's notifications. */
  RecipientParameters parameters() {
    return parameters;
  }

  /** Returns what MAIL says for the copy of a target. */
  ReversePaths.CopySender sender(Mailbox target, boolean ours) {
    boolean ascii = target.isAscii();
    int place = (ours ? 2 : 0) + (ascii ? 1 : 0);
    ReversePaths.CopySender sender = senders[place];
    if (sender == null) {
      sender = reversePaths.forCopy(facts, above, ascii, ours, aliasDomain);
      senders[place] = sender;
    }
    return sender;
  }
}
