package io.authserver.smtp.relay;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes a message as DATA wants it (RFC 5321 §4.5.2): a dot at the beginning of a line is doubled.
 * Works on blocks of any size, split anywhere.
 *
 * <p>A CR or LF that is not part of a CRLF never gets through: some next hop might take it for the
 * end of a line, and a line with a dot alone for the end of the message.
 */
final class DotStuffer {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long CRS = ONES * '\r';
  private static final long LFS = ONES * '\n';
  private static final byte[] DOT = {'.'};
  private static final byte[] END = {'.', '\r', '\n'};
  private static final byte[] LINE_END_AND_END = {'\r', '\n', '.', '\r', '\n'};

  private final Sink sink;
  private boolean atLineStart = true;
  private boolean afterCr;

  DotStuffer(Sink sink) {
    this.sink = sink;
  }

  /** Where the bytes go. */
  @FunctionalInterface
  interface Sink {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  /**
   * Takes the next block.
   *
   * @throws IllegalArgumentException at a bare CR or LF: whoever stored the message should have
   *     replaced it
   */
  void write(byte[] block, int offset, int length) throws IOException {
    int end = offset + length;
    int from = offset;
    int i = offset;
    while (i < end) {
      if (afterCr) {
        if (block[i] != '\n') {
          throw new IllegalArgumentException("a bare CR in the message");
        }
        afterCr = false;
        atLineStart = true;
        i++;
        continue;
      }
      if (atLineStart) {
        if (block[i] == '.') {
          sink.write(block, from, i - from);
          sink.write(DOT, 0, 1);
          from = i;
        }
        atLineStart = false;
      }
      i = nextCrOrLf(block, i, end);
      if (i < end) {
        if (block[i] == '\n') {
          throw new IllegalArgumentException("a bare LF in the message");
        }
        afterCr = true;
        i++;
      }
    }
    sink.write(block, from, end - from);
  }

  /** Ends the message: the line end that it may lack, and the final dot. */
  void finish() throws IOException {
    if (afterCr) {
      throw new IllegalArgumentException("a bare CR at the end of the message");
    }
    byte[] ending = atLineStart ? END : LINE_END_AND_END;
    sink.write(ending, 0, ending.length);
  }

  /** Returns the index of the next CR or LF, or {@code end}. */
  static int nextCrOrLf(byte[] block, int from, int end) {
    int i = from;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      long word = (long) LONG.get(block, i);
      long found = zeroBytes(word ^ CRS) | zeroBytes(word ^ LFS);
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    for (; i < end; i++) {
      if (block[i] == '\r' || block[i] == '\n') {
        return i;
      }
    }
    return end;
  }

  /**
   * Marks the zero bytes of a word with their high bit. A byte above a zero byte may be marked
   * wrongly, so only the lowest mark counts.
   */
  private static long zeroBytes(long word) {
    return (word - ONES) & ~word & HIGH_BITS;
  }
}
