package io.authserver.mailforwarder.fanout;

import io.authserver.mailforwarder.notify.Refusal;
import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What our client is told about the outcomes of all targets. */
sealed interface Verdict {
  /** All is done; what was refused has to be told to somebody first. */
  record Done(List<Refusal> toReport) implements Verdict {}

  /** Something failed for now: the client has to come again. */
  record Deferred(Reply reply) implements Verdict {}

  /** Everything was refused for good. */
  record Refused(Reply reply) implements Verdict {}

  /**
   * Answers the end of data. SMTP has one reply for all recipients, and a client takes it for every
   * one of them: so a refusal of some is reported, not answered.
   */
  static Verdict atEnd(List<Entry> accepted) {
    List<Entry> distinct = Entry.distinct(accepted);
    for (Entry entry : distinct) {
      if (entry.isDeferred()) {
        return new Deferred(deferral(entry));
      }
    }
    if (distinct.stream().noneMatch(Entry::isTaken)) {
      return new Refused(refusal(accepted.getFirst()));
    }
    return new Done(distinct.stream().flatMap(entry -> entry.toReport().stream()).toList());
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
    if (!entry.isForwarded()) {
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
