package io.authserver.demo;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads SMTP from a socket by blocks: lines, and messages up to the final dot. One thread. */
final class SinkInput {
  /** Longer command lines are read to their end and answered with 500. */
  static final int MAX_LINE = 16 * 1024;

  private final InputStream in;
  private final byte[] buffer = new byte[16 * 1024];
  private int next;
  private int limit;

  SinkInput(InputStream in) {
    this.in = in;
  }

  /** Returns whether more input is already here, so that a reply may wait for company. */
  boolean hasMore() {
    return next < limit;
  }

  private int read() throws IOException {
    if (next == limit) {
      next = 0;
      limit = Math.max(0, in.read(buffer, 0, buffer.length));
      if (limit == 0) {
        return -1;
      }
    }
    return buffer[next++] & 0xff;
  }

  /**
   * Reads a line without its line end (CRLF, or LF alone).
   *
   * @return the line, or null at the end of the stream
   * @throws LineTooLongException when it is longer than {@link #MAX_LINE}; it has been read
   */
  @Nullable String readLine() throws IOException {
    byte[] line = new byte[256];
    int length = 0;
    boolean tooLong = false;
    for (int b = read(); b >= 0; b = read()) {
      if (b == '\n') {
        if (tooLong) {
          throw new LineTooLongException();
        }
        if (length > 0 && line[length - 1] == '\r') {
          length--;
        }
        return new String(line, 0, length, StandardCharsets.UTF_8);
      }
      if (length == MAX_LINE) {
        tooLong = true;
        continue;
      }
      if (length == line.length) {
        line = java.util.Arrays.copyOf(line, line.length * 2);
      }
      line[length++] = (byte) b;
    }
    return null;
  }

  /**
   * Copies a message, dot-stuffing undone, up to the final dot and past it. Only CRLF ends a line
   * (RFC 5321 §4.1.1.4); everything else passes as it is.
   *
   * @throws EOFException when the client goes away before the final dot
   */
  void copyMessage(OutputStream out) throws IOException {
    boolean lineStart = true;
    while (true) {
      int b = readOrFail();
      if (lineStart && b == '.') {
        b = readOrFail();
        if (b == '\r') {
          b = readOrFail();
          if (b == '\n') {
            return;
          }
          // RFC 5321 §4.5.2: a leading dot is dropped where other characters follow it.
          out.write('\r');
        }
      }
      lineStart = false;
      while (b == '\r') {
        out.write('\r');
        b = readOrFail();
        lineStart = b == '\n';
      }
      out.write(b);
    }
  }

  private int readOrFail() throws IOException {
    int b = read();
    if (b < 0) {
      throw new EOFException("the client went away inside a message");
    }
    return b;
  }

  /** A command line beyond the limit. */
  static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
