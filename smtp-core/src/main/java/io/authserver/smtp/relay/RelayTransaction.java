package io.authserver.smtp.relay;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One mail transaction with a next hop, over a kept connection. Used by one thread.
 *
 * <p>Recipients over the next hop's limit go in further transactions, as far as whoever opened this
 * one allows them; they advance together with the first and are told apart only by {@link
 * #outcomes}.
 *
 * <p>In order: {@link #mail}, {@link #recipients} any number of times, {@link #send}, {@link
 * #finish}; {@link #abort} at any time before {@link #finish} has returned, after which {@link
 * #mail} may begin anew; {@link #close} always. A step never throws for what a next hop does: that
 * is an outcome. A connection that fails and cannot be replaced makes every further step fail in
 * the same way.
 */
public interface RelayTransaction extends AutoCloseable {
  /**
   * Bounds all further steps together. Without it each call of {@link #recipients}, and {@link
   * #send} with {@link #finish}, has {@link RelayTimeouts#total()}; a caller that advances several
   * transactions within one reply to its client gives each of them what is left.
   *
   * @param remaining the time from now
   */
  default void limit(Duration remaining) {}

  /**
   * Begins the transaction. May be deferred and sent with the first recipients: then it is {@code
   * Delivered} here, and a refusal is the outcome of each recipient.
   */
  RelayOutcome mail(Sender sender);

  /**
   * Adds recipients; an outcome for each, in the same order. One that is over the next hop's limit,
   * and for which no further transaction could be had, is a {@code TemporaryFailure} with {@link
   * RelayOutcome#isRecipientLimit()}: a transaction after this one may take it.
   *
   * <p>A refusal is the next hop's own reply, also where it ends its session amid the recipients:
   * those that it has not answered are asked about in further sessions. One that is not answered in
   * the end is a {@code TemporaryFailure} that is not {@link
   * RelayOutcome.TemporaryFailure#answered} (451 with the reason); who was taken is taken all the
   * same, unless all are unanswered.
   */
  List<RelayOutcome> recipients(List<Recipient> recipients);

  /**
   * Sends DATA and the message, without the final dot.
   *
   * @param addedFields header fields to write before the message, each ending with CRLF
   * @param message the message, written as it is (dot-stuffed on the wire)
   * @return {@code Delivered} when all is sent, up to a last block that is written together with
   *     the final dot; else the refusal, and nothing is delivered to anybody
   * @throws IOException when the message's own bytes cannot be read; the transaction is aborted
   */
  RelayOutcome send(byte[] addedFields, MessageBytes message) throws IOException;

  /**
   * Sends the final dot and takes the reply. {@code Delivered} means that the next hop has taken
   * responsibility for all recipients; when the connection breaks here the outcome is temporary,
   * and the message may have been taken nevertheless.
   *
   * @return the outcome for a client that gets one reply for all recipients: temporary if one is,
   *     else permanent if one is
   */
  RelayOutcome finish();

  /**
   * Returns, after {@link #finish}, an outcome for each recipient that was taken, in the order in
   * which they were added.
   */
  List<RelayOutcome> outcomes();

  /**
   * Drops the transaction at the next hop; nothing of it is delivered. The connection is kept where
   * the protocol allows that (RSET), and closed where content has been sent.
   */
  void abort();

  /** Aborts what is not finished, and gives the connection back or closes it. */
  @Override
  void close();
}
