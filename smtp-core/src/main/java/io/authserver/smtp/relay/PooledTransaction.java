package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.RelayFailure.Kind;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction over a connection of a {@link RelayPool}: the whole of a {@link RelayTransaction},
 * or a part of one whose recipients are split.
 *
 * <p>MAIL is held back and goes out with the first recipients: in one write where the next hop
 * offers PIPELINING (RFC 2920), before them where it does not. So the connection is taken then, and
 * whether it is alive shows while nothing has been promised to our client.
 *
 * <p><b>What is repeated, once, on a fresh connection</b> when a connection turns out to be dead
 * (end of stream, reset, or 421; never after a timeout or nonsense, which a second try would suffer
 * again):
 *
 * <table>
 * <caption>Step, and what happens when the connection dies there</caption>
 * <tr><th>dies at</th><th>content sent</th><th>kept connection</th><th>fresh connection</th></tr>
 * <tr><td>R1 taking it from the pool</td><td>no</td><td>the next kept one or a fresh one</td><td>-</td></tr>
 * <tr><td>R2 greeting, EHLO</td><td>no</td><td>-</td><td>temporary failure</td></tr>
 * <tr><td>R3 MAIL, first recipients</td><td>no</td><td>repeated</td><td>temporary failure</td></tr>
 * <tr><td>R4 later recipients</td><td>no</td>
 *     <td>repeated, if every recipient that was taken is taken again, else temporary failure</td>
 *     <td>the same: it has waited for our client since, and may have died meanwhile</td></tr>
 * <tr><td>R5 DATA, before 354</td><td>no</td><td>as for later recipients</td><td>the same</td></tr>
 * <tr><td>R6 content</td><td>some</td><td>temporary failure</td><td>temporary failure</td></tr>
 * <tr><td>R7 final dot</td><td>all</td><td>temporary failure: it may have been taken</td>
 *     <td>the same</td></tr>
 * </table>
 *
 * <p>{@code RelayRepeatIT} has a case for each row and column, by these numbers.
 *
 * <p>Owned by one thread.
 */
