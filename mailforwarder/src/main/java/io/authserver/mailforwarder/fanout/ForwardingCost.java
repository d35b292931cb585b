package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.server.HeaderCost;

/**
 * What forwarding has in memory for a header section at a time, at most: the words of the topmost
 * Received field, the author, and the addresses of all Delivered-To fields.
 */
public final class ForwardingCost implements HeaderCost {
  /** For {@code a a a …}: a word in two bytes. */
  private static final int WORDS_FACTOR = 40;

  /** The value, its text, and its parts. */
  private static final int TEXT_FACTOR = 8;

  /** An address as a text of its own in a set. */
  private static final int BYTES_PER_ADDRESS = 300;

  @Override
  public long bytes(HeaderSection header) {
    HeaderField received = header.first("received");
    long cost = received == null ? 0 : WORDS_FACTOR * read(received, Submission.MOST_BYTES);
    for (HeaderField from : header.all("from")) {
      cost += TEXT_FACTOR * read(from, AuthorDomain.MOST_BYTES);
    }
    for (HeaderField address : header.all(CopyFields.DELIVERED_TO)) {
      cost += BYTES_PER_ADDRESS + TEXT_FACTOR * read(address, CopyFields.MOST_BYTES);
    }
    return cost;
  }

  private static long read(HeaderField field, int most) {
    return field.length() > most ? 0 : field.length();
  }
}
