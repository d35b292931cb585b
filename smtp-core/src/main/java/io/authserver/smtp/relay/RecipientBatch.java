package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.relay.EnvelopeCommands.Command;
import io.authserver.smtp.relay.RelayFailure.Kind;
import io.authserver.smtp.reply.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Recipients that are told to a next hop together, and its answers, over as many sessions as that
 * takes. What a session has refused stays refused. The next one is told first who was taken, since
 * that makes no errors there, then who was not answered. Owned by one thread.
 */
final class RecipientBatch {
  /** In place of an index. */
  static final int NOBODY = -1;

  /** What is known about a recipient. */
  private enum Standing {
    /** The last session that was told took it. */
    TAKEN,
    /** No session has answered. */
    UNKNOWN,
    /** It was refused, or is not asked about any more. */
    SETTLED
  }

  private final List<Recipient> recipients;
  private final @Nullable RelayOutcome[] outcomes;
  private final Standing[] standings;

  /** How many sessions ended where the answer about each was due. */
  private final int[] endings;

  private int mostEndings;

  private final Deque<Pending> unsent = new ArrayDeque<>();

  /** How many are TAKEN. */
  private int takenCount;

  /** How many answers said something new, in this session and in all. */
  private int news;

  private int answers;

  /** Whether who was not answered is asked about one by one from now on. */
  private boolean oneByOne;

  /** Whose answer is due. */
  private int awaited = NOBODY;

  RecipientBatch(List<Recipient> recipients) {
    this.recipients = List.copyOf(recipients);
    this.outcomes = new @Nullable RelayOutcome[recipients.size()];
    this.standings = new Standing[recipients.size()];
    this.endings = new int[recipients.size()];
    Arrays.fill(standings, Standing.UNKNOWN);
  }

  /**
   * A command that waits to be sent, or for its reply.
   *
   * @param index the recipient's, or {@link #NOBODY} for MAIL
   */
  record Pending(RelayStep step, int index, byte[] line) {}

  /** Returns whether one of them has to be sent under SMTPUTF8. */
  boolean needsSmtpUtf8() {
    return recipients.stream().anyMatch(EnvelopeCommands::needsSmtpUtf8);
  }

  // ---- what is said

  /**
   * Writes the RCPT commands for a connection: of all that are not settled. Those that cannot be
   * sent there are answered at once.
   */
  void prepare(Extensions extensions) {
    unsent.clear();
    if (hasTaken()) {
      prepare(Standing.TAKEN, 0, extensions);
    }
    for (int count = 0; count <= mostEndings; count++) {
      prepare(Standing.UNKNOWN, count, extensions);
    }
  }

  private void prepare(Standing standing, int count, Extensions extensions) {
    for (int i = 0; i < standings.length; i++) {
      if (standings[i] == standing && (endings[i] == count || standing == Standing.TAKEN)) {
        prepare(i, extensions);
      }
    }
  }

  private void prepare(int index, Extensions extensions) {
    switch (EnvelopeCommands.rcpt(recipients.get(index), extensions)) {
      case Command.Line line -> {
        unsent.add(new Pending(RelayStep.RCPT, index, line.bytes()));
        if (standings[index] != Standing.TAKEN) {
          outcomes[index] = null;
        }
      }
      case Command.Refused refused -> {
        if (standings[index] == Standing.TAKEN) {
          answer(index, refused.outcome());
        } else {
          // no answer of the next hop: another connection may offer what it needs
          outcomes[index] = refused.outcome();
        }
      }
    }
  }

  /** Puts MAIL before the RCPT commands. */
  void putFirst(byte[] mail) {
    unsent.addFirst(new Pending(RelayStep.MAIL, NOBODY, mail));
  }

  boolean hasUnsent() {
    return !unsent.isEmpty();
  }

  /** Returns whether the next command is about a recipient that no session has answered. */
  boolean isNewNext() {
    Pending next = unsent.peekFirst();
    return next != null && isNew(next);
  }

  /** Returns whether a command is about a recipient that no session has answered. */
  boolean isNew(Pending command) {
    return command.index() != NOBODY && standings[command.index()] != Standing.TAKEN;
  }

  /** Takes the next commands to send together, at most so many. */
  List<Pending> next(int most) {
    List<Pending> next = new ArrayList<>(Math.min(most, unsent.size()));
    while (next.size() < most && hasUnsent() && (next.isEmpty() || !(oneByOne && isNewNext()))) {
      next.add(unsent.removeFirst());
    }
    return next;
  }

  // ---- what is answered

  /** Takes note of whose answer is due now. */
  void awaiting(int index) {
    awaited = index;
  }

