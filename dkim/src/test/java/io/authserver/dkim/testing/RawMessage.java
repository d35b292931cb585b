package io.authserver.dkim.testing;

import io.authserver.smtp.message.HeaderSection;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message in an array, cut where its empty line is.
 *
 * @param header its header section, the CRLF of the last field included
 * @param separator the empty line, or nothing
 * @param body what follows
 */
public record RawMessage(byte[] header, byte[] separator, byte[] body) {
  private static final byte[] CRLF = {'\r', '\n'};

  /** Cuts a message. */
  public static RawMessage of(byte[] message) {
    int lineStart = 0;
    for (int i = 0; i + 1 < message.length; i++) {
      if (message[i] == '\r' && message[i + 1] == '\n') {
        if (i == lineStart) {
          return new RawMessage(
              Arrays.copyOf(message, i), CRLF, Arrays.copyOfRange(message, i + 2, message.length));
        }
        lineStart = i + 2;
      }
    }
    return new RawMessage(message, new byte[0], new byte[0]);
  }

  /** Cuts a message given as Latin-1 text with CRLF line ends. */
  public static RawMessage of(String message) {
    return of(message.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the located fields. */
  public HeaderSection headerSection() {
    return HeaderSection.of(header);
  }

  /** Returns the message with fields on top. */
  public RawMessage prepend(byte[] fields) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(fields);
    all.writeBytes(header);
    return new RawMessage(all.toByteArray(), separator, body);
  }

  /** Returns all its bytes. */
  public byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(header);
    all.writeBytes(separator);
    all.writeBytes(body);
    return all.toByteArray();
  }
}
