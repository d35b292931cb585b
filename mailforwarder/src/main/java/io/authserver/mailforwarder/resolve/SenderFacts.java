package io.authserver.mailforwarder.resolve;

import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import java.time.Instant;
import java.util.Optional;

/**
 * Who sends, as far as it decides about forwarding.
 *
 * @param sender what MAIL said
 * @param ours whether the reverse-path is in a domain of ours
 * @param transactional whether that domain may use the transactional relay
 * @param submitted whether the message was submitted to us, by somebody who logged in
 * @param at when MAIL came; the timestamp of SRS addresses
 */
public record SenderFacts(
    Sender sender, boolean ours, boolean transactional, boolean submitted, Instant at) {
  /** Returns what decides whom its failures are told. */
  public SenderKind kind() {
    if (sender.reversePath().isNull()) {
      return SenderKind.NULL;
    }
    return submitted ? SenderKind.SUBMITTED : SenderKind.STRANGER;
  }

  /** Returns the domain of the reverse-path, folded; empty where it is null. */
  public Optional<String> domain() {
    return sender.reversePath() instanceof ReversePath.Address(var mailbox)
        ? Optional.of(mailbox.foldedDomain())
        : Optional.empty();
  }

  /** Returns the same with what is known about the submission by now. */
  public SenderFacts withSubmitted(boolean known) {
    return new SenderFacts(sender, ours, transactional, known, at);
  }
}
