package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.relay.EnvelopeCommands.Command;
import io.authserver.smtp.reply.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recipients that are told to a next hop together, and its answers. Owned by one thread. */
final class RecipientBatch {
  private final List<Recipient> recipients;
  private final @Nullable RelayOutcome[] outcomes;
  private final List<Pending> unsent = new ArrayList<>();

  RecipientBatch(List<Recipient> recipients) {
    this.recipients = List.copyOf(recipients);
    this.outcomes = new @Nullable RelayOutcome[recipients.size()];
  }

  /**
   * A command that waits to be sent, or for its reply.
   *
   * @param index the recipient's, or -1 for MAIL
   */
  record Pending(RelayStep step, int index, byte[] line) {}

  /** Returns whether one of them has to be sent under SMTPUTF8. */
  boolean needsSmtpUtf8() {
    return recipients.stream().anyMatch(EnvelopeCommands::needsSmtpUtf8);
  }

  /**
   * Writes the RCPT commands for a connection; those that cannot be sent are answered at once, and
   * answers of an earlier connection are forgotten.
   */
  void prepare(Extensions extensions) {
    unsent.clear();
    Arrays.fill(outcomes, null);
    for (int i = 0; i < recipients.size(); i++) {
      switch (EnvelopeCommands.rcpt(recipients.get(i), extensions)) {
        case Command.Line line -> unsent.add(new Pending(RelayStep.RCPT, i, line.bytes()));
        case Command.Refused refused -> outcomes[i] = refused.outcome();
      }
    }
  }

  /** Puts MAIL before the RCPT commands. */
  void putFirst(byte[] mail) {
    unsent.addFirst(new Pending(RelayStep.MAIL, -1, mail));
  }

  boolean hasUnsent() {
    return !unsent.isEmpty();
  }

  /** Takes the next commands to send, at most so many. */
  List<Pending> next(int most) {
    List<Pending> head = unsent.subList(0, Math.min(most, unsent.size()));
    List<Pending> next = List.copyOf(head);
    head.clear();
    return next;
  }

  void answer(int index, RelayOutcome outcome) {
    outcomes[index] = outcome;
  }

  /** Answers those that have no answer yet, and sends none of them. */
  void refuseRest(RelayOutcome refusal) {
    unsent.clear();
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = outcomes[i] == null ? refusal : outcomes[i];
    }
  }

  /** Returns the recipients that were taken. */
  List<Recipient> taken() {
    List<Recipient> taken = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] instanceof RelayOutcome.Delivered) {
        taken.add(recipients.get(i));
      }
    }
    return taken;
  }

  /** Returns an outcome for each recipient. */
  List<RelayOutcome> outcomes() {
    RelayOutcome unanswered =
        new RelayOutcome.TemporaryFailure(
            Reply.of(451, "4.3.0", "Internal error"), "a recipient without an answer");
    List<RelayOutcome> result = new ArrayList<>();
    for (RelayOutcome outcome : outcomes) {
      result.add(outcome == null ? unanswered : outcome);
    }
    return result;
  }

  /**
   * Returns an outcome for each recipient after the connection has failed: a refusal that was heard
   * stands, an agreement is void.
   */
  List<RelayOutcome> outcomesAfter(RelayOutcome failure) {
    List<RelayOutcome> result = new ArrayList<>();
    for (RelayOutcome outcome : outcomes) {
      boolean heard = outcome != null && !(outcome instanceof RelayOutcome.Delivered);
      result.add(heard && outcome != null ? outcome : failure);
    }
    return result;
  }
}
