package io.authserver.smtp.relay;

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
  record TemporaryFailure(Reply reply, String cause) implements RelayOutcome {}

  /** Never: the next hop refused the address or the message itself. */
  record PermanentFailure(Reply reply) implements RelayOutcome {}
}
