package io.authserver.smtp.relay;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a next hop's replies, strictly (RFC 5321 §4.2): three digits, a hyphen or a space or
 * nothing, text, CRLF; every line of a reply has the same code. Bounded in line length, lines and
 * time. Whatever else comes is a {@link MalformedReplyException}, after which the connection cannot
 * be trusted.
 *
 * <p>Used by the thread that owns the connection.
 */
final class ReplyReader {
  /** The longest line, CRLF included. RFC 5321 §4.5.3.1.5 has 512; some servers say more. */
  static final int MAX_LINE = 2048;

  /** The most lines of one reply; an EHLO reply has one for each extension. */
  static final int MAX_LINES = 128;

  private final Source source;
  private final byte[] buffer = new byte[4096];
  private int position;
  private int limit;

  ReplyReader(Source source) {
    this.source = source;
  }

  /** Where bytes come from. */
  @FunctionalInterface
  interface Source {
    /**
     * Reads at least one byte.
     *
     * @return how many, or -1 at the end of the stream
     * @throws java.net.SocketTimeoutException when the deadline passes first
     */
    int read(byte[] into, int offset, int length, Deadline deadline) throws IOException;
  }

  /** Returns whether bytes have been read that belong to no reply that was asked for. */
  boolean hasBuffered() {
    return position < limit;
  }

  /**
   * Reads one reply.
   *
   * @throws MalformedReplyException when it is not a reply
   * @throws EOFException at the end of the stream
   * @throws IOException when the connection breaks, or the deadline passes
   */
  NextHopReply read(Deadline deadline) throws IOException {
    List<String> lines = new ArrayList<>(1);
    int code = -1;
    while (true) {
      String line = readLine(deadline);
      int lineCode = code(line);
      if (code >= 0 && lineCode != code) {
        throw new MalformedReplyException("codes differ within a reply");
      }
      code = lineCode;
      lines.add(line.length() > 4 ? line.substring(4) : "");
      // RFC 5321 §4.2.1: the last line has a space after the code, or nothing
      if (line.length() == 3 || line.charAt(3) == ' ') {
        return new NextHopReply(code, lines);
      }
      if (lines.size() == MAX_LINES) {
        throw new MalformedReplyException("a reply of too many lines");
      }
    }
  }

  private static int code(String line) throws MalformedReplyException {
    if (line.length() < 3
        || (line.length() > 3 && line.charAt(3) != ' ' && line.charAt(3) != '-')) {
      throw new MalformedReplyException("a line that is not a reply");
    }
    int code = 0;
    for (int i = 0; i < 3; i++) {
      char c = line.charAt(i);
      if (c < '0' || c > '9') {
        throw new MalformedReplyException("a line without a reply code");
      }
      code = code * 10 + (c - '0');
    }
    if (code < 200 || code > 599) {
      throw new MalformedReplyException("a reply code that does not exist");
    }
    return code;
  }

  /** Reads a line, up to and without its CRLF. */
  private String readLine(Deadline deadline) throws IOException {
    int scanned = position;
    while (true) {
      for (int i = scanned; i < limit; i++) {
        if (buffer[i] == '\n') {
          if (i == position || buffer[i - 1] != '\r') {
            throw new MalformedReplyException("a line feed alone");
          }
          String line = new String(buffer, position, i - 1 - position, StandardCharsets.ISO_8859_1);
          position = i + 1;
          if (line.indexOf('\r') >= 0) {
            throw new MalformedReplyException("a carriage return alone");
          }
          if (line.length() + 2 > MAX_LINE) {
            throw new MalformedReplyException("a line that is too long");
          }
          return line;
        }
      }
      if (limit - position >= MAX_LINE) {
        throw new MalformedReplyException("a line that is too long");
      }
      scanned = limit - position;
      fill(deadline);
    }
  }

  /** Moves what is unread to the front and reads more. */
  private void fill(Deadline deadline) throws IOException {
    if (position > 0) {
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    int read = source.read(buffer, limit, buffer.length - limit, deadline);
    if (read < 0) {
      throw new EOFException(limit == 0 ? "end of stream" : "end of stream within a reply");
    }
    limit += read;
  }

  /** What a next hop said is not a reply. */
  static final class MalformedReplyException extends IOException {
    MalformedReplyException(String message) {
      super(message);
    }
  }
}
