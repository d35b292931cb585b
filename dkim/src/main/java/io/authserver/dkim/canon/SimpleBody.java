package io.authserver.dkim.canon;

/** The simple body canonicalisation (RFC 6376 §3.4.3): only empty lines at the end are cut. */
final class SimpleBody extends BodyCanonicalizer {
  private static final byte[] CR = {'\r'};

  /** A CR ended the last block: half a line end, or content. */
  private boolean heldCr;

  SimpleBody(CanonicalSink sink) {
    super(sink);
  }

  @Override
  public void accept(byte[] block, int offset, int length) {
    int end = offset + length;
    int tail = end;
    while (tail > offset && (block[tail - 1] == '\r' || block[tail - 1] == '\n')) {
      tail--;
    }
    int at = offset;
    if (tail > offset) {
      if (heldCr) {
        heldCr = false;
        if (block[at] == '\n') {
          holdLineEnd();
          at++;
        } else {
          content(CR, 0, 1);
        }
      }
      // Everything before the last other byte is content as it is, its line ends included.
      content(block, at, tail - at);
    }
    lineEnds(block, tail, end);
  }

  /** Takes a run that has nothing but CR and LF. */
  private void lineEnds(byte[] block, int from, int end) {
    for (int at = from; at < end; at++) {
      if (block[at] == '\r') {
        if (heldCr) {
          content(CR, 0, 1);
        }
        heldCr = true;
      } else if (heldCr) {
        heldCr = false;
        holdLineEnd();
      } else {
        content(block, at, 1);
      }
    }
  }

  @Override
  public void finish() {
    if (heldCr) {
      content(CR, 0, 1);
    }
    // RFC 6376 §3.4.3: one CRLF ends the body, and an empty body is a single CRLF.
    lastLineEnd();
  }
}
