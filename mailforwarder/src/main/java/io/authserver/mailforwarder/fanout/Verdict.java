package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.mailforwarder.resolve.SenderKind;
import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What our client is told about the outcomes of all targets. */
sealed interface Verdict {
  /**
   * All is done; what was refused has to be told to somebody first.
   *
   * @param dropped why nobody gets the message, or a recipient of a stranger's does not, in a word
   *     for metrics and the log; empty where that is not so
   * @param taken whether somebody gets it
   */
  record Done(List<Refusal> toReport, Optional<String> dropped, boolean taken) implements Verdict {}

  /** Something failed for now: the client has to come again. */
  record Deferred(Reply reply) implements Verdict {}

  /** Everything was refused for good. */
  record Refused(Reply reply) implements Verdict {}

  /**
   * Answers the end of data. SMTP has one reply for all recipients, and a client takes it for every
   * one of them: so a refusal of some is reported, not answered. Of a stranger's message a refusal
   * that is ours is never answered: our client would write to whom he named.
   */
  static Verdict atEnd(List<Entry> accepted, SenderKind kind) {
    List<Entry> distinct = Entry.distinct(accepted);
    for (Entry entry : distinct) {
      if (entry.isDeferred()) {
        return new Deferred(deferral(entry));
      }
    }
    boolean taken = distinct.stream().anyMatch(Entry::isTaken);
    boolean stranger = kind == SenderKind.STRANGER;
    if (!taken && !(stranger && isOurs(distinct))) {
      return new Refused(refusal(accepted.getFirst()));
    }
    List<Refusal> toReport = distinct.stream().flatMap(entry -> entry.toReport().stream()).toList();
    return new Done(
        toReport, stranger ? dropped(distinct, toReport, taken) : Optional.empty(), taken);
  }

  /**
   * Returns whether it is we who refuse, in this try or one of whose refusals somebody was told:
   * not where all who were asked have answered themselves.
   */
  private static boolean isOurs(List<Entry> refused) {
    List<Entry.Part> parts = refused.stream().flatMap(entry -> entry.parts().stream()).toList();
    return parts.stream().anyMatch(part -> part.copy().ruling().isPresent() || part.isReported())
        || parts.stream().noneMatch(part -> part.copy().isPlanned());
  }

  private static Optional<String> dropped(
      List<Entry> distinct, List<Refusal> toReport, boolean taken) {
    Optional<Copy.Ruling> limit =
        toReport.stream().noneMatch(Refusal::limit)
            ? Optional.empty()
            : distinct.stream()
                .flatMap(entry -> entry.parts().stream())
                .flatMap(part -> part.limit().stream())
                .findFirst();
    if (limit.isPresent()) {
      return Optional.of(limit.get() == Copy.Ruling.LOOP ? "delivered_to_loop" : "next_hop_size");
    }
    if (taken || toReport.isEmpty()) {
      return Optional.empty();
    }
    boolean givenUp =
        distinct.stream()
            .flatMap(entry -> entry.parts().stream())
            .anyMatch(part -> part.copy().ruling().isPresent());
    return Optional.of(givenUp ? "given_up" : "blocked_targets");
  }

  /** Answers RCPT. */
  static Reply atRecipient(Entry entry) {
    if (entry.isTaken()) {
      return Reply.of(250, "2.1.5", "Recipient ok");
    }
    if (entry.isHeardInPart()) {
      return Reply.of(250, "2.1.5", "Recipient ok, the message decides");
    }
    return entry.isDeferred() ? deferral(entry) : refusal(entry);
  }

  private static Reply deferral(Entry entry) {
    Reply first = entry.deferrals().getFirst();
    if (!entry.isForwarded()) {
      return first;
    }
    // The next hop's words may name an address that the client does not know.
    return new Reply(
        451,
        status(first, new EnhancedStatusCode(4, 3, 0)),
        List.of("An address behind this one cannot be reached now; try again later"));
  }

  private static Reply refusal(Entry entry) {
    List<Reply> refusals = entry.refusals();
    Reply first = refusals.getFirst();
    // A limit is told in our own words, which name nobody.
    if (!entry.isForwarded() || entry.parts().stream().allMatch(part -> part.limit().isPresent())) {
      return first;
    }
    boolean alike =
        refusals.stream()
            .allMatch(
                reply ->
                    reply.code() == first.code()
                        && String.valueOf(reply.enhancedStatusCode())
                            .equals(String.valueOf(first.enhancedStatusCode())));
    EnhancedStatusCode other = new EnhancedStatusCode(5, 0, 0);
    return new Reply(
        alike ? first.code() : 550,
        alike ? status(first, other) : other,
        List.of("No address behind this one accepts the message"));
  }

  private static EnhancedStatusCode status(Reply reply, EnhancedStatusCode otherwise) {
    @Nullable EnhancedStatusCode status = reply.enhancedStatusCode();
    return status == null ? otherwise : status;
  }
}
