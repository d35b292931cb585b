package io.authserver.smtp.server;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One mail transaction of a client, from MAIL to the reply to the final dot, as a daemon handles
 * it.
 *
 * <p>Called by the session's thread alone, in this order: {@link #onMail}, {@link #onRecipients}
 * any number of times, {@link #onMessage} or {@link #onRefused} at most once, {@link #close}
 * always. An exception becomes 451 4.3.0; what is expected is a reply.
 */
public interface MailTransaction extends AutoCloseable {
  /** Answers MAIL. A reply that is not positive ends the transaction. */
  Reply onMail(Sender sender) throws IOException;

  /**
   * Answers RCPT commands.
   *
   * @param recipients one, or as many as a client pipelined, in its order
   * @return a reply for each, in the same order
   */
  List<Reply> onRecipients(List<Recipient> recipients) throws IOException;

  /**
   * Returns how many of the recipients of the last {@link #onRecipients} count as errors of the
   * client, with its bad commands: a session ends at so many. Asked for once after each call.
   */
  default int errorsOfClient() {
    return 0;
  }

  /**
   * Answers the end of data. The front calls it only if a recipient was accepted.
   *
   * @return an outcome for each accepted recipient, in the order in which they were accepted
   */
  List<Reply> onMessage(ReceivedMessage message) throws IOException;

  /**
   * Answers the end of data of a message that the front refuses for good. Nothing of it is kept but
   * the header section; the reply is that of all recipients.
   *
   * @return the front's own reply, or what the daemon says in its place
   */
  default Reply onRefused(RefusedMessage message) throws IOException {
    return message.reply();
  }

  /**
   * Returns what the daemon adds to the transaction's line in the log, e.g. {@code decision},
   * {@code signing_domain}, {@code next_hop}; asked for once, before {@link #close}. No content, no
   * keys.
   */
  default Map<String, String> logFields() {
    return Map.of();
  }

  /** Ends the transaction; whatever was not finished with a next hop is aborted. */
  @Override
  void close();
}
