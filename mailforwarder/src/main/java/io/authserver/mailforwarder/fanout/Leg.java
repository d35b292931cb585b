package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.NextHop;
import io.authserver.smtp.relay.OpenTransactions;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayTransaction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One transaction with a next hop and the copies in it. Used by one thread at a time.
 *
 * <p>Where the next hop takes only so many recipients in one transaction, the relay splits them
 * over several. A copy for which there is none any more stays waiting, and the leg takes no more.
 */
final class Leg {
  private final LegKey key;
  private final NextHop nextHop;
  private final RelayTransaction transaction;
  private final List<Copy> copies = new ArrayList<>();

  /** Those that the next hop has taken, in the order in which it was told. */
  private final List<Copy> accepted = new ArrayList<>();

  private boolean begun;
  private boolean full;

  Leg(LegKey key, NextHop nextHop, Duration wait, OpenTransactions further) {
    this.key = key;
    this.nextHop = nextHop;
    this.transaction = nextHop.open(wait, further);
  }

  LegKey key() {
    return key;
  }

  String nextHopName() {
    return nextHop.name();
  }

  List<Copy> copies() {
    return copies;
  }

  boolean isFull() {
    return full;
  }

  /** Returns whether it has a copy to deliver. */
  boolean isLive() {
    return copies.stream().anyMatch(copy -> copy.state() == Copy.State.ACCEPTED);
  }

  /** Tells the next hop the recipients of more copies. */
  void tell(List<Copy> more, Duration remaining) {
    transaction.limit(remaining);
    if (!begun) {
      begun = true;
      RelayOutcome outcome = transaction.mail(key.sender());
      if (!(outcome instanceof RelayOutcome.Delivered)) {
        more.forEach(copy -> copy.recipientAnswered(outcome));
        copies.addAll(more);
        return;
      }
    }
    List<RelayOutcome> outcomes =
        transaction.recipients(more.stream().map(Copy::recipient).toList());
    for (int i = 0; i < more.size(); i++) {
      Copy copy = more.get(i);
      RelayOutcome outcome = outcomes.get(i);
      // RFC 5321 §4.5.3.1.10: what is over the limit goes in another transaction.
      if (outcome instanceof RelayOutcome.TemporaryFailure failure
          && failure.isRecipientLimit()
          && isLive()) {
        full = true;
      } else {
        copies.add(copy);
        copy.recipientAnswered(outcome);
        if (outcome instanceof RelayOutcome.Delivered) {
          accepted.add(copy);
        }
      }
    }
  }

  /** Sends the message without its final dot; a refusal is that of all its copies. */
  void send(byte[] addedFields, MessageBytes message, Duration remaining) throws IOException {
    transaction.limit(remaining);
    RelayOutcome outcome = transaction.send(addedFields, message);
    if (!(outcome instanceof RelayOutcome.Delivered)) {
      answerAccepted(outcome);
    }
  }

  /** Sends the final dot and takes the reply, or one for each part where it is split. */
  void finish() {
    transaction.finish();
    List<RelayOutcome> outcomes = transaction.outcomes();
    for (int i = 0; i < accepted.size(); i++) {
      accepted.get(i).messageAnswered(outcomes.get(i));
    }
  }

  /** Fails every copy that is still open in it. */
  void fail(RelayOutcome outcome) {
    answerAccepted(outcome);
  }

  private void answerAccepted(RelayOutcome outcome) {
    accepted.forEach(copy -> copy.messageAnswered(outcome));
  }

  /** Drops what is not finished, and lets go of the connection. */
  void close() {
    transaction.close();
  }
}
