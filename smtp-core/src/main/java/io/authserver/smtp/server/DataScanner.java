package io.authserver.smtp.server;

import io.authserver.smtp.message.BlockConsumer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the end of data, undoes dot-stuffing, and makes every line end CRLF, over blocks that may
 * be cut anywhere (RFC 5321 §4.1.1.4, §4.5.2). Only CRLF.CRLF ends data; nothing laxer does. It
 * also notes where the header section ends and how long the longest line is, since it sees the line
 * ends anyway.
 */
final class DataScanner {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] SPACE = {' '};

  private enum State {
    LINE_START,
    TEXT,
    CR,
    DOT,
    DOT_CR,
    END
  }

  private final BlockConsumer sink;
  private State state = State.LINE_START;
  private boolean strayLineEnds;
  private long emitted;
  private long lineStart;
  private long longestLine;
  private long headerLength = -1;

  /** Makes a scanner that stands after the reply 354; the sink gets the message's own bytes. */
  DataScanner(BlockConsumer sink) {
    this.sink = sink;
  }

  /** Returns whether the final dot was seen. */
  boolean ended() {
    return state == State.END;
  }

  /** Returns whether a CR or LF was seen that is no part of a CRLF. */
  boolean sawStrayLineEnds() {
    return strayLineEnds;
  }

  /** Returns how many bytes the message has so far, as the sink got them. */
  long size() {
    return emitted;
  }

  /** Returns the octets of the longest line, without its CRLF; the one that is coming counts. */
  long longestLine() {
    return Math.max(longestLine, emitted - lineStart);
  }

  /** Returns how long the header section is: up to the first empty line, else all. */
  long headerLength() {
    return headerLength >= 0 ? headerLength : emitted;
  }

  /** Returns where the body begins, after the empty line; the size where there is none. */
  long bodyOffset() {
    return headerLength >= 0 ? headerLength + 2 : emitted;
  }

  /**
   * Takes the bytes from one index to another.
   *
   * @return the index after the last byte that belongs to the data; what follows is the next
   *     command
   */
  int feed(byte[] in, int from, int to) throws IOException {
    int at = from;
    // Bytes from here on are part of the message as they are, and not handed over yet.
    int run = from;
    while (at < to && state != State.END) {
      byte b = in[at];
      switch (state) {
        case LINE_START -> {
          if (b == '.') {
            emit(in, run, at);
            run = ++at;
            state = State.DOT;
          } else {
            state = State.TEXT;
          }
        }
        case DOT -> {
          // RFC 5321 §4.5.2: the leading dot goes when other characters follow on the line.
          if (b == '\r') {
            run = ++at;
            state = State.DOT_CR;
          } else {
            state = State.TEXT;
          }
        }
        case DOT_CR -> {
          run = at;
          if (b == '\n') {
            run = ++at;
            state = State.END;
          } else {
            strayCr();
          }
        }
        case TEXT -> {
          at = nextLineEndByte(in, at, to);
          if (at < to) {
            if (in[at] == '\r') {
              state = State.CR;
            } else {
              emit(in, run, at);
              bareLf();
              run = at + 1;
            }
            at++;
          }
        }
        case CR -> {
          boolean crInRun = run < at;
          if (b == '\n') {
            at++;
            if (crInRun) {
              lineEnded(emitted + at - run);
            } else {
              emit(CRLF, 0, 2);
              lineEnded(emitted);
              run = at;
            }
            state = State.LINE_START;
          } else {
            emit(in, run, crInRun ? at - 1 : at);
            run = at;
            strayCr();
          }
        }
        case END -> throw new IllegalStateException("data after its end");
      }
    }
    if (state != State.END) {
      emit(in, run, state == State.CR && run < at ? at - 1 : at);
    }
    return at;
  }

  private void bareLf() throws IOException {
    strayLineEnds = true;
    emit(CRLF, 0, 2);
    lineEnded(emitted);
    // RFC 5321 §2.3.8: a bare LF ends no line for SMTP, so a dot after it is text and is kept.
  }

  private void strayCr() throws IOException {
    strayLineEnds = true;
    emit(SPACE, 0, 1);
    state = State.TEXT;
  }

  private void lineEnded(long position) {
    long length = position - 2 - lineStart;
    longestLine = Math.max(longestLine, length);
    if (length == 0 && headerLength < 0) {
      headerLength = lineStart;
    }
    lineStart = position;
  }

  private void emit(byte[] block, int from, int to) throws IOException {
    if (from < to) {
      emitted += to - from;
      sink.accept(block, from, to - from);
    }
  }

  /** Returns the index of the next CR or LF, or {@code to}; looks at eight bytes at a time. */
  private static int nextLineEndByte(byte[] in, int from, int to) {
    int at = from;
    while (true) {
      while (at + 8 <= to) {
        long word = (long) LONGS.get(in, at);
        if (((word - ONES * 0x0e) & ~word & HIGH_BITS) != 0) {
          break;
        }
        at += 8;
      }
      int stop = Math.min(at + 8, to);
      while (at < stop) {
        if (in[at] == '\r' || in[at] == '\n') {
          return at;
        }
        at++;
      }
      if (at >= to) {
        return to;
      }
    }
  }
}