final class PooledTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(PooledTransaction.class);

  private static final RelayOutcome TOO_BIG =
      new RelayOutcome.PermanentFailure(
          Reply.of(552, "5.3.4", "Message is too big for the next hop"));

  /** How far the transaction has come. */
  private enum State {
    /** Before MAIL, or aborted. */
    NEW,
    /** MAIL and RCPT. */
    ENVELOPE,
    /** 354 was received. */
    CONTENT,
    /** The final dot was answered, or the message could not be read. */
    DONE
  }

  private final RelayPool pool;
  private final Duration wait;
  private final RelayTimeouts timeouts;
  private State state = State.NEW;
  private @Nullable Sender sender;

  /** The connection, and what was said on it; null without one. */
  private @Nullable EnvelopeDialogue dialogue;

  /** Whether this connection has answered a call of this transaction. */
  private boolean answered;

  private boolean repeated;

  /** The failure that ended it, which is that of every further step. */
  private @Nullable RelayOutcome failure;

  private final List<Recipient> taken = new ArrayList<>();
  private Deadline messageDeadline;
  private @Nullable DotStuffer stuffer;
  private long sendStarted;

  PooledTransaction(RelayPool pool, Duration wait) {
    this.pool = pool;
    this.wait = wait;
    this.timeouts = pool.configuration().timeouts();
    this.messageDeadline = Deadline.after(timeouts.total());
  }

  /** Returns whether it has a recipient that was taken. */
  boolean hasTaken() {
    return !taken.isEmpty();
  }

  // ---- envelope

  /** Begins; see {@link RelayTransaction#mail}. */
  RelayOutcome mail(Sender begun) {
    require(State.NEW);
    sender = begun;
    // after an abort the connection is still there, and may die before it is used again
    answered = dialogue != null;
    if (dialogue != null) {
      begin(dialogue.client());
    }
    state = State.ENVELOPE;
    return new RelayOutcome.Delivered(Reply.of(250, "2.1.0", "Sender ok"));
  }

  /** Adds recipients; see {@link RelayTransaction#recipients}. */
  List<RelayOutcome> recipients(List<Recipient> recipients, Deadline deadline) {
    require(State.ENVELOPE);
    if (recipients.isEmpty()) {
      return List.of();
    }
    if (failure != null) {
      return Collections.nCopies(recipients.size(), failure);
    }
    RecipientBatch batch = new RecipientBatch(recipients);
    try {
      try {
        dialogue(deadline).offer(batch, taken, deadline);
      } catch (RelayFailure e) {
        replace(e, deadline).offer(batch, taken, deadline);
      }
      answered = true;
      taken.addAll(batch.taken());
      return batch.outcomes();
    } catch (RelayFailure e) {
      return batch.outcomesAfter(fail(e));
    }
  }

  private EnvelopeDialogue dialogue(Deadline deadline) throws RelayFailure {
    EnvelopeDialogue current = dialogue;
    return current != null ? current : begin(pool.acquire(wait, deadline));
  }

  private EnvelopeDialogue begin(RelayClient client) {
    Sender from = Objects.requireNonNull(sender, "MAIL comes first");
    EnvelopeDialogue begun = new EnvelopeDialogue(client, from, timeouts);
    dialogue = begun;
    return begun;
  }

  /**
   * Opens a fresh connection in place of a dead one, with the envelope as far as it was answered;
   * where that may not be, passes the failure on.
   */
  private EnvelopeDialogue replace(RelayFailure dead, Deadline deadline) throws RelayFailure {
    EnvelopeDialogue old = dialogue;
    boolean asDead = dead.kind() == Kind.BROKEN || dead.kind() == Kind.CLOSING;
    if (old == null || repeated || !asDead || !(old.client().isKept() || answered)) {
      throw dead;
    }
    repeated = true;
    LOG.info("event=repeat next_hop={} {}", pool.name(), dead.describe());
    pool.metrics().transactionRepeated(pool.name(), dead.step());
    pool.discard(old.client());
    EnvelopeDialogue fresh = begin(pool.openFresh(deadline));
    fresh.repeat(taken, false, deadline);
    return fresh;
  }

  // ---- message

  /**
   * Sends DATA and the message; see {@link RelayTransaction#send}.
   *
   * @param deadline for this and for {@link #dot} and {@link #reply}
   */
  RelayOutcome send(byte[] addedFields, MessageBytes message, Deadline deadline)
      throws IOException {
    require(State.ENVELOPE);
    if (failure != null) {
      return failure;
    }
    if (dialogue == null || taken.isEmpty()) {
      throw new IllegalStateException("no recipient was taken");
    }
    messageDeadline = deadline;
    sendStarted = System.nanoTime();
    try {
      RelayOutcome refusal = askForData(dialogue, addedFields.length + message.size(), deadline);
      if (refusal != null) {
        failure = refusal;
        return refusal;
      }
    } catch (RelayFailure e) {
      return fail(e);
    }
    return sendContent(addedFields, message, deadline);
  }

  private @Nullable RelayOutcome askForData(EnvelopeDialogue current, long size, Deadline deadline)
      throws RelayFailure {
    try {
      return isTooBig(current, size) ? TOO_BIG : current.data(deadline);
    } catch (RelayFailure e) {
      // the next hop may have come back with another limit
      EnvelopeDialogue fresh = replace(e, deadline);
      return isTooBig(fresh, size) ? TOO_BIG : fresh.data(deadline);
    }
  }

  /** RFC 1870 §3: what is larger than the fixed maximum is not even tried. */
  private static boolean isTooBig(EnvelopeDialogue dialogue, long size) {
    long most = dialogue.client().extensions().size();
    return most > 0 && size > most;
  }

  private RelayOutcome sendContent(byte[] addedFields, MessageBytes message, Deadline deadline)
      throws IOException {
    RelayClient to = held();
    state = State.CONTENT;
    DotStuffer content =
        new DotStuffer(
            (bytes, offset, length) ->
                to.append(bytes, offset, length, RelayStep.CONTENT, deadline));
    stuffer = content;
    boolean done = false;
    try {
      content.write(addedFields, 0, addedFields.length);
      message.forEachBlock(0, content::write);
      done = true;
      return new RelayOutcome.Delivered(Reply.of(250, "2.0.0", "Message sent"));
    } catch (RelayFailure e) {
      done = true;
      return refusalOr(e, to);
    } finally {
      if (!done) {
        // the message cannot be read or must not be written: without its dot it is never taken
        drop();
        state = State.DONE;
      }
    }
  }

  /**
   * A next hop that refuses a message while it is being sent says so and closes the connection:
   * what it said counts then (RFC 5321 §4.2.5: nothing is taken before the final dot).
   */
  private RelayOutcome refusalOr(RelayFailure broken, RelayClient to) {
    if (broken.kind() == Kind.BROKEN) {
      try {
        NextHopReply said =
            to.readReply(
                broken.step(), Deadline.after(Duration.ofMillis(100)).orEarlier(messageDeadline));
        if (said.code() >= 400 && said.code() != 421) {
          drop();
          failure = Outcomes.of(said, broken.step());
          return failure;
        }
      } catch (RelayFailure e) {
        // nothing was said, or nothing that can be read
      }
    }
    return fail(broken);
  }

  /**
   * Writes the final dot.
   *
   * @return null when it is written and a reply is due; else the failure
   */
  @Nullable RelayOutcome dot() {
    if (failure != null) {
      return failure;
    }
    require(State.CONTENT);
    RelayClient to = held();
    try {
      NextHopReply early = to.unasked(RelayStep.CONTENT, messageDeadline);
      if (early != null) {
        return refusedEarly(early);
      }
      if (stuffer != null) {
        stuffer.finish();
      }
      to.flush(RelayStep.FINAL_REPLY, messageDeadline);
      return null;
    } catch (RelayFailure e) {
      return refusalOr(e, to);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Takes the reply to the final dot; see {@link RelayTransaction#finish}. */
  RelayOutcome reply() {
    if (failure != null) {
      return failure;
    }
    RelayClient to = held();
    try {
      NextHopReply reply =
          to.readReply(RelayStep.FINAL_REPLY, messageDeadline.orAfter(timeouts.finalReply()));
      pool.metrics()
          .messageAnswered(
              pool.name(), reply.code(), Duration.ofNanos(System.nanoTime() - sendStarted));
      RelayOutcome outcome = Outcomes.orFailure(reply, RelayStep.FINAL_REPLY);
      // RFC 5321 §4.1.1.4: whatever the reply, the next hop's buffers are cleared
      state = State.DONE;
      failure = outcome;
      giveBack();
      return outcome;
    } catch (RelayFailure e) {
      return refusalOr(e, to);
    }
  }

  /** The next hop answered before the final dot: a refusal, or nonsense; in no case a delivery. */
  private RelayOutcome refusedEarly(NextHopReply early) throws RelayFailure {
    if (early.code() < 400) {
      throw new RelayFailure(
          Kind.GARBAGE, RelayStep.CONTENT, "a reply that nobody asked for", early);
    }
    RelayOutcome outcome = Outcomes.orFailure(early, RelayStep.CONTENT);
    drop();
    failure = outcome;
    return outcome;
  }

  // ---- ends

  /** Drops it; see {@link RelayTransaction#abort}. */
  void abort() {
    EnvelopeDialogue current = dialogue;
    if (current != null && state == State.CONTENT) {
      drop();
    } else if (current != null && state == State.ENVELOPE) {
      reset(current);
    }
    state = State.NEW;
    failure = null;
    repeated = false;
    taken.clear();
  }

  private void reset(EnvelopeDialogue current) {
    try {
      current.reset(Deadline.after(timeouts.reset()));
    } catch (RelayFailure e) {
      pool.metrics().failure(pool.name(), RelayStep.RSET);
      drop();
    }
  }

  /** Aborts what is not finished, and gives the connection back or closes it. */
  void close() {
    abort();
    giveBack();
  }

  /** Gives a connection that is ready for another MAIL back to the pool. */
  private void giveBack() {
    EnvelopeDialogue over = dialogue;
    dialogue = null;
    if (over != null) {
      pool.release(over.client());
    }
  }

  /** Closes the connection. */
  private void drop() {
    EnvelopeDialogue over = dialogue;
    dialogue = null;
    if (over != null) {
      pool.discard(over.client());
      pool.releasePermit();
    }
  }

  /** Ends the transaction by a failure, which is the outcome of every further step. */
  private RelayOutcome fail(RelayFailure cause) {
    pool.metrics().failure(pool.name(), cause.step());
    drop();
    RelayOutcome outcome = Outcomes.of(cause);
    failure = outcome;
    return outcome;
  }

  private RelayClient held() {
    if (dialogue == null) {
      throw new IllegalStateException("no connection");
    }
    return dialogue.client();
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException("in state " + state + ", not " + expected);
    }
  }
}
