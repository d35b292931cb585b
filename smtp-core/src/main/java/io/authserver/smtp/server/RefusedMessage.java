package io.authserver.smtp.server;

import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.reply.Reply;
import org.jspecify.annotations.Nullable;

/**
 * A message that the front has read to its final dot and will not hand over, for good: it has met a
 * limit, or has line ends that are refused.
 *
 * @param id names the transaction in the log
 * @param reason in a word: what metrics and the log call the limit, or {@code stray_line_ends}
 * @param reply what the client gets, unless the daemon answers otherwise
 * @param header what was kept of the header section, topmost field first; null where there was no
 *     memory for it. The last field may be cut
 * @param whole whether that is all of it
 */
public record RefusedMessage(
    String id, String reason, Reply reply, @Nullable HeaderSection header, boolean whole) {
  /** What is kept at most of the header section of a message that was dropped while it came. */
  public static final int MOST_HEADER_BYTES = 64 << 10;
}
