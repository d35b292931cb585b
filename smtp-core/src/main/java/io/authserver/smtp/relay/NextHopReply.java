package io.authserver.smtp.relay;

import io.authserver.smtp.reply.EnhancedStatusCode;
import io.authserver.smtp.reply.Reply;
import java.util.List;

/**
 * A reply as a next hop sent it.
 *
 * @param code the reply code, 200 to 599
 * @param lines what followed the code on each line, at least one; not cleaned
 */
record NextHopReply(int code, List<String> lines) {
  NextHopReply {
    lines = List.copyOf(lines);
  }

  boolean isPositive() {
    return code < 300;
  }

  /**
   * Returns the reply for our client: cleaned, bounded, with the next hop's enhanced status code,
   * or x.0.0 where it has none (RFC 2034 §4: every 2xx, 4xx and 5xx reply has one).
   */
  Reply toReply() {
    return toReply(new EnhancedStatusCode(code / 100 == 3 ? 2 : code / 100, 0, 0));
  }

  /** The same with another status code for a reply that has none. */
  Reply toReply(EnhancedStatusCode otherwise) {
    Reply reply = Reply.foreign(code, lines);
    return reply.enhancedStatusCode() != null || code / 100 == 3
        ? reply
        : new Reply(code, otherwise, reply.lines());
  }
}
