package io.authserver.admin.command;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines of a stream, in UTF-8, one at a time however many there are. Owned by one thread. */
final class Lines {
  /** More than an address has (RFC 5321 §4.5.3.1.3 knows 256 octets of a path). */
  static final int MAX_OCTETS = 1000;

  private final BufferedInputStream in;
  private long number;

  /**
   * One line.
   *
   * @param number from 1
   * @param text without its end, or null where it cannot be read as text
   */
  record Line(long number, @Nullable String text) {}

  Lines(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /** Returns the next line, or null after the last. */
  @Nullable Line next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean tooLong = false;
    int b = in.read();
    if (b < 0) {
      return null;
    }
    while (b >= 0 && b != '\n') {
      if (line.size() <= MAX_OCTETS) {
        line.write(b);
      } else {
        tooLong = true;
      }
      b = in.read();
    }
    number++;
    return new Line(number, tooLong ? null : text(line.toByteArray()));
  }

  private static @Nullable String text(byte[] octets) {
    int length = octets.length;
    if (length > 0 && octets[length - 1] == '\r') {
      length--;
    }
    if (length > MAX_OCTETS) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
