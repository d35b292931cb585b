package io.authserver.smtp.server;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/** Makes messages of all byte values, with CRLF line ends and dots everywhere. */
final class GeneratedMessages {
  private GeneratedMessages() {}

  /** Returns a message of about this many bytes; it is empty or ends with CRLF. */
  static byte[] message(Random random, int size) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(size + 2);
    if (random.nextInt(3) > 0) {
      out.writeBytes(FrontFixture.bytes("Subject: " + random.nextInt() + "\r\n\r\n"));
    }
    while (out.size() < size) {
      switch (random.nextInt(6)) {
        case 0 -> out.writeBytes(FrontFixture.bytes("\r\n"));
        case 1 -> out.writeBytes(FrontFixture.bytes("\r\n" + ".".repeat(random.nextInt(4))));
        case 2 -> out.write('.');
        default -> {
          int length = 1 + random.nextInt(random.nextInt(50) == 0 ? 9000 : 60);
          for (int i = 0; i < length && out.size() < size; i++) {
            int b = random.nextInt(256);
            out.write(b == '\r' || b == '\n' ? '.' : b);
          }
        }
      }
    }
    out.writeBytes(FrontFixture.bytes("\r\n"));
    return out.toByteArray();
  }
}
