package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.relay.RelayFailure.Kind;
import io.authserver.smtp.reply.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The envelope of a transaction, and the connection that holds it. Where that ends, the envelope is
 * told to another one, as the table of {@link PooledTransaction} says: what was refused is settled,
 * who was taken is told again, and who was not answered is asked about as long as that leads on.
 *
 * <p>Owned by one thread.
 */
final class Envelope {
  /**
   * The most sessions that ask a next hop about one batch of recipients. One that ends a session
   * after 20 errors refuses 2,000 of them within that.
   */
  static final int MOST_SESSIONS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Envelope.class);

  private final RelayPool pool;
  private final Duration wait;
  private final RelayTimeouts timeouts;
  private @Nullable Sender sender;

  /** The connection, and what was said on it; null without one. */
  private @Nullable EnvelopeDialogue dialogue;

  /** Whether the connection has served an earlier call, since when it may have died unnoticed. */
  private boolean waited;

  /** The recipients of earlier batches that were taken, as our client was told. */
  private final List<Recipient> taken = new ArrayList<>();

  Envelope(RelayPool pool, Duration wait) {
    this.pool = pool;
    this.wait = wait;
    this.timeouts = pool.configuration().timeouts();
  }

  boolean hasTaken() {
    return !taken.isEmpty();
  }

  boolean isConnected() {
    return dialogue != null;
  }

  /** Returns the connection, which there has to be. */
  RelayClient client() {
    return current().client();
  }

  private EnvelopeDialogue current() {
    EnvelopeDialogue current = dialogue;
    if (current == null) {
      throw new IllegalStateException("no connection");
    }
    return current;
  }

  /** Begins; MAIL is sent with the first recipients. */
  void mail(Sender begun) {
    sender = begun;
    // after an abort the connection is still there
    waited = dialogue != null;
    if (dialogue != null) {
      begin(dialogue.client());
    }
  }

  private EnvelopeDialogue begin(RelayClient client) {
    Sender from = Objects.requireNonNull(sender, "MAIL comes first");
    EnvelopeDialogue begun = new EnvelopeDialogue(client, from, timeouts);
    dialogue = begun;
    return begun;
  }

  // ---- recipients

  /**
   * Asks about recipients. Afterwards the batch has their outcomes, and a connection holds those
   * that were taken.
   *
   * @throws RelayFailure when no connection does; then only the refusals in the batch count
   */
  void offer(RecipientBatch batch, AskingTime time) throws RelayFailure {
    EnvelopeDialogue current = dialogue;
    if (current == null) {
      current = begin(pool.acquire(wait, time.end()));
    }
    try {
      current.offer(batch, taken, time);
    } catch (RelayFailure e) {
      offerAgain(batch, e, time);
    }
    waited = true;
    taken.addAll(batch.taken());
  }

  /** Goes on, in as many sessions as it takes, after one has ended. */
  private void offerAgain(RecipientBatch batch, RelayFailure first, AskingTime time)
      throws RelayFailure {
    RelayFailure ended = first;
    boolean mayBeFutile = true;
    boolean last = false;
    for (int sessions = 1; ended.kind() != Kind.LATE; sessions++) {
      if (last || !ended.isEndOfSession() || time.end().hasPassed()) {
        throw ended;
      }
      boolean progress = batch.hasProgressed();
      boolean leadsOn = leadsOn(batch, ended, progress, mayBeFutile);
      mayBeFutile = progress;
      if (leadsOn && sessions == MOST_SESSIONS) {
        leadsOn = false;
        ended =
            new RelayFailure(Kind.SESSIONS, ended.step(), "in all of " + sessions + " sessions");
      }
      boolean anyTaken = hasTaken() || batch.hasTaken();
      boolean late = anyTaken && time.asking().hasPassed();
      if (!leadsOn || late) {
        giveUp(batch, ended);
        if (!anyTaken) {
          throw ended;
        }
        // who was taken does not suffer for the others
        last = true;
      }
      EnvelopeDialogue fresh = openInstead(ended, time.end());
      try {
        fresh.offer(batch, taken, time);
        return;
      } catch (RelayFailure e) {
        ended = e;
      }
    }
    giveUp(batch, ended);
  }

  /**
   * Returns whether it leads on to ask about the rest in another session. One that had said nothing
   * new may have died while nobody used it, or of whom it was asked about first.
   */
  private boolean leadsOn(
      RecipientBatch batch, RelayFailure ended, boolean progress, boolean mayBeFutile) {
    boolean unused = client().isKept() || waited;
    boolean otherwise = batch.sessionEnded(ended);
    if (!progress && !unused) {
      batch.oneByOne();
    }
    return batch.hasUnanswered()
        && (progress || (mayBeFutile && ended.isDeath() && (unused || otherwise)));
  }

  private void giveUp(RecipientBatch batch, RelayFailure why) {
    int count = batch.giveUp(Outcomes.of(why));
    if (count > 0) {
      pool.metrics().recipientsUnanswered(pool.name(), count);
      LOG.info(
          "event=recipients_unanswered next_hop={} recipients={} {}",
          pool.name(),
          count,
          why.describe());
    }
  }

  /** Opens a connection in place of one that has ended. */
  private EnvelopeDialogue openInstead(RelayFailure ended, Deadline deadline) throws RelayFailure {
    LOG.info("event=repeat next_hop={} {}", pool.name(), ended.describe());
    pool.metrics().transactionRepeated(pool.name(), ended.step());
    pool.discard(client());
    waited = false;
    return begin(pool.openFresh(deadline));
  }

  // ---- DATA

  /**
   * Sends DATA.
   *
   * @param size the message's, in bytes
   * @return null for 354, else the refusal
   */
  @Nullable RelayOutcome data(long size, Deadline deadline) throws RelayFailure {
    try {
      return data(current(), size, deadline);
    } catch (RelayFailure e) {
      if (!waited || !e.isDeath()) {
        throw e;
      }
      EnvelopeDialogue fresh = openInstead(e, deadline);
      fresh.repeat(taken, false, deadline);
      // the next hop may have come back with another limit
      return data(fresh, size, deadline);
    }
  }

  private static @Nullable RelayOutcome data(EnvelopeDialogue to, long size, Deadline deadline)
      throws RelayFailure {
    long most = to.client().extensions().size();
    if (most > 0 && size > most) {
      // RFC 1870 §3: what is larger than the fixed maximum is not even tried
      return new RelayOutcome.PermanentFailure(
          Reply.of(552, "5.3.4", "Message is too big for the next hop"));
    }
    return to.data(deadline);
  }

  // ---- ends

  /** Drops the transaction at the next hop, and keeps the connection if that is possible. */
  void reset() {
    EnvelopeDialogue current = dialogue;
    if (current == null) {
      return;
    }
    try {
      current.reset(Deadline.after(timeouts.reset()));
    } catch (RelayFailure e) {
      pool.metrics().failure(pool.name(), RelayStep.RSET);
      drop();
    }
  }

  /** Forgets who was taken. */
  void forget() {
    taken.clear();
  }

  /** Gives a connection that is ready for another MAIL back to the pool. */
  void giveBack() {
    EnvelopeDialogue over = dialogue;
    dialogue = null;
    if (over != null) {
      pool.release(over.client());
    }
  }

  /** Closes the connection. */
  void drop() {
    EnvelopeDialogue over = dialogue;
    dialogue = null;
    if (over != null) {
      pool.discard(over.client());
      pool.releasePermit();
    }
  }
}
