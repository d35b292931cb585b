package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.server.HeaderCost;

/**
 * What forwarding has in memory for a header section at a time, at most: the words of the topmost
 * Received field or the text of another, the authors, the addresses of all Delivered-To fields, and
 * a field in the form in which the origin mark proves it.
 */
public final class ForwardingCost implements HeaderCost {
  /** For {@code a a a …}: a word in two bytes. */
  private static final int WORDS_FACTOR = 64;

  /** The value, its text, and its parts. */
  private static final int TEXT_FACTOR = 8;

  /** A field as it is written and once more in its length. */
  private static final int CANONICAL_FACTOR = 2;

  /** An address as a text of its own in a set. */
  private static final int BYTES_PER_ADDRESS = 300;

  @Override
  public long bytes(HeaderSection header) {
    long cost = 0;
    int factor = WORDS_FACTOR;
    for (HeaderField received : header.all("received")) {
      cost = Math.max(cost, (long) factor * read(received, ReceivedField.MOST_BYTES));
      factor = TEXT_FACTOR;
    }
    long canonical = 0;
    for (HeaderField from : header.all("from")) {
      cost += TEXT_FACTOR * read(from, AuthorDomain.MOST_BYTES);
      canonical = Math.max(canonical, from.length());
    }
    for (HeaderField messageId : header.all("message-id")) {
      canonical = Math.max(canonical, messageId.length());
    }
    cost += CANONICAL_FACTOR * canonical;
    // Where marks are taken out, the fields that are left are located once more.
    cost +=
        header.count(OriginMark.FIELD_NAME) > 0
            ? (long) HeaderSection.BYTES_PER_FIELD * header.fieldCount()
            : 0;
    // The authors' mailboxes beside what they were made of.
    cost += 2 * AuthorReader.memoryBytes(header);
    for (HeaderField address : header.all(CopyFields.DELIVERED_TO)) {
      cost += BYTES_PER_ADDRESS + TEXT_FACTOR * read(address, CopyFields.MOST_BYTES);
    }
    return cost;
  }

  private static long read(HeaderField field, int most) {
    return field.length() > most ? 0 : field.length();
  }
}
