package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.relay.RelayOutcome;
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

  private final String finalAddress;
  private LegKey key;
  private Recipient recipient;
  private State state = State.WAITING;
  private @Nullable RelayOutcome outcome;

  Copy(Plan.Planned planned) {
    this.finalAddress = planned.finalAddress();
    this.key = planned.key();
    this.recipient = planned.recipient();
  }

  String finalAddress() {
    return finalAddress;
  }

  LegKey key() {
    return key;
  }

  Recipient recipient() {
    return recipient;
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

  /** Takes another way, with another sender, from the beginning. */
  void reroute(Plan.Planned planned) {
    key = planned.key();
    recipient = planned.recipient();
    restart();
  }

  void restart() {
    state = State.WAITING;
    outcome = null;
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
