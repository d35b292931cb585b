package io.authserver.admin.command;

import io.authserver.smtp.message.HeaderSection;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A message in a file, read once from front to end. Mail files have LF where mail has CRLF: each LF
 * without a CR before it becomes CRLF. A first line {@code From …} is an mbox's, no field, and is
 * passed over. Owned by one thread.
 */
final class MailFile {
  /** A header section beyond this is no mail (RFC 5322 names no limit). */
  static final int MAX_HEADER_OCTETS = 16 << 20;

  private static final int BLOCK = 64 << 10;
  private static final byte[] MBOX = {'F', 'r', 'o', 'm', ' '};

  private final BufferedInputStream in;
  private final HeaderSection header;

  /** Takes blocks of a body. */
  @FunctionalInterface
  interface Body {
    void accept(byte[] block, int offset, int length);
  }

  private MailFile(BufferedInputStream in, HeaderSection header) {
    this.in = in;
    this.header = header;
  }

  /**
   * Reads the header section.
   *
   * @throws IOException where the stream cannot be read, or the section has more than 16 MiB
   */
  static MailFile open(InputStream source) throws IOException {
    BufferedInputStream in = new BufferedInputStream(source, BLOCK);
    passMboxLine(in);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int before = -1;
    int b = in.read();
    while (b >= 0) {
      if (b == '\n') {
        if (before != '\r') {
          line.write('\r');
        }
        line.write('\n');
        if (line.size() == 2) {
          break; // RFC 5322 §2.1: the empty line before the body
        }
        line.writeTo(header);
        line.reset();
      } else {
        line.write(b);
      }
      if (header.size() + line.size() > MAX_HEADER_OCTETS) {
        throw new IOException("the header section has more than 16 MiB");
      }
      before = b;
      b = in.read();
    }
    if (b < 0) {
      line.writeTo(header);
    }
    return new MailFile(in, HeaderSection.of(header.toByteArray()));
  }

  private static void passMboxLine(BufferedInputStream in) throws IOException {
    in.mark(MBOX.length);
    for (byte expected : MBOX) {
      if (in.read() != expected) {
        in.reset();
        return;
      }
    }
    int b = in.read();
    while (b >= 0 && b != '\n') {
      b = in.read();
    }
  }

  HeaderSection header() {
    return header;
  }

  /** Hands over the body, to be called once. */
  void body(Body body) throws IOException {
    byte[] block = new byte[BLOCK];
    byte[] repaired = new byte[2 * BLOCK];
    boolean afterCr = false;
    int count = in.read(block);
    while (count >= 0) {
      int length = 0;
      for (int i = 0; i < count; i++) {
        if (block[i] == '\n' && !afterCr) {
          repaired[length++] = '\r';
        }
        afterCr = block[i] == '\r';
        repaired[length++] = block[i];
      }
      body.accept(repaired, 0, length);
      count = in.read(block);
    }
  }
}