  void answer(int index, RelayOutcome outcome) {
    boolean before = standings[index] == Standing.TAKEN;
    boolean now = outcome instanceof RelayOutcome.Delivered;
    if (before != now) {
      takenCount += now ? 1 : -1;
    }
    if (!before || !now) {
      news++;
      answers++;
    }
    standings[index] = now ? Standing.TAKEN : Standing.SETTLED;
    boolean changed =
        before && outcome instanceof RelayOutcome.PermanentFailure && !outcome.isRecipientLimit();
    outcomes[index] = changed ? changed(outcome) : outcome;
  }

  /** Answers all that are not settled by the refusal of MAIL, and sends none of them. */
  void refuseRest(RelayOutcome refusal) {
    unsent.clear();
    // an answer to RCPT means that another session took MAIL
    boolean changed = answers > 0 && refusal instanceof RelayOutcome.PermanentFailure;
    RelayOutcome outcome = changed ? changed(refusal) : refusal;
    for (int i = 0; i < outcomes.length; i++) {
      if (standings[i] != Standing.SETTLED
          && (outcomes[i] == null || standings[i] == Standing.TAKEN)) {
        outcomes[i] = outcome;
      }
      standings[i] = Standing.SETTLED;
    }
    takenCount = 0;
  }

  /**
   * Who was taken a moment ago and is refused for good now need not be a wrong address: the next
   * hop contradicts itself, and may have had enough of us alone. Our client asks again later.
   */
  private static RelayOutcome changed(RelayOutcome refusal) {
    return Outcomes.of(
        new RelayFailure(Kind.CHANGED, RelayStep.RCPT, "taken before, now " + refusal.reply()));
  }

  // ---- where a session ends

  /** Returns whether the session that is under way, or has just ended, said something new. */
  boolean hasProgressed() {
    return news > 0;
  }

  /**
   * A session ended. Where an answer was due, that recipient is asked about later in the next one,
   * or last if this one has led nowhere; after a timeout or nonsense, which it would suffer again,
   * not any more.
   *
   * @return whether the next one, {@link #oneByOne}, would see other questions before that one
   */
  boolean sessionEnded(RelayFailure how) {
    boolean progress = hasProgressed();
    news = 0;
    int at = awaited;
    awaited = NOBODY;
    if (at == NOBODY || standings[at] == Standing.TAKEN) {
      return at != NOBODY && !oneByOne;
    }
    if (!how.isDeath()) {
      standings[at] = Standing.SETTLED;
      outcomes[at] = Outcomes.of(how);
      return false;
    }
    endings[at] = progress ? endings[at] + 1 : mostEndings + 1;
    mostEndings = Math.max(mostEndings, endings[at]);
    return unanswered().anyMatch(index -> index != at);
  }

  /**
   * Asks about those who were not answered one by one from now on. A next hop that resets a
   * connection takes back the replies that are still under way, and may do so in every session.
   */
  void oneByOne() {
    oneByOne = true;
  }

  /** Returns whether there is someone left to ask about. */
  boolean hasUnanswered() {
    return unanswered().findAny().isPresent();
  }

  private IntStream unanswered() {
    return IntStream.range(0, standings.length)
        .filter(index -> standings[index] == Standing.UNKNOWN && outcomes[index] == null);
  }

  /**
   * Asks about nobody any more that was not answered.
   *
   * @param outcome theirs
   * @return how many they are
   */
  int giveUp(RelayOutcome outcome) {
    unsent.clear();
    int count = 0;
    for (int i = 0; i < standings.length; i++) {
      if (standings[i] == Standing.UNKNOWN) {
        standings[i] = Standing.SETTLED;
        if (outcomes[i] == null) {
          outcomes[i] = outcome;
          count++;
        }
      }
    }
    return count;
  }

  // ---- what came of it

  boolean hasTaken() {
    return takenCount > 0;
  }

  /** Returns the recipients that were taken. */
  List<Recipient> taken() {
    List<Recipient> taken = new ArrayList<>(takenCount);
    for (int i = 0; i < standings.length; i++) {
      if (standings[i] == Standing.TAKEN) {
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
    List<RelayOutcome> result = new ArrayList<>(outcomes.length);
    for (RelayOutcome outcome : outcomes) {
      result.add(outcome == null ? unanswered : outcome);
    }
    return result;
  }

  /**
   * Returns an outcome for each recipient after the last connection has failed: a refusal that was
   * heard stands, an agreement is void.
   */
  List<RelayOutcome> outcomesAfter(RelayOutcome failure) {
    List<RelayOutcome> result = new ArrayList<>(outcomes.length);
    for (RelayOutcome outcome : outcomes) {
      boolean heard = outcome != null && !(outcome instanceof RelayOutcome.Delivered);
      result.add(heard && outcome != null ? outcome : failure);
    }
    return result;
  }
}
