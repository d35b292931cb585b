package io.authserver.smtp.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** A message as it is, but for header fields that are left out. Reads the message beneath it. */
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
    HeaderSection original = message.header();
    List<HeaderField> remaining =
        original.fields().stream().filter(field -> !unwanted.test(field)).toList();
    if (remaining.size() == original.fields().size()) {
      return message;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream(original.bytes().length);
    for (HeaderField field : remaining) {
      kept.write(field.source(), field.start(), field.length());
    }
    return new MessageView(message, HeaderSection.of(kept.toByteArray()));
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
    byte[] kept = header.bytes();
    if (from < kept.length) {
      consumer.accept(kept, (int) from, kept.length - (int) from);
    }
    message.forEachBlock(Math.max(from, kept.length) + removed(), consumer);
  }

  private int removed() {
    return message.header().bytes().length - header.bytes().length;
  }
}
