package io.authserver.smtp.relay;

import io.authserver.smtp.relay.ReplyReader.MalformedReplyException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for any bytes that a next hop sends: each read gives what a second, simple reader
 * of the grammar finds there, or one of the two declared exceptions; bytes behind a reply are left
 * for the next read; and what our client would be told is a well-formed reply.
 */
final class ReplyReaderTarget {
  /** RFC 5321 §4.2: one line, as the grammar has it, but for any byte in the text. */
  private static final Pattern LINE = Pattern.compile("([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r\n");

  private static final Pattern WIRE =
      Pattern.compile(
          "(?:[2-5][0-9]{2}-(?:[245]\\.\\d{1,3}\\.\\d{1,3} )?[ -~]*\r\n)*"
              + "[2-5][0-9]{2} (?:[245]\\.\\d{1,3}\\.\\d{1,3} )?[ -~]*\r\n");

  private ReplyReaderTarget() {}

  /** The first byte says how the rest is cut into reads. */
  static void check(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int split = input[0] & 0xff;
    String text = new String(input, 1, input.length - 1, StandardCharsets.ISO_8859_1);
    int[] state = {0, 0};
    ReplyReader reader = new ReplyReader(source(text, split, state));
    int at = 0;
    while (true) {
      Expected expected = Expected.at(text, at);
      NextHopReply reply;
      try {
        reply = reader.read(Deadline.after(Duration.ofHours(1)));
      } catch (MalformedReplyException | EOFException e) {
        require(expected.reply() == null, "a reply was refused: " + e.getMessage());
        return;
      } catch (IOException e) {
        throw new AssertionError("not a declared exception", e);
      }
      require(reply.equals(expected.reply()), reply + " in place of " + expected.reply());
      passedOn(reply);
      at = expected.end();
      // What was read and is not in the reply is kept for the next one, to the byte.
      require(reader.hasBuffered() == (state[0] > at), "bytes behind a reply were swallowed");
    }
  }

  private static void passedOn(NextHopReply reply) {
    require(reply.lines().size() <= ReplyReader.MAX_LINES, "too many lines");
    String wire = new String(reply.toReply().toWire(), StandardCharsets.ISO_8859_1);
    require(WIRE.matcher(wire).matches(), "not a reply for our client: " + wire);
    require(wire.length() < 25 * 520, "too long for our client");
  }

  private static ReplyReader.Source source(String text, int split, int[] state) {
    return (into, offset, length, deadline) -> {
      int count = Math.min(Math.min(length, step(split, state[1]++)), text.length() - state[0]);
      if (count == 0) {
        return -1;
      }
      byte[] bytes =
          text.substring(state[0], state[0] + count).getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(bytes, 0, into, offset, count);
      state[0] += count;
      return count;
    };
  }

  /** One byte, all at once, or sizes that change from read to read. */
  private static int step(int split, int turn) {
    return switch (split & 3) {
      case 0 -> 1;
      case 1 -> ReplyReader.MAX_LINE;
      case 2 -> 1 + (split >> 2);
      default -> 1 + Math.floorMod((split >> 2) * 31 + turn * 17, 61);
    };
  }

  /** What stands there, and where it ends; no reply where it is none. */
  private record Expected(@Nullable NextHopReply reply, int end) {
    static Expected at(String text, int from) {
      List<String> lines = new ArrayList<>();
      Matcher line = LINE.matcher(text);
      int at = from;
      int code = -1;
      while (lines.size() < ReplyReader.MAX_LINES && line.region(at, text.length()).lookingAt()) {
        int lineCode = Integer.parseInt(line.group(1));
        if (line.end() - at > ReplyReader.MAX_LINE || (code >= 0 && lineCode != code)) {
          break;
        }
        code = lineCode;
        at = line.end();
        lines.add(line.group(3) == null ? "" : line.group(3));
        if (!"-".equals(line.group(2))) {
          return new Expected(new NextHopReply(code, lines), at);
        }
      }
      return new Expected(null, at);
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
