package io.authserver.smtp.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * A message as it was received, dot-stuffing undone and line ends made CRLF, in memory or in a
 * spool file. Read as often as needed, by one thread at a time, until its owner closes it.
 *
 * <p>A message is a header section, then, where it has a body, an empty line and the body (RFC 5322
 * §2.1). It ends with CRLF unless it is empty.
 */
public interface MessageBytes {
  /**
   * Makes a message of bytes in memory.
   *
   * @param bytes the message, its lines ending with CRLF; kept, not copied
   */
  static MessageBytes of(byte[] bytes) {
    return new InMemoryMessage(bytes);
  }

  /** Returns how many bytes the message has. */
  long size();

  /** Returns the header section, located once and kept in memory (bounded when it was received). */
  HeaderSection header();

  /**
   * Returns where the body begins: after the empty line, or {@link #size()} where the message has
   * no empty line. The bytes from {@code header().length()} to here are the separator.
   */
  long bodyOffset();

  /**
   * Hands over the bytes from an offset to the end, in order, in blocks.
   *
   * @throws IOException when the spool file cannot be read, or from the consumer
   */
  void forEachBlock(long from, BlockConsumer consumer) throws IOException;

  /**
   * Returns a copy of the whole message; for tests and small messages.
   *
   * @throws IOException when the spool file cannot be read
   */
  default byte[] toByteArray() throws IOException {
    ByteArrayOutputStream copy = new ByteArrayOutputStream(Math.toIntExact(size()));
    forEachBlock(0, copy::write);
    return copy.toByteArray();
  }
}
