package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.RelayFailure.Kind;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction over a connection of a {@link RelayPool}: the whole of a {@link RelayTransaction},
 * or a part of one whose recipients are split.
 *
 * <p>MAIL is held back and goes out with the first recipients: in one write where the next hop
 * offers PIPELINING (RFC 2920), before them where it does not. So the connection is taken then, and
 * whether it is alive shows while nothing has been promised to our client.
 *
 * <p><b>What is repeated on a fresh connection</b> when a connection turns out to be dead (end of
 * stream, reset, or 421; after a timeout or nonsense, which a second try would suffer again, only
 * where the table says so):
 *
 * <table>
 * <caption>Step, and what happens when the connection dies there</caption>
 * <tr><th>dies at</th><th>content sent</th><th>kept connection</th><th>fresh connection</th></tr>
 * <tr><td>R1 taking it from the pool</td><td>no</td><td>the next kept one or a fresh one</td><td>-</td></tr>
 * <tr><td>R2 greeting, EHLO</td><td>no</td><td>-</td><td>temporary failure</td></tr>
 * <tr><td>R3 MAIL, first recipients; none is answered</td><td>no</td><td>repeated, once</td>
 *     <td>temporary failure; but where it dies at a recipient and there are others, these are asked
 *     about first, once</td></tr>
 * <tr><td>R4 later recipients</td><td>no</td>
 *     <td>repeated, if every recipient that was taken is taken again, else temporary failure</td>
 *     <td>the same: it has waited for our client since, and may have died meanwhile</td></tr>
 * <tr><td>R5 DATA, before 354</td><td>no</td><td>as for later recipients, once</td><td>the same</td></tr>
 * <tr><td>R6 content</td><td>some</td><td>temporary failure</td><td>temporary failure</td></tr>
 * <tr><td>R7 final dot</td><td>all</td><td>temporary failure: it may have been taken</td>
 *     <td>the same</td></tr>
 * <tr><td>R8 recipients, after one of them was answered for the first time in this session</td><td>no</td>
 *     <td>what was refused is settled; on a fresh connection who was taken is told again, then who was
 *     not answered is asked about, one at whom a session ended after the others</td>
 *     <td>the same, on and on</td></tr>
 * <tr><td>R9 recipients, none answered for the first time in a session after R4 or R8</td><td>no</td><td>-</td>
 *     <td>as R3; then who is not answered is a temporary failure, and who was taken is told again,
 *     alone, on a last connection</td></tr>
 * <tr><td>R10 recipients, by a timeout or nonsense in place of an answer</td><td>no</td>
 *     <td>that recipient is a temporary failure; the others as R8 or R9</td><td>the same</td></tr>
 * <tr><td>R11 the last connection of R9</td><td>no</td><td>-</td>
 *     <td>temporary failure of all but the refused</td></tr>
 * </table>
 *
 * <p>One call of {@link #recipients} asks in at most {@value Envelope#MOST_SESSIONS} sessions,
 * after which comes only the last one of R9. Where somebody is taken, nobody new is asked about
 * after three quarters of its time: who is left then is a temporary failure, and the others go on.
 * Somebody who was taken within the call and is refused for good when told again is a temporary
 * failure, and alone; somebody who was taken in an earlier call, as our client knows, and is
 * refused now is that of the whole.
 *
 * <p>{@code RelayRepeatIT} has a case for each row and column, by these numbers; {@code
 * RelaySessionsIT} has next hops that end session after session.
 *
 * <p>Owned by one thread.
 */
final class PooledTransaction {
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
  private final RelayTimeouts timeouts;
  private final Envelope envelope;
  private State state = State.NEW;

  /** The failure that ended it, which is that of every further step. */
  private @Nullable RelayOutcome failure;

  private Deadline messageDeadline;
  private @Nullable DotStuffer stuffer;
  private long sendStarted;

  PooledTransaction(RelayPool pool, Duration wait) {
    this.pool = pool;
    this.timeouts = pool.configuration().timeouts();
    this.envelope = new Envelope(pool, wait);
    this.messageDeadline = Deadline.after(timeouts.total());
  }

  /** Returns whether it has a recipient that was taken. */
  boolean hasTaken() {
    return envelope.hasTaken();
  }

  // ---- envelope

  /** Begins; see {@link RelayTransaction#mail}. */
  RelayOutcome mail(Sender begun) {
    require(State.NEW);
    envelope.mail(begun);
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
      envelope.offer(batch, AskingTime.until(deadline));
      return batch.outcomes();
    } catch (RelayFailure e) {
      return batch.outcomesAfter(fail(e));
    }
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
    if (!envelope.isConnected() || !envelope.hasTaken()) {
      throw new IllegalStateException("no recipient was taken");
    }
    messageDeadline = deadline;
    sendStarted = System.nanoTime();
    try {
      RelayOutcome refusal = envelope.data(addedFields.length + message.size(), deadline);
      if (refusal != null) {
        failure = refusal;
        return refusal;
      }
    } catch (RelayFailure e) {
      return fail(e);
    }
    return sendContent(addedFields, message, deadline);
  }

  private RelayOutcome sendContent(byte[] addedFields, MessageBytes message, Deadline deadline)
      throws IOException {
    RelayClient to = envelope.client();
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
        envelope.drop();
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
          envelope.drop();
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
    RelayClient to = envelope.client();
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
    RelayClient to = envelope.client();
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
      envelope.giveBack();
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
    envelope.drop();
    failure = outcome;
    return outcome;
  }

  // ---- ends

  /** Drops it; see {@link RelayTransaction#abort}. */
  void abort() {
    if (state == State.CONTENT) {
      envelope.drop();
    } else if (state == State.ENVELOPE) {
      envelope.reset();
    }
    state = State.NEW;
    failure = null;
    envelope.forget();
  }

  /** Aborts what is not finished, and gives the connection back or closes it. */
  void close() {
    abort();
    envelope.giveBack();
  }

  /** Ends the transaction by a failure, which is the outcome of every further step. */
  private RelayOutcome fail(RelayFailure cause) {
    pool.metrics().failure(pool.name(), cause.step());
    envelope.drop();
    RelayOutcome outcome = Outcomes.of(cause);
    failure = outcome;
    return outcome;
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException("in state " + state + ", not " + expected);
    }
  }
}
