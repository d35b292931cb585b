package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The client's bytes: one buffer, read by blocks, for commands and data alike, so that what was
 * read past the final dot is simply the next command. Used by the session's thread. Replies that
 * wait are written before a read that may block.
 *
 * <p>It is small but for a message that comes fast, and then only where the memory for messages has
 * room for a large one.
 */
final class SessionInput implements AutoCloseable {
  private static final int SMALL = 8 << 10;
  private static final int LARGE = 64 << 10;
  private static final InputLine END = new InputLine.End();
  private static final InputLine TLS_RECORD = new InputLine.TlsRecord();

  private final ClientConnection connection;
  private final ReplyWriter output;
  private final int maxLine;
  private final int smallSize;
  private final MemoryBudget.Share large;
  private byte[] buffer;
  private int start;
  private int end;

  SessionInput(
      ClientConnection connection, ReplyWriter output, int maxLine, MemoryBudget memoryBudget) {
    this.connection = connection;
    this.output = output;
    this.maxLine = maxLine;
    this.smallSize = Math.max(SMALL, maxLine + 2);
    this.large = memoryBudget.share();
    this.buffer = new byte[smallSize];
  }

  byte[] array() {
    return buffer;
  }

  int position() {
    return start;
  }

  int limit() {
    return end;
  }

  boolean isEmpty() {
    return start == end;
  }

  void consumeTo(int index) {
    start = index;
  }

  /**
   * Reads a block, at least one byte.
   *
   * @param deadline in {@link System#nanoTime()}
   * @return false at the end of the stream
   * @throws SocketTimeoutException when the deadline has passed
   */
  boolean fill(long deadline) throws IOException {
    output.flush();
    if (start == end) {
      start = 0;
      end = 0;
    } else if (end == buffer.length) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    int count = connection.read(buffer, end, buffer.length - end, deadline);
    if (count < 0) {
      return false;
    }
    end += count;
    return true;
  }

  /** Makes the buffer large while a message streams in that fills it; keeps its content. */
  void growForData() {
    if (buffer.length < LARGE && end == buffer.length && large.tryAdd(LARGE)) {
      buffer = Arrays.copyOf(buffer, LARGE);
    }
  }

  /** Gives a large buffer back, when what is left fits a small one. */
  void shrink() {
    if (buffer.length > smallSize && end - start <= smallSize) {
      byte[] small = new byte[smallSize];
      System.arraycopy(buffer, start, small, 0, end - start);
      buffer = small;
      end -= start;
      start = 0;
      large.close();
    }
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    large.close();
  }

  /**
   * Returns whether a whole command line has come already that begins with this verb and a space.
   */
  boolean hasLineWithVerb(String verb) {
    if (end - start <= verb.length() || buffer[start + verb.length()] != ' ') {
      return false;
    }
    for (int i = 0; i < verb.length(); i++) {
      if ((buffer[start + i] & ~0x20) != verb.charAt(i)) {
        return false;
      }
    }
    int lineEnd = lineEnd(start);
    return lineEnd >= 0 && lineEnd - start <= maxLine;
  }

  /**
   * Reads a command line. It ends with CRLF alone (RFC 5321 §2.3.8): a bare CR or LF makes the
   * whole line bad, whatever it says.
   */
  InputLine readLine(long deadline) throws IOException {
    String tooLong = null;
    int scan = start;
    while (true) {
      if (tooLong == null && beginsTls()) {
        return TLS_RECORD;
      }
      int lineEnd = lineEnd(scan);
      if (lineEnd >= 0) {
        int from = start;
        start = lineEnd + 2;
        if (tooLong != null || lineEnd - from > maxLine) {
          return tooLong(tooLong == null ? latin1(from, from + maxLine) : tooLong);
        }
        return decode(from, lineEnd);
      }
      // A CR at the end may be half of the CRLF of a line that is just short enough.
      int length = end - start;
      if (length > maxLine + 1 || (length > maxLine && buffer[end - 1] != '\r')) {
        if (tooLong == null) {
          tooLong = latin1(start, start + maxLine);
        }
        // The rest of the line is dropped; a CR at the end may be half of its CRLF.
        start = buffer[end - 1] == '\r' ? end - 1 : end;
      }
      int kept = end - start;
      if (!fill(deadline)) {
        return END;
      }
      scan = start + Math.max(0, kept - 1);
    }
  }

  /**
   * Reads bytes and drops them.
   *
   * @return false when the stream ends before
   */
  boolean discard(long count, long deadline) throws IOException {
    long left = count;
    while (true) {
      int now = (int) Math.min(left, end - start);
      start += now;
      left -= now;
      if (left == 0) {
        return true;
      }
      if (!fill(deadline)) {
        return false;
      }
    }
  }

  /** Returns the index of the next CRLF, or -1. */
  private int lineEnd(int from) {
    for (int i = from; i + 1 < end; i++) {
      if (buffer[i] == '\r' && buffer[i + 1] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private InputLine decode(int from, int to) {
    boolean ascii = true;
    int last = to;
    while (last > from && buffer[last - 1] == ' ') {
      last--;
    }
    for (int i = from; i < last; i++) {
      byte b = buffer[i];
      if (b < 0) {
        ascii = false;
      } else if (b < ' ' || b == 0x7f) {
        return new InputLine.Bad(
            Reply.of(500, "5.5.2", "control character in the command line"),
            false,
            latin1(from, last));
      }
    }
    if (ascii) {
      return new InputLine.Text(latin1(from, last));
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(buffer, from, last - from))
              .toString();
      return new InputLine.Text(text);
    } catch (CharacterCodingException e) {
      return new InputLine.Bad(
          Reply.of(500, "5.5.2", "command line is not UTF-8"), false, latin1(from, last));
    }
  }

  private String latin1(int from, int to) {
    return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static InputLine tooLong(String beginning) {
    // RFC 5321 §4.5.3.1.10: 500 for a line that is too long.
    return new InputLine.Bad(Reply.of(500, "5.5.2", "command line too long"), true, beginning);
  }

  /** RFC 8446 §5.1: a record with a ClientHello has type 22, and a version that begins with 3. */
  private boolean beginsTls() {
    return end - start >= 2 && buffer[start] == 22 && buffer[start + 1] == 3;
  }
}
