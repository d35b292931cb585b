package io.authserver.smtp.relay;

import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of one step with a next hop, and the reply that our client gets for it. */
public sealed interface RelayOutcome {
  /** Returns the reply for our client. */
  Reply reply();

  /** Returns which command it answers, where a next hop refused one. */
  default Optional<RelayStep> refused() {
    return Optional.empty();
  }

  /**
   * Returns whether the next hop may mean that it takes no more recipients in this transaction.
   * Only the reply to a RCPT after one that was taken can mean it, and whoever asks again in
   * another transaction finds out: there the first recipient is within any limit.
   */
  default boolean isRecipientLimit() {
    return false;
  }

  /** The next hop agreed; at the end of data: it took responsibility. */
  record Delivered(Reply reply) implements RelayOutcome {}

  /**
   * Not now: the next hop said so, cannot be reached, broke off, or found fault with our commands.
   *
   * @param cause what happened, for the log
   * @param answered whether it is an answer to what was asked; false where none came, or the
   *     question was not even put, so that asking once more may find a permanent one
   * @param step the command that the next hop refused; null where it refused none
   */
  record TemporaryFailure(Reply reply, String cause, boolean answered, @Nullable RelayStep step)
      implements RelayOutcome {
    /** An answer. */
    public TemporaryFailure(Reply reply, String cause) {
      this(reply, cause, true, null);
    }

    @Override
    public Optional<RelayStep> refused() {
      return Optional.ofNullable(step);
    }

    // RFC 5321 §4.5.3.1.10: 452 is the reply to too many recipients
    @Override
    public boolean isRecipientLimit() {
      return says(452, reply);
    }
  }

  /**
   * Never: the next hop refused the address or the message itself.
   *
   * @param step the command that it refused; null where it was not asked
   */
  record PermanentFailure(Reply reply, @Nullable RelayStep step) implements RelayOutcome {
    /** One for which no next hop was asked. */
    public PermanentFailure(Reply reply) {
      this(reply, null);
    }

    @Override
    public Optional<RelayStep> refused() {
      return Optional.ofNullable(step);
    }

    // RFC 5321 §4.5.3.1.10: some servers say 552 as RFC 821 had it, and mean 452
    @Override
    public boolean isRecipientLimit() {
      return says(552, reply);
    }
  }

  /** RFC 3463 §3.6: x.5.3 is too many recipients, and asks for the rest in another transaction. */
  private static boolean says(int code, Reply reply) {
    EnhancedStatusCode status = reply.enhancedStatusCode();
    boolean limit = status != null && status.subject() == 5 && status.detail() == 3;
    return limit || (reply.code() == code && (status == null || status.subject() == 0));
  }
}
