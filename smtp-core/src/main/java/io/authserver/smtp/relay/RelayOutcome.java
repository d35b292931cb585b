package io.authserver.smtp.relay;

import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;

/** What became of one step with a next hop, and the reply that our client gets for it. */
public sealed interface RelayOutcome {
  /** Returns the reply for our client. */
  Reply reply();

  /** The next hop agreed; at the end of data: it took responsibility. */
  record Delivered(Reply reply) implements RelayOutcome {}

  /**
   * Not now: the next hop said so, cannot be reached, broke off, or found fault with our commands.
   *
   * @param cause what happened, for the log
   */
  record TemporaryFailure(Reply reply, String cause) implements RelayOutcome {
    /**
     * Returns whether the next hop takes no more recipients in this transaction (RFC 5321
     * §4.5.3.1.10 and RFC 3463 x.5.3): once one was taken, the others may go in another one.
     */
    public boolean isRecipientLimit() {
      EnhancedStatusCode status = reply.enhancedStatusCode();
      boolean limit = status != null && status.subject() == 5 && status.detail() == 3;
      return limit || (reply.code() == 452 && (status == null || status.subject() == 0));
    }
  }

  /** Never: the next hop refused the address or the message itself. */
  record PermanentFailure(Reply reply) implements RelayOutcome {}
}
