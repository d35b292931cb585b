package io.authserver.smtp.server;

/**
 * Counts the header fields of a message while it comes in, in blocks cut anywhere whose lines end
 * with CRLF alone: a line that does not begin with white space is one (RFC 5322 §2.2, §2.2.3), and
 * so is the first line. The empty line ends them.
 */
final class FieldCounter {
  private int fields;
  private boolean atLineStart = true;
  private boolean ended;

  /** Returns how many there were so far. */
  int fields() {
    return fields;
  }

  /** Takes the next bytes of the message. */
  void accept(byte[] block, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end && !ended) {
      byte b = block[at];
      if (atLineStart) {
        ended = b == '\r';
        boolean continues = (b == ' ' || b == '\t') && fields > 0;
        fields += ended || continues ? 0 : 1;
      }
      while (at < end && block[at] != '\n') {
        at++;
      }
      atLineStart = at < end;
      at++;
    }
  }
}
