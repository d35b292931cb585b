package io.authserver.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Messages for the benchmarks of parts: an ordinary header section, lines of 70 octets. */
public final class SampleMessage {
  private static final byte[] LINE =
      "the quick brown fox jumps over the lazy dog and the dog does not care\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  /** The header section, with the empty line that ends it. */
  private static final String HEADER =
      String.join(
          "\r\n",
          "Received: from client.example ([192.0.2.1]) by edge.example with ESMTPSA id 4711",
          "\tfor <recipient@remote.example>; Sun, 22 Nov 2026 10:00:00 +0000",
          "From: An Author <author@garden.example>",
          "To: <recipient@remote.example>",
          "Subject: a message of a benchmark",
          "Date: Sun, 22 Nov 2026 10:00:00 +0000",
          "Message-ID: <4711@garden.example>",
          "MIME-Version: 1.0",
          "Content-Type: text/plain; charset=utf-8",
          "Content-Transfer-Encoding: 8bit",
          "",
          "");

  private SampleMessage() {}

  /** Returns the header section, without the empty line. */
  public static byte[] header() {
    return HEADER.substring(0, HEADER.length() - 2).getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns a message of this size or a little more; it ends with a line end. */
  public static byte[] ofSize(int bytes) {
    ByteArrayOutputStream message = new ByteArrayOutputStream(bytes + LINE.length);
    message.writeBytes(HEADER.getBytes(StandardCharsets.US_ASCII));
    while (message.size() < bytes) {
      message.writeBytes(LINE);
    }
    return message.toByteArray();
  }
}
