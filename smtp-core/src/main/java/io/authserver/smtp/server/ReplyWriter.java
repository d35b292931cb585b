package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Collects replies and writes them together, when the session is about to wait for its client (RFC
 * 2920 §3.2). Used by the session's thread; {@link #writeBegan} by the watchdog.
 */
final class ReplyWriter {
  private static final int FULL = 16 << 10;

  private final OutputStream stream;
  private byte[] buffer = new byte[512];
  private int length;
  private volatile long writeBegan;

  ReplyWriter(OutputStream stream) {
    this.stream = stream;
  }

  void add(Reply reply) throws IOException {
    byte[] wire = reply.toWire();
    if (length + wire.length > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + wire.length));
    }
    System.arraycopy(wire, 0, buffer, length, wire.length);
    length += wire.length;
    if (length >= FULL) {
      flush();
    }
  }

  void flush() throws IOException {
    if (length == 0) {
      return;
    }
    long now = System.nanoTime();
    writeBegan = now == 0 ? 1 : now;
    try {
      stream.write(buffer, 0, length);
      stream.flush();
    } finally {
      writeBegan = 0;
      length = 0;
    }
  }

  /** Returns the {@link System#nanoTime()} at which the write under way began, or 0. */
  long writeBegan() {
    return writeBegan;
  }
}
