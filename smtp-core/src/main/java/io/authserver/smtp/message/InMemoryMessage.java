package io.authserver.smtp.message;

import java.io.IOException;

/** A message in one array. */
final class InMemoryMessage implements MessageBytes {
  private final byte[] bytes;
  private final HeaderSection header;
  private final int bodyOffset;

  InMemoryMessage(byte[] bytes) {
    this.bytes = bytes;
    int headerLength = bytes.length;
    int body = bytes.length;
    int lineStart = 0;
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        if (i == lineStart) {
          headerLength = i;
          body = i + 2;
          break;
        }
        lineStart = i + 2;
      }
    }
    this.header = HeaderSection.of(bytes, headerLength);
    this.bodyOffset = body;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public HeaderSection header() {
    return header;
  }

  @Override
  public long bodyOffset() {
    return bodyOffset;
  }

  @Override
  public void forEachBlock(long from, BlockConsumer consumer) throws IOException {
    if (from < bytes.length) {
      consumer.accept(bytes, (int) from, bytes.length - (int) from);
    }
  }
}
