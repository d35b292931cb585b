package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.reply.Reply;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a message for one final address, and how far it has come. Owned by the session's
 * thread; while legs advance together, by the thread of its leg.
 */
final class Copy {
  /** How far a copy has come. */
  enum State {
    /** No next hop was told about it, or the one that was has forgotten. */
    WAITING,
    /** A next hop has taken its recipient. */
    ACCEPTED,
    /** A next hop has taken responsibility for it. */
    DELIVERED,
    /** It failed for now. */
    DEFERRED,
    /** It failed for good. */
    REFUSED
  }

  /** Why it is we who refuse it, whatever a next hop would say. */
  enum Ruling {
    /** Its address has expanded the message before. */
    LOOP,
    /** With the fields that are added on its way it is larger than its next hop takes. */
    TOO_LARGE,
    /** It has failed for now for too long. */
    GIVEN_UP
  }

  private final String finalAddress;
  private Plan.@Nullable Planned planned;
  private State state = State.WAITING;
  private boolean recalled;
  private @Nullable RelayOutcome outcome;
  private @Nullable Ruling ruling;

  Copy(Plan.Planned planned) {
    this.finalAddress = planned.finalAddress();
    this.planned = planned;
  }

  private Copy(String finalAddress, RelayOutcome decided) {
    this.finalAddress = finalAddress;
    messageAnswered(decided);
  }

  /** Makes one that is sent nowhere, because the decision about its address is its outcome. */
  static Copy decided(String finalAddress, Reply reply) {
    return new Copy(
        finalAddress,
        reply.isTemporary()
            ? new RelayOutcome.TemporaryFailure(reply, "")
            : new RelayOutcome.PermanentFailure(reply));
  }

  String finalAddress() {
    return finalAddress;
  }

  LegKey key() {
    return planned().key();
  }

  Recipient recipient() {
    return planned().recipient();
  }

  private Plan.Planned planned() {
    if (planned == null) {
      throw new IllegalStateException("a copy that is sent nowhere");
    }
    return planned;
  }

  State state() {
    return state;
  }

  /** Returns the last outcome; only a copy that failed or was delivered is asked. */
  RelayOutcome outcome() {
    if (outcome == null) {
      throw new IllegalStateException("a copy without an outcome");
    }
    return outcome;
  }

  boolean isTold() {
    return state != State.WAITING;
  }

  /** Returns whether it can still be delivered in this transaction. */
  boolean isOpen() {
    return state == State.WAITING || state == State.ACCEPTED;
  }

  /**
   * Returns whether it failed for now because no next hop has answered about it: none could be
   * reached, or the one that was asked ended the session before.
   */
  boolean isUnanswered() {
    return state == State.DEFERRED
        && outcome instanceof RelayOutcome.TemporaryFailure failure
        && !failure.answered();
  }

  /** Returns whether a next hop has refused it for good, in this try. */
  boolean isRefusedByNextHop() {
    return state == State.REFUSED && planned != null && !recalled && ruling == null;
  }

  /** Returns whether it was to be sent: that it was refused is no decision about its address. */
  boolean isPlanned() {
    return planned != null;
  }

  /** Returns why it is we who refuse it, where it is. */
  Optional<Ruling> ruling() {
    return Optional.ofNullable(ruling);
  }

  /** Refuses it for good. */
  void refuse(Ruling why, Reply reply) {
    ruling = why;
    messageAnswered(new RelayOutcome.PermanentFailure(reply));
  }

  /** Takes another way, with another sender, from the beginning. */
  void reroute(Plan.Planned otherwise) {
    planned = otherwise;
    restart();
  }

  void restart() {
    state = State.WAITING;
    outcome = null;
    ruling = null;
  }

  /** Takes the outcome of an earlier try of the same message. */
  void recall(RelayOutcome earlier) {
    messageAnswered(earlier);
    recalled = true;
  }

  /** Returns whether its outcome is that of an earlier try. */
  boolean isRecalled() {
    return recalled;
  }

  void recipientAnswered(RelayOutcome answer) {
    outcome = answer;
    state = after(answer, State.ACCEPTED);
  }

  void messageAnswered(RelayOutcome answer) {
    outcome = answer;
    state = after(answer, State.DELIVERED);
  }

  private static State after(RelayOutcome answer, State whenTaken) {
    return switch (answer) {
      case RelayOutcome.Delivered delivered -> whenTaken;
      case RelayOutcome.TemporaryFailure failure -> State.DEFERRED;
      case RelayOutcome.PermanentFailure failure -> State.REFUSED;
    };
  }
}
