package io.authserver.smtp.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes messages of all byte values, with CRLF line ends and dots everywhere. */
public final class GeneratedMessages {
  private GeneratedMessages() {}

  /** Returns a message of about this many bytes; it is empty or ends with CRLF. */
  public static byte[] message(Random random, int size) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(size + 2);
    if (random.nextInt(3) > 0) {
      out.writeBytes(bytes("Subject: " + random.nextInt() + "\r\n\r\n"));
    }
    while (out.size() < size) {
      switch (random.nextInt(6)) {
        case 0 -> out.writeBytes(bytes("\r\n"));
        case 1 -> out.writeBytes(bytes("\r\n" + ".".repeat(random.nextInt(4))));
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
    out.writeBytes(bytes("\r\n"));
    return out.toByteArray();
  }

  /** Returns a message with a body, so that only the size of its header section is bounded. */
  public static byte[] withBody(Random random, int size) {
    byte[] body = message(random, size);
    byte[] message = new byte[body.length + 2];
    message[0] = '\r';
    message[1] = '\n';
    System.arraycopy(body, 0, message, 2, body.length);
    return message;
  }

  /** Returns messages that are odd in one way each; every one is empty or ends with CRLF. */
  public static List<byte[]> oddities() {
    List<String> odd =
        new ArrayList<>(
            List.of(
                // no header, no body, nothing at all
                "",
                "\r\n",
                "\r\n\r\n",
                "\r\n\r\n\r\n",
                "\r\nbody\r\n",
                "A: b\r\n",
                "A: b\r\n\r\n",
                "A: b\r\n\r\n\r\n\r\n",
                "no separator, no field\r\n",
                // dots
                ".\r\n",
                "..\r\n",
                "...\r\n",
                ".\r\n.\r\n.\r\n",
                "\r\n.\r\n\r\n..\r\n",
                "A: b\r\n.\r\n\r\n.a\r\n..b\r\na.\r\n",
                ".A: b\r\n\r\n.\r\n",
                // fields that are none, or obsolete (RFC 5322 §4.5)
                ":\r\n\r\nx\r\n",
                ": x\r\n\r\nx\r\n",
                "A : b\r\nC\t: d\r\n\r\nx\r\n",
                "A:b\r\nA:\r\nA:  \r\n\r\nx\r\n",
                "A: b\r\nno colon\r\nC: d\r\n\r\nx\r\n",
                "From someone Sat Nov 21 12:00:00 2026\r\nA: b\r\n\r\nx\r\n",
                // folds, of white space alone as well
                "A: b\r\n\tc\r\n d\r\n\r\nx\r\n",
                "A: b\r\n \r\n\t\r\n\r\nx\r\n",
                "A:\r\n b\r\n\r\n c\r\n",
                "\t\r\n \r\nx\r\n",
                // NUL, 8 bit, UTF-8 halves, control characters
                "A\0: \0\r\n\r\n\0\r\n\0.\r\n",
                "\u00e9: \u00ff\u0080\r\n\r\n\u00c3\r\n\u00a9\r\n",
                "A: \u0007\u001b\u007f\r\n\r\n\u000b\f\u0085\r\n"));
    for (int length : new int[] {76, 998, 999, 8191, 8192, 8193, 10_000}) {
      odd.add("A: " + "b".repeat(length - 3) + "\r\n\r\n" + "c".repeat(length) + "\r\n");
      odd.add("\r\n" + ".".repeat(length) + "\r\n" + " ".repeat(length) + "\r\n");
    }
    odd.add("A: b\r\n".repeat(1000) + "\r\n" + "\r\n".repeat(1000));
    odd.add("A: b\r\n" + " c\r\n".repeat(1000) + "\r\n" + ".\r\n".repeat(1000));
    StringBuilder every = new StringBuilder("\r\n");
    for (int b = 0; b < 256; b++) {
      every.append(b == '\r' || b == '\n' ? "" : String.valueOf((char) b)).append("\r\n");
    }
    odd.add(every.toString());
    return odd.stream().map(GeneratedMessages::bytes).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
