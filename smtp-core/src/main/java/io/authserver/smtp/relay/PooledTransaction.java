package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.EnvelopeCommands.Command;
import io.authserver.smtp.relay.RelayFailure.Kind;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction over a connection of a {@link RelayPool}.
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
 * <tr><td>taking it from the pool</td><td>no</td><td>the next kept one or a fresh one</td><td>-</td></tr>
 * <tr><td>greeting, EHLO</td><td>no</td><td>-</td><td>temporary failure</td></tr>
 * <tr><td>MAIL, first recipients</td><td>no</td><td>repeated</td><td>temporary failure</td></tr>
 * <tr><td>later recipients</td><td>no</td>
 *     <td>repeated, if every recipient that was taken is taken again, else temporary failure</td>
 *     <td>the same: it has waited for our client since, and may have died meanwhile</td></tr>
 * <tr><td>DATA, before 354</td><td>no</td><td>as for later recipients</td><td>the same</td></tr>
 * <tr><td>content</td><td>some</td><td>temporary failure</td><td>temporary failure</td></tr>
 * <tr><td>final dot</td><td>all</td><td>temporary failure: it may have been taken</td>
 *     <td>the same</td></tr>
 * </table>
 *
 * <p>Owned by one thread.
 */
final class PooledTransaction implements RelayTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(PooledTransaction.class);

  /**
   * The most commands in one write, so that their replies fit the socket buffers (RFC 2920 §3.1).
   */
  private static final int MAX_GROUP = 100;

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
  private @Nullable Deadline limit;
  private @Nullable Sender sender;
  private @Nullable RelayClient client;

  /** Whether MAIL was answered with 2xx on this connection, and with SMTPUTF8. */
  private boolean mailOpen;

  private boolean mailSmtpUtf8;

  /** Whether this connection has answered a call of this transaction. */
  private boolean answered;

  private boolean repeated;

  /** The refusal of MAIL, which is that of every recipient. */
  private @Nullable RelayOutcome mailRefusal;

  /** The failure that ended it, which is that of every further step. */
  private @Nullable RelayOutcome failure;

  private final List<Recipient> taken = new ArrayList<>();
  private @Nullable Deadline messageDeadline;
  private @Nullable DotStuffer stuffer;
  private long sendStarted;

  PooledTransaction(RelayPool pool, Duration wait) {
    this.pool = pool;
    this.wait = wait;
    this.timeouts = pool.configuration().timeouts();
  }

  @Override
  public void limit(Duration remaining) {
    limit = Deadline.after(remaining);
  }

  private Deadline deadline() {
    Deadline deadline = Deadline.after(timeouts.total());
    return limit == null ? deadline : deadline.orEarlier(limit);
  }

  // ---- envelope

  @Override
  public RelayOutcome mail(Sender begun) {
    require(State.NEW);
    sender = begun;
    state = State.ENVELOPE;
    return new RelayOutcome.Delivered(Reply.of(250, "2.1.0", "Sender ok"));
  }

  @Override
  public List<RelayOutcome> recipients(List<Recipient> recipients) {
    require(State.ENVELOPE);
    if (recipients.isEmpty()) {
      return List.of();
    }
    if (failure != null) {
      return Collections.nCopies(recipients.size(), failure);
    }
    Batch batch = new Batch(recipients);
    Deadline deadline = deadline();
    try {
      try {
        offer(batch, connection(deadline), deadline);
      } catch (RelayFailure e) {
        RelayClient fresh = replace(e, deadline);
        batch.forget();
        offer(batch, fresh, deadline);
      }
      answered = true;
      taken.addAll(batch.taken());
      return batch.outcomes();
    } catch (RelayFailure e) {
      return batch.outcomesOr(fail(e));
    }
  }

  private RelayClient connection(Deadline deadline) throws RelayFailure {
    if (client == null) {
      client = pool.acquire(wait, deadline);
    }
    return client;
  }

  /**
   * Opens a fresh connection in place of a dead one, with the envelope as far as it was answered;
   * where that may not be, passes the failure on.
   */
  private RelayClient replace(RelayFailure dead, Deadline deadline) throws RelayFailure {
    RelayClient old = client;
    boolean mayRepeat =
        old != null
            && !repeated
            && (old.isKept() || answered)
            && (dead.kind() == Kind.BROKEN || dead.kind() == Kind.CLOSING);
    if (!mayRepeat || old == null) {
      throw dead;
    }
    repeated = true;
    LOG.info("event=repeat next_hop={} {}", pool.name(), dead.describe());
    pool.metrics().transactionRepeated(pool.name(), dead.step());
    pool.discard(old);
    mailOpen = false;
    mailRefusal = null;
    RelayClient fresh = pool.openFresh(deadline);
    client = fresh;
    replay(fresh, deadline);
    return fresh;
  }

  /** Tells a fresh connection what the old one had agreed to; it must agree to the same. */
  private void replay(RelayClient fresh, Deadline deadline) throws RelayFailure {
    if (taken.isEmpty()) {
      return;
    }
    Batch again = new Batch(taken);
    offer(again, fresh, deadline);
    if (again.taken().size() != taken.size()) {
      throw new RelayFailure(Kind.CHANGED, RelayStep.RCPT, "a recipient is not taken any more");
    }
  }

  /** Sends MAIL, if it was not sent yet, and RCPT for each of a batch, and takes the replies. */
  private void offer(Batch batch, RelayClient to, Deadline deadline) throws RelayFailure {
    if (mailOpen && !mailSmtpUtf8 && batch.needsSmtpUtf8() && to.extensions().smtpUtf8()) {
      // MAIL went out without SMTPUTF8, which these addresses need: begin again with it
      reset(to, deadline);
      Batch before = new Batch(taken);
      before.smtpUtf8 = true;
      offer(before, to, deadline);
      if (before.taken().size() != taken.size()) {
        throw new RelayFailure(Kind.CHANGED, RelayStep.RCPT, "a recipient is not taken any more");
      }
    }
    batch.prepare(to.extensions());
    if (!mailOpen && mailRefusal == null) {
      batch.prepareMail(to.extensions());
    }
    int group = to.extensions().pipelining() ? MAX_GROUP : 1;
    while (mailRefusal == null && batch.hasUnsent()) {
      exchange(batch, group, to, deadline);
    }
    if (mailRefusal != null) {
      batch.refuseRest(mailRefusal);
    }
  }

  /** One group of commands: a write, then as many replies. */
  private void exchange(Batch batch, int group, RelayClient to, Deadline deadline)
      throws RelayFailure {
    List<Pending> sent = batch.next(group);
    RelayStep first = sent.getFirst().step();
    to.requireSilence(first, deadline.orAfter(timeouts.envelope()));
    for (Pending command : sent) {
      to.append(command.line(), 0, command.line().length, command.step(), deadline);
    }
    to.flush(first, deadline);
    for (Pending command : sent) {
      RelayStep step = command.step();
      NextHopReply reply = to.readReply(step, deadline.orAfter(timeouts.envelope()));
      RelayOutcome outcome = outcome(reply, step);
      if (step == RelayStep.RCPT) {
        batch.answer(command.index(), mailRefusal == null ? outcome : mailRefusal);
      } else if (outcome instanceof RelayOutcome.Delivered) {
        mailOpen = true;
        mailSmtpUtf8 = batch.smtpUtf8;
        to.countMail();
      } else {
        mailRefusal = outcome;
      }
    }
  }

  /** Maps a reply; one that ends the connection is a failure. */
  private static RelayOutcome outcome(NextHopReply reply, RelayStep step) throws RelayFailure {
    if (reply.code() == 421) {
      throw new RelayFailure(Kind.CLOSING, step, "closing", reply);
    }
    if (reply.code() >= 300 && reply.code() < 400) {
      throw new RelayFailure(Kind.GARBAGE, step, "a 3xx reply out of place", reply);
    }
    return Outcomes.of(reply, step);
  }

  // ---- message

  @Override
  public RelayOutcome send(byte[] addedFields, MessageBytes message) throws IOException {
    require(State.ENVELOPE);
    if (failure != null) {
      return failure;
    }
    RelayClient to = client;
    if (to == null || taken.isEmpty()) {
      throw new IllegalStateException("no recipient was taken");
    }
    Deadline deadline = deadline();
    messageDeadline = deadline;
    sendStarted = System.nanoTime();
    long most = to.extensions().size();
    if (most > 0 && addedFields.length + message.size() > most) {
      // RFC 1870 §3: larger than the fixed maximum is not even tried
      failure =
          new RelayOutcome.PermanentFailure(
              Reply.of(552, "5.3.4", "Message is too big for the next hop"));
      return failure;
    }
    try {
      RelayOutcome refusal = askForData(to, deadline);
      if (refusal != null) {
        failure = refusal;
        return refusal;
      }
    } catch (RelayFailure e) {
      return fail(e);
    }
    return sendContent(addedFields, message, deadline);
  }

  /** Sends DATA; returns null for 354, else the refusal. */
  private @Nullable RelayOutcome askForData(RelayClient to, Deadline deadline) throws RelayFailure {
    NextHopReply reply;
    try {
      reply = data(to, deadline);
    } catch (RelayFailure e) {
      reply = data(replace(e, deadline), deadline);
    }
    if (reply.code() == 354) {
      return null;
    }
    if (reply.code() < 400) {
      throw new RelayFailure(Kind.GARBAGE, RelayStep.DATA, "neither 354 nor a refusal", reply);
    }
    return Outcomes.of(reply, RelayStep.DATA);
  }

  private NextHopReply data(RelayClient to, Deadline deadline) throws RelayFailure {
    to.requireSilence(RelayStep.DATA, deadline.orAfter(timeouts.data()));
    byte[] line = {'D', 'A', 'T', 'A', '\r', '\n'};
    NextHopReply reply = to.command(line, RelayStep.DATA, timeouts.data(), deadline);
    if (reply.code() == 421) {
      throw new RelayFailure(Kind.CLOSING, RelayStep.DATA, "closing", reply);
    }
    return reply;
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
                broken.step(), Deadline.after(Duration.ofMillis(100)).orEarlier(deadline()));
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

  @Override
  public RelayOutcome finish() {
    if (failure != null) {
      return failure;
    }
    require(State.CONTENT);
    RelayClient to = held();
    Deadline deadline = messageDeadline == null ? deadline() : messageDeadline;
    try {
      NextHopReply early = to.unasked(RelayStep.CONTENT, deadline);
      if (early != null) {
        return refusedEarly(early);
      }
      if (stuffer != null) {
        stuffer.finish();
      }
      to.flush(RelayStep.FINAL_REPLY, deadline);
      NextHopReply reply =
          to.readReply(RelayStep.FINAL_REPLY, deadline.orAfter(timeouts.finalReply()));
      pool.metrics()
          .messageAnswered(
              pool.name(), reply.code(), Duration.ofNanos(System.nanoTime() - sendStarted));
      RelayOutcome outcome = outcome(reply, RelayStep.FINAL_REPLY);
      // RFC 5321 §4.1.1.4: whatever the reply, the next hop's buffers are cleared
      mailOpen = false;
      state = State.DONE;
      failure = outcome;
      giveBack();
      return outcome;
    } catch (RelayFailure e) {
      return refusalOr(e, to);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The next hop answered before the final dot: a refusal, or nonsense; in no case a delivery. */
  private RelayOutcome refusedEarly(NextHopReply early) throws RelayFailure {
    if (early.code() < 400) {
      throw new RelayFailure(
          Kind.GARBAGE, RelayStep.CONTENT, "a reply that nobody asked for", early);
    }
    RelayOutcome outcome = outcome(early, RelayStep.CONTENT);
    drop();
    failure = outcome;
    return outcome;
  }

  // ---- ends

  @Override
  public void abort() {
    RelayClient to = client;
    if (to != null && state == State.CONTENT) {
      drop();
    } else if (to != null && state == State.ENVELOPE) {
      try {
        reset(to, Deadline.after(timeouts.reset()));
      } catch (RelayFailure e) {
        pool.metrics().failure(pool.name(), RelayStep.RSET);
        drop();
      }
    }
    state = State.NEW;
    mailOpen = false;
    mailRefusal = null;
    failure = null;
    repeated = false;
    answered = client != null;
    taken.clear();
  }

  private void reset(RelayClient to, Deadline deadline) throws RelayFailure {
    Deadline until = deadline.orAfter(timeouts.reset());
    to.requireSilence(RelayStep.RSET, until);
    byte[] line = {'R', 'S', 'E', 'T', '\r', '\n'};
    NextHopReply reply = to.command(line, RelayStep.RSET, timeouts.reset(), until);
    mailOpen = false;
    if (!reply.isPositive()) {
      throw new RelayFailure(Kind.GARBAGE, RelayStep.RSET, "RSET is refused", reply);
    }
  }

  @Override
  public void close() {
    abort();
    giveBack();
  }

  /** Gives a connection that is ready for another MAIL back to the pool. */
  private void giveBack() {
    RelayClient back = client;
    client = null;
    if (back != null) {
      pool.release(back);
    }
  }

  /** Closes the connection. */
  private void drop() {
    RelayClient dead = client;
    client = null;
    if (dead != null) {
      pool.discard(dead);
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
    if (client == null) {
      throw new IllegalStateException("no connection");
    }
    return client;
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException("in state " + state + ", not " + expected);
    }
  }

  // ---- a batch of recipients

  /**
   * A command that was sent and waits for its reply.
   *
   * @param index the recipient's, or -1 for MAIL
   */
  private record Pending(RelayStep step, int index, byte[] line) {}

  /** Recipients that are told to the next hop together. */
  private final class Batch {
    private final List<Recipient> recipients;
    private final @Nullable RelayOutcome[] outcomes;
    private final List<Pending> unsent = new ArrayList<>();
    private boolean smtpUtf8;

    Batch(List<Recipient> recipients) {
      this.recipients = List.copyOf(recipients);
      this.outcomes = new @Nullable RelayOutcome[recipients.size()];
    }

    boolean needsSmtpUtf8() {
      return recipients.stream().anyMatch(EnvelopeCommands::needsSmtpUtf8);
    }

    /** Writes the RCPT commands; those that cannot be sent are answered at once. */
    void prepare(Extensions extensions) {
      for (int i = 0; i < recipients.size(); i++) {
        switch (EnvelopeCommands.rcpt(recipients.get(i), extensions)) {
          case Command.Line line -> unsent.add(new Pending(RelayStep.RCPT, i, line.bytes()));
          case Command.Refused refused -> outcomes[i] = refused.outcome();
        }
      }
    }

    /** Puts MAIL in front, or notes that it cannot be sent. */
    void prepareMail(Extensions extensions) {
      Sender from = sender;
      if (unsent.isEmpty() || from == null) {
        return;
      }
      smtpUtf8 |=
          EnvelopeCommands.needsSmtpUtf8(from) || (needsSmtpUtf8() && extensions.smtpUtf8());
      switch (EnvelopeCommands.mail(from, extensions, smtpUtf8)) {
        case Command.Line line -> unsent.addFirst(new Pending(RelayStep.MAIL, -1, line.bytes()));
        case Command.Refused refused -> mailRefusal = refused.outcome();
      }
    }

    boolean hasUnsent() {
      return !unsent.isEmpty();
    }

    List<Pending> next(int most) {
      List<Pending> head = unsent.subList(0, Math.min(most, unsent.size()));
      List<Pending> next = List.copyOf(head);
      head.clear();
      return next;
    }

    void answer(int index, RelayOutcome outcome) {
      outcomes[index] = outcome;
    }

    void refuseRest(RelayOutcome refusal) {
      unsent.clear();
      for (int i = 0; i < outcomes.length; i++) {
        outcomes[i] = outcomes[i] == null ? refusal : outcomes[i];
      }
    }

    /** Forgets every answer, before the batch is told to another connection. */
    void forget() {
      unsent.clear();
      java.util.Arrays.fill(outcomes, null);
    }

    List<Recipient> taken() {
      List<Recipient> result = new ArrayList<>();
      for (int i = 0; i < outcomes.length; i++) {
        if (outcomes[i] instanceof RelayOutcome.Delivered) {
          result.add(recipients.get(i));
        }
      }
      return result;
    }

    List<RelayOutcome> outcomes() {
      return outcomesOr(
          new RelayOutcome.TemporaryFailure(
              Reply.of(451, "4.3.0", "Internal error"), "a recipient without an answer"));
    }

    /** Returns the outcomes; with a failed connection only refusals have a meaning left. */
    List<RelayOutcome> outcomesOr(RelayOutcome failed) {
      List<RelayOutcome> result = new ArrayList<>();
      for (RelayOutcome outcome : outcomes) {
        boolean stands =
            outcome != null && (failure == null || !(outcome instanceof RelayOutcome.Delivered));
        result.add(stands && outcome != null ? outcome : failed);
      }
      return result;
    }
  }
}
