package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction with a next hop, in as many parts as its limit of recipients asks for (RFC 5321
 * §4.5.3.1.10). Nearly always that is one.
 *
 * <p>Parts advance together, because our client gets one reply for all of them:
 *
 * <ol>
 *   <li>A recipient that the current part may have no room for is told to a further part, on a
 *       connection of its own that is never waited for. A further part that takes nobody is given
 *       up, and the recipient has its answer from there, or the limit's where that says more.
 *   <li>The message is sent in all parts, without a final dot. One that is refused ends all.
 *   <li>The first part gets its final dot alone: what the next hop has against the message it says
 *       now, and nothing is delivered then.
 *   <li>The other parts get their dots all at once, then their replies are read. Only here can one
 *       part be taken and another not. Nothing is lost by it: the answer is the one that was not
 *       taken. A client that tries again doubles the message for those who have it.
 * </ol>
 *
 * <p>Owned by one thread.
 */
final class SplitTransaction implements RelayTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(SplitTransaction.class);

  /** After so many further parts that took nobody, there is no point in another one. */
  private static final int MOST_FUTILE = 5;

  private final RelayPool pool;
  private final OpenTransactions further;

  /** At least one; the last one is told the next recipients. */
  private final List<PooledTransaction> parts = new ArrayList<>();

  /** The part that each recipient that was taken is in. */
  private final List<PooledTransaction> taken = new ArrayList<>();

  private @Nullable Sender sender;
  private @Nullable Deadline limit;
  private int futile;

  /** What ended all parts together. */
  private @Nullable RelayOutcome failure;

  private List<RelayOutcome> outcomes = List.of();

  SplitTransaction(RelayPool pool, Duration wait, OpenTransactions further) {
    this.pool = pool;
    this.further = further;
    parts.add(new PooledTransaction(pool, wait));
  }

  @Override
  public void limit(Duration remaining) {
    limit = Deadline.after(remaining);
  }

  private Deadline deadline() {
    Deadline deadline = Deadline.after(pool.configuration().timeouts().total());
    return limit == null ? deadline : deadline.orEarlier(limit);
  }

  // ---- envelope

  @Override
  public RelayOutcome mail(Sender begun) {
    sender = begun;
    return parts.getFirst().mail(begun);
  }

  @Override
  public List<RelayOutcome> recipients(List<Recipient> recipients) {
    Deadline deadline = deadline();
    Told told = new Told(recipients);
    List<Integer> over =
        told.to(parts.getLast(), IntStream.range(0, recipients.size()).boxed().toList(), deadline);
    while (!over.isEmpty()) {
      PooledTransaction part = tellFurtherPart(told, over, deadline);
      if (part == null) {
        over.forEach(told::postpone);
        break;
      }
      over = told.stillOver(part, over);
    }
    taken.addAll(told.taken());
    return told.outcomes();
  }

  /**
   * Tells a further part about recipients.
   *
   * @return the part, or null where there is none that took one of them
   */
  private @Nullable PooledTransaction tellFurtherPart(
      Told told, List<Integer> over, Deadline deadline) {
    if (futile >= MOST_FUTILE || !further.tryTake()) {
      return null;
    }
    // never waited for: messages that wait for a connection while they hold one block each other
    PooledTransaction part = new PooledTransaction(pool, Duration.ZERO);
    part.mail(Objects.requireNonNull(sender, "MAIL comes first"));
    told.to(part, over, deadline);
    if (!part.hasTaken()) {
      futile++;
      part.close();
      further.giveBack();
      return null;
    }
    pool.metrics().transactionSplit(pool.name());
    parts.add(part);
    return part;
  }

  /** Recipients that are told to one part after the other, and what became of each. */
  private static final class Told {
    private static final Reply LIMIT = Reply.of(452, "4.5.3", "Too many recipients");

    private final List<Recipient> recipients;
    private final @Nullable RelayOutcome[] outcomes;
    private final @Nullable PooledTransaction[] takenBy;

    /** Refused where nobody else had been taken: that was no limit. */
    private final boolean[] settled;

    Told(List<Recipient> recipients) {
      this.recipients = recipients;
      this.outcomes = new @Nullable RelayOutcome[recipients.size()];
      this.takenBy = new @Nullable PooledTransaction[recipients.size()];
      this.settled = new boolean[recipients.size()];
    }

    /** Tells a part some of them; returns those that it may have no room for. */
    List<Integer> to(PooledTransaction part, List<Integer> some, Deadline deadline) {
      List<RelayOutcome> answers =
          part.recipients(some.stream().map(recipients::get).toList(), deadline);
      for (int i = 0; i < some.size(); i++) {
        int index = some.get(i);
        RelayOutcome answer = answers.get(i);
        RelayOutcome before = outcomes[index];
        if (answer instanceof RelayOutcome.Delivered) {
          takenBy[index] = part;
        }
        // a failure to ask again says less than the limit, after which our client may come again
        boolean says = !(answer instanceof RelayOutcome.TemporaryFailure) || part.hasTaken();
        outcomes[index] = before == null || says ? answer : before;
        settled[index] = answer instanceof RelayOutcome.PermanentFailure && !part.hasTaken();
      }
      return stillOver(part, some);
    }

    /** Returns those for which a part that took others may have no room. */
    List<Integer> stillOver(PooledTransaction part, List<Integer> some) {
      return part.hasTaken()
          ? some.stream().filter(index -> outcome(index).isRecipientLimit()).toList()
          : List.of();
    }

    /** There is no room now, but in a later transaction there is. */
    void postpone(int index) {
      RelayOutcome outcome = outcome(index);
      if (outcome instanceof RelayOutcome.PermanentFailure && !settled[index]) {
        // RFC 5321 §4.5.3.1.10: 552 for too many recipients is to be treated as temporary
        outcomes[index] =
            new RelayOutcome.TemporaryFailure(
                LIMIT, "step=" + RelayStep.RCPT + " reply=" + outcome.reply());
      }
    }

    private RelayOutcome outcome(int index) {
      return Objects.requireNonNull(outcomes[index], "told to no part");
    }

    List<RelayOutcome> outcomes() {
      return IntStream.range(0, outcomes.length).mapToObj(this::outcome).toList();
    }

    List<PooledTransaction> taken() {
      List<PooledTransaction> found = new ArrayList<>();
      for (PooledTransaction part : takenBy) {
        if (part != null) {
          found.add(part);
        }
      }
      return found;
    }
  }

  // ---- message

  @Override
  public RelayOutcome send(byte[] addedFields, MessageBytes message) throws IOException {
    Deadline deadline = deadline();
    boolean done = false;
    try {
      for (PooledTransaction part : parts) {
        RelayOutcome sent = part.send(addedFields, message, deadline);
        if (!(sent instanceof RelayOutcome.Delivered)) {
          failure = sent;
          return sent;
        }
      }
      done = true;
      return new RelayOutcome.Delivered(Reply.of(250, "2.0.0", "Message sent"));
    } finally {
      if (!done && parts.size() > 1) {
        // without its dot no part is taken
        parts.forEach(PooledTransaction::close);
      }
    }
  }

  @Override
  public RelayOutcome finish() {
    if (failure != null) {
      outcomes = Collections.nCopies(taken.size(), failure);
      return failure;
    }
    PooledTransaction first = parts.getFirst();
    RelayOutcome outcome = first.dot();
    outcome = outcome == null ? first.reply() : outcome;
    if (parts.size() == 1 || !(outcome instanceof RelayOutcome.Delivered)) {
      parts.subList(1, parts.size()).forEach(PooledTransaction::close);
      failure = outcome;
      outcomes = Collections.nCopies(taken.size(), outcome);
      return outcome;
    }
    return finishTogether(outcome);
  }

  /** The first part is taken: all other dots, then all other replies. */
  private RelayOutcome finishTogether(RelayOutcome first) {
    List<@Nullable RelayOutcome> unsent = new ArrayList<>();
    for (PooledTransaction part : parts.subList(1, parts.size())) {
      unsent.add(part.dot());
    }
    List<RelayOutcome> each = new ArrayList<>(List.of(first));
    for (int i = 1; i < parts.size(); i++) {
      RelayOutcome failed = unsent.get(i - 1);
      each.add(failed == null ? parts.get(i).reply() : failed);
    }
    outcomes = taken.stream().map(part -> each.get(parts.indexOf(part))).toList();
    RelayOutcome decisive = decisive(each);
    if (!(decisive instanceof RelayOutcome.Delivered)) {
      int delivered =
          (int) outcomes.stream().filter(RelayOutcome.Delivered.class::isInstance).count();
      LOG.warn(
          "event=delivered_in_part next_hop={} parts={} recipients={} delivered={} reply=\"{}\"",
          pool.name(),
          parts.size(),
          taken.size(),
          delivered,
          decisive.reply());
      pool.metrics().deliveredInPart(pool.name(), delivered);
    }
    failure = decisive;
    return decisive;
  }

  /** A retry can still deliver to all, so temporary comes first; then 5xx, which loses nobody. */
  private static RelayOutcome decisive(List<RelayOutcome> each) {
    RelayOutcome decisive = each.getFirst();
    for (RelayOutcome outcome : each) {
      switch (outcome) {
        case RelayOutcome.TemporaryFailure failed -> {
          return failed;
        }
        case RelayOutcome.PermanentFailure failed ->
            decisive = decisive instanceof RelayOutcome.Delivered ? failed : decisive;
        case RelayOutcome.Delivered _ -> {}
      }
    }
    return decisive;
  }

  @Override
  public List<RelayOutcome> outcomes() {
    return outcomes;
  }

  // ---- ends

  @Override
  public void abort() {
    for (PooledTransaction part : parts.subList(1, parts.size())) {
      part.close();
      further.giveBack();
    }
    parts.subList(1, parts.size()).clear();
    parts.getFirst().abort();
    taken.clear();
    outcomes = List.of();
    failure = null;
    futile = 0;
  }

  @Override
  public void close() {
    abort();
    parts.getFirst().close();
  }
}
