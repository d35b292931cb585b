package io.authserver.smtp.message;

import java.io.IOException;
import java.util.function.Predicate;

/**
 * A message as it is, but for header fields that are left out. Reads the message beneath it, and
 * copies nothing of it.
 */
public final class MessageView implements MessageBytes {
  private final MessageBytes message;
  private final HeaderSection header;

  private MessageView(MessageBytes message, HeaderSection header) {
    this.message = message;
    this.header = header;
  }

  /** Returns the message without the fields of this name; the same object where it has none. */
  public static MessageBytes withoutFields(MessageBytes message, String name) {
    return withoutFields(message, field -> field.isNamed(name));
  }

  /** Returns the message without these fields; the same object where it has none of them. */
  public static MessageBytes withoutFields(
      MessageBytes message, Predicate<? super HeaderField> unwanted) {
    HeaderSection kept = message.header().without(unwanted);
    return kept == message.header() ? message : new MessageView(message, kept);
  }

  @Override
  public long size() {
    return message.size() - removed();
  }

  @Override
  public HeaderSection header() {
    return header;
  }

  @Override
  public long bodyOffset() {
    return message.bodyOffset() - removed();
  }

  @Override
  public void forEachBlock(long from, BlockConsumer consumer) throws IOException {
    if (from < header.length()) {
      header.forEachBlock((int) from, consumer);
    }
    message.forEachBlock(Math.max(from, header.length()) + removed(), consumer);
  }

  private int removed() {
    return message.header().length() - header.length();
  }
}
