package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.relay.EnvelopeCommands.Command;
import io.authserver.smtp.relay.RecipientBatch.Pending;
import io.authserver.smtp.relay.RelayFailure.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MAIL, RCPT, DATA and RSET of one transaction on one connection. On another connection it is
 * another dialogue. Owned by one thread.
 */
final class EnvelopeDialogue {
  /**
   * The most commands in one write, so that their replies fit the socket buffers (RFC 2920 §3.1).
   */
  private static final int MAX_GROUP = 100;

  private static final byte[] DATA = {'D', 'A', 'T', 'A', '\r', '\n'};
  private static final byte[] RSET = {'R', 'S', 'E', 'T', '\r', '\n'};

  private final RelayClient client;
  private final Sender sender;
  private final RelayTimeouts timeouts;

  /** Whether MAIL was answered with 2xx, and whether it had SMTPUTF8. */
  private boolean mailOpen;

  private boolean mailSmtpUtf8;

  /** The refusal of MAIL, which is that of every recipient. */
  private @Nullable RelayOutcome mailRefusal;

  EnvelopeDialogue(RelayClient client, Sender sender, RelayTimeouts timeouts) {
    this.client = client;
    this.sender = sender;
    this.timeouts = timeouts;
  }

  RelayClient client() {
    return client;
  }

  /**
   * Sends MAIL, if it was not sent yet, and RCPT for each of a batch that is not settled, and takes
   * the replies. On a connection that has not heard of them, those that were taken before come
   * first.
   *
   * @param taken the recipients of earlier batches
   * @throws RelayFailure when the connection has failed, and the batch has the replies before that;
   *     or of the kind LATE, when the connection is well and only the time to ask is over
   */
  void offer(RecipientBatch batch, List<Recipient> taken, AskingTime time) throws RelayFailure {
    boolean smtpUtf8 =
        EnvelopeCommands.needsSmtpUtf8(sender)
            || (batch.needsSmtpUtf8() && client.extensions().smtpUtf8());
    if (mailOpen && smtpUtf8 && !mailSmtpUtf8) {
      // MAIL went out without SMTPUTF8, which these addresses need: begin again with it
      reset(time.end());
    }
    if (!mailOpen && !taken.isEmpty()) {
      repeat(taken, smtpUtf8, time.end());
    }
    exchange(batch, smtpUtf8, !taken.isEmpty(), time);
  }

  /** Tells the next hop of recipients that it, or its other connection, took before. */
  void repeat(List<Recipient> taken, boolean smtpUtf8, Deadline deadline) throws RelayFailure {
    RecipientBatch again = new RecipientBatch(taken);
    boolean needed = smtpUtf8 || EnvelopeCommands.needsSmtpUtf8(sender) || again.needsSmtpUtf8();
    exchange(again, needed, false, new AskingTime(deadline, deadline));
    if (again.taken().size() != taken.size()) {
      throw new RelayFailure(Kind.CHANGED, RelayStep.RCPT, "a recipient is not taken any more");
    }
  }

  private void exchange(
      RecipientBatch batch, boolean smtpUtf8, boolean othersTaken, AskingTime time)
      throws RelayFailure {
    batch.prepare(client.extensions());
    if (!mailOpen && mailRefusal == null && batch.hasUnsent()) {
      mailSmtpUtf8 = smtpUtf8;
      switch (EnvelopeCommands.mail(sender, client.extensions(), smtpUtf8)) {
        case Command.Line line -> batch.putFirst(line.bytes());
        case Command.Refused refused -> mailRefusal = refused.outcome();
      }
    }
    int group = client.extensions().pipelining() ? MAX_GROUP : 1;
    while (mailRefusal == null && batch.hasUnsent()) {
      boolean anyTaken = othersTaken || batch.hasTaken();
      if (anyTaken && batch.isNewNext() && time.asking().hasPassed()) {
        throw new RelayFailure(Kind.LATE, RelayStep.RCPT, "no time left to ask");
      }
      exchange(batch, batch.next(group), othersTaken, time);
    }
    if (mailRefusal != null) {
      batch.refuseRest(mailRefusal);
    }
  }

  /** One group of commands: a write, then as many replies. */
  private void exchange(
      RecipientBatch batch, List<Pending> group, boolean othersTaken, AskingTime time)
      throws RelayFailure {
    RelayStep first = group.getFirst().step();
    batch.awaiting(RecipientBatch.NOBODY);
    client.requireSilence(first, time.end().orAfter(timeouts.envelope()));
    for (Pending command : group) {
      client.append(command.line(), 0, command.line().length, command.step(), time.end());
    }
    client.flush(first, time.end());
    try {
      read(batch, group, othersTaken, time);
    } catch (RelayFailure e) {
      if (mailRefusal == null) {
        throw e;
      }
      // the sender is refused, which is all that we wanted to know
      client.close();
    }
  }

  private void read(RecipientBatch batch, List<Pending> group, boolean othersTaken, AskingTime time)
      throws RelayFailure {
    for (Pending command : group) {
      RelayStep step = command.step();
      batch.awaiting(command.index());
      boolean early = batch.isNew(command) && (othersTaken || batch.hasTaken());
      Deadline until = (early ? time.asking() : time.end()).orAfter(timeouts.envelope());
      answered(batch, command, Outcomes.orFailure(client.readReply(step, until), step));
    }
  }

  private void answered(RecipientBatch batch, Pending command, RelayOutcome outcome) {
    if (command.step() != RelayStep.MAIL) {
      if (mailRefusal == null) {
        batch.answer(command.index(), outcome);
      }
    } else if (outcome instanceof RelayOutcome.Delivered) {
      mailOpen = true;
      client.countMail();
    } else {
      mailRefusal = outcome;
    }
  }

  /** Sends DATA; returns null for 354, else the refusal. */
  @Nullable RelayOutcome data(Deadline deadline) throws RelayFailure {
    client.requireSilence(RelayStep.DATA, deadline.orAfter(timeouts.data()));
    NextHopReply reply = client.command(DATA, RelayStep.DATA, timeouts.data(), deadline);
    if (reply.code() == 354) {
      return null;
    }
    if (reply.code() < 400) {
      throw new RelayFailure(Kind.GARBAGE, RelayStep.DATA, "neither 354 nor a refusal", reply);
    }
    return Outcomes.orFailure(reply, RelayStep.DATA);
  }

  /** Drops the transaction at the next hop, so that the connection is ready for another MAIL. */
  void reset(Deadline deadline) throws RelayFailure {
    Deadline until = deadline.orAfter(timeouts.reset());
    client.requireSilence(RelayStep.RSET, until);
    NextHopReply reply = client.command(RSET, RelayStep.RSET, timeouts.reset(), until);
    if (!reply.isPositive()) {
      Kind kind = reply.code() == 421 ? Kind.CLOSING : Kind.GARBAGE;
      throw new RelayFailure(kind, RelayStep.RSET, "RSET is refused", reply);
    }
    mailOpen = false;
    mailRefusal = null;
  }
}
