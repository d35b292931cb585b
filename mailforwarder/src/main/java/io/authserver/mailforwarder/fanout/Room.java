package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.reply.Reply;
import java.util.Optional;

/**
 * How many addresses one message may stand for, and the memory that it holds for them. What does
 * not fit is refused before anything is made of it, as a whole. Owned by the session's thread.
 */
public final class Room implements AutoCloseable {
  /** What a recipient takes with its resolution, in bytes. */
  static final long RECIPIENT_BYTES = 1_000;

  /**
   * What an address takes in bytes on top of that, once: its copy, what the relay and the next hop
   * say of it, all of it again when it is rerouted. Measured without a relay: 370.
   */
  static final long TARGET_BYTES = 1_300;

  /** What an address takes in bytes for each recipient that stands for it. Measured: 276. */
  static final long PART_BYTES = 300;

  /** How many times as many addresses the recipients may have together as there are targets. */
  private static final int PARTS_A_TARGET = 5;

  private final TargetLimit limit;
  private final MemoryBudget.Share memory;
  private long parts;

  Room(TargetLimit limit, MemoryBudget memory) {
    this.limit = limit;
    this.memory = memory.share();
  }

  /** Returns what a list of so many addresses takes, in bytes. */
  public static long bytes(int targets) {
    return RECIPIENT_BYTES + targets * (PART_BYTES + TARGET_BYTES);
  }

  /**
   * Takes room for a recipient.
   *
   * @param addresses how many addresses it stands for
   * @param added how many of them the message does not go to yet
   * @param targets how many the message goes to already
   * @return why there is none
   */
  Optional<Decision> take(int addresses, int added, int targets) {
    Optional<Decision> refusal = refusal(limit.most(), addresses, added, targets, parts);
    if (refusal.isPresent()) {
      return refusal;
    }
    long bytes = RECIPIENT_BYTES + addresses * PART_BYTES + added * TARGET_BYTES;
    if (!memory.tryAdd(bytes)) {
      return Optional.of(noMemory());
    }
    parts += addresses;
    return Optional.empty();
  }

  /**
   * Refuses what is over a limit: for good where it is so by itself, for now where the next
   * transaction has room for it.
   *
   * @param most how many addresses one message may go to
   * @param parts how many addresses the recipients before it stand for together
   */
  static Optional<Decision> refusal(int most, int addresses, int added, int targets, long parts) {
    if (addresses > most) {
      return Optional.of(
          new Decision.Refuse(
              // RFC 3463 §3.3 X.2.4: mailing list expansion problem
              Reply.of(
                  550,
                  "5.2.4",
                  "This list stands for " + addresses + " addresses; the limit is " + most),
              "list_over_max_targets",
              true));
    }
    if (targets + added > most) {
      return Optional.of(
          laterRecipient(
              "Too many addresses for one message; the limit is " + most,
              "message_over_max_targets"));
    }
    long mostParts = (long) most * PARTS_A_TARGET;
    return parts + addresses > mostParts
        ? Optional.of(
            laterRecipient(
                "Too many addresses behind the recipients of one message; the limit is "
                    + mostParts,
                "message_over_max_parts"))
        : Optional.empty();
  }

  // RFC 5321 §4.5.3.1.10: the client sends the rest in another transaction
  private static Decision laterRecipient(String text, String reason) {
    return new Decision.Refuse(Reply.of(452, "4.5.3", text), reason, false);
  }

  /** Returns the answer where the working memory has no room. */
  static Decision noMemory() {
    return new Decision.Refuse(
        Reply.of(451, "4.3.1", "Not enough working memory for this address now; try again later"),
        "working_memory",
        true);
  }

  @Override
  public void close() {
    memory.close();
  }
}
