package io.authserver.dkim.canon;

/**
 * The relaxed body canonicalisation (RFC 6376 §3.4.4): white space at line ends is dropped, other
 * runs of it become one space, empty lines at the end are cut.
 */
final class RelaxedBody extends BodyCanonicalizer {
  private static final byte[] CR = {'\r'};
  private static final byte[] SPACE = {' '};

  /** White space was seen and waits for what follows it. */
  private boolean heldSpace;

  /** A CR was seen: half a line end, or content. */
  private boolean heldCr;

  RelaxedBody(CanonicalSink sink) {
    super(sink);
  }

  @Override
  public void accept(byte[] block, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end) {
      byte b = block[at];
      if (heldCr) {
        heldCr = false;
        if (b == '\n') {
          heldSpace = false;
          holdLineEnd();
          at++;
          continue;
        }
        releaseSpace();
        content(CR, 0, 1);
      }
      if (b == '\r') {
        heldCr = true;
        at++;
      } else if (b == ' ' || b == '\t') {
        heldSpace = true;
        at++;
      } else {
        int runEnd = runEnd(block, at + 1, end);
        releaseSpace();
        content(block, at, runEnd - at);
        at = runEnd;
      }
    }
  }

  /**
   * Returns where the run of bytes ends that are canonical as they stand: single spaces between
   * other bytes, and line ends without white space before them and with another byte after them,
   * belong to it. What the block's end leaves open does not.
   */
  private static int runEnd(byte[] block, int from, int end) {
    int at = from;
    while (at < end) {
      byte b = block[at];
      if (b > ' ' || b < 0) {
        at++;
      } else if (b == ' ') {
        if (at + 1 >= end || isSpecial(block[at + 1])) {
          return at;
        }
        at += 2;
      } else if (b == '\r') {
        if (at + 2 >= end || block[at + 1] != '\n' || isSpecial(block[at + 2])) {
          return at;
        }
        at += 3;
      } else if (b == '\t') {
        return at;
      } else {
        at++;
      }
    }
    return end;
  }

  private static boolean isSpecial(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private void releaseSpace() {
    if (heldSpace) {
      heldSpace = false;
      content(SPACE, 0, 1);
    }
  }

  @Override
  public void finish() {
    if (heldCr) {
      releaseSpace();
      content(CR, 0, 1);
    }
    // RFC 6376 §3.4.4: a CRLF is added to a body that is not empty; an empty body stays empty.
    // White space on a last line without CRLF is white space at a line end.
    if (anyContent()) {
      lastLineEnd();
    }
  }
}
