package io.authserver.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What smtp-sink says with its option {@code -c} of the messages that it got. */
final class SinkCount {
  private static final Pattern MESSAGES = Pattern.compile("mesg=([0-9]+)\r");
  private static final int TAIL = 200;
  private static final long MOST_NANOS = 2_000_000_000L;
  private static final int LOOK_MILLIS = 10;

  private final Path file;

  /** Reads nothing yet. */
  SinkCount(Path file) {
    this.file = file;
  }

  /** Returns how many messages it has got since it was started. */
  long messages() throws IOException {
    try (RandomAccessFile said = new RandomAccessFile(file.toFile(), "r")) {
      said.seek(Math.max(0, said.length() - TAIL));
      byte[] tail = new byte[TAIL];
      int length = Math.max(0, said.read(tail));
      return last(new String(tail, 0, length, StandardCharsets.US_ASCII));
    }
  }

  /** Waits until it has got so many, two seconds at most, and returns how many there are then. */
  long await(long expected) throws IOException, InterruptedException {
    long until = System.nanoTime() + MOST_NANOS;
    while (messages() < expected && System.nanoTime() < until) {
      Thread.sleep(LOOK_MILLIS);
    }
    return messages();
  }

  /** Returns the last count of a text that consists of whole lines but for the first and last. */
  static long last(String text) {
    Matcher matcher = MESSAGES.matcher(text);
    long last = 0;
    while (matcher.find()) {
      last = Long.parseLong(matcher.group(1));
    }
    return last;
  }
}
