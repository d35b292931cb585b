package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.util.Arrays;

/**
 * Collects replies and writes them together, when the session is about to wait for its client (RFC
 * 2920 §3.2). Used by the session's thread, apart from {@link #close}.
 */
final class ReplyWriter {
  private static final int SMALL = 512;
  private static final int FULL = 4 << 10;

  private final ClientConnection connection;
  private byte[] buffer = new byte[SMALL];
  private int length;
  private boolean closed;

  ReplyWriter(ClientConnection connection) {
    this.connection = connection;
  }

  synchronized void add(Reply reply) throws IOException {
    if (closed) {
      return;
    }
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

  synchronized void flush() throws IOException {
    if (length == 0) {
      return;
    }
    try {
      connection.write(buffer, 0, length);
    } finally {
      length = 0;
      // A session may live for hours.
      if (buffer.length > FULL) {
        buffer = new byte[SMALL];
      }
    }
  }

  /** Says a last word behind all that was added, and drops whatever is added afterwards. */
  synchronized void close(Reply last) throws IOException {
    add(last);
    closed = true;
    flush();
  }
}
