package io.authserver.smtp.server;

import io.authserver.smtp.message.MessageBytes;

/**
 * A message that a client has sent to the final dot.
 *
 * @param id names the transaction in the log and in the Received field
 * @param content its bytes; valid until {@link MailTransaction#close()} returns
 * @param receivedField our trace field for it (RFC 5321 §4.4), CRLF included, for the daemon to put
 *     on top of every copy
 */
public record ReceivedMessage(String id, MessageBytes content, byte[] receivedField) {}
