package io.authserver.dkim.canon;

/**
 * Canonicalises a body that arrives in blocks (RFC 6376 §3.4.3 and §3.4.4). The result does not
 * depend on where the blocks are cut. Owned by one thread.
 *
 * <p>Line ends are held back until something follows them, because empty lines at the end do not
 * count. Only CRLF is a line end; a lone CR or LF is content.
 */
public abstract sealed class BodyCanonicalizer permits SimpleBody, RelaxedBody {
  private static final int HELD_LINES_AT_ONCE = 512;
  private static final byte[] CRLFS = crlfs();

  private final CanonicalSink sink;
  private long heldLineEnds;
  private boolean anyContent;

  BodyCanonicalizer(CanonicalSink sink) {
    this.sink = sink;
  }

  /** Returns a canonicaliser that hands what it makes to {@code sink}. */
  public static BodyCanonicalizer of(Canonicalization canonicalization, CanonicalSink sink) {
    return switch (canonicalization) {
      case SIMPLE -> new SimpleBody(sink);
      case RELAXED -> new RelaxedBody(sink);
    };
  }

  /** Takes the next {@code length} bytes of the body; the array may be used again afterwards. */
  public abstract void accept(byte[] block, int offset, int length);

  /** Ends the body: hands over what was held back and counts. To be called once. */
  public abstract void finish();

  final void holdLineEnd() {
    heldLineEnds++;
  }

  /** Hands over content, after the line ends that were held back. */
  final void content(byte[] block, int offset, int length) {
    releaseLineEnds();
    sink.accept(block, offset, length);
    anyContent = true;
  }

  /** Returns whether anything but empty lines has been seen. */
  final boolean anyContent() {
    return anyContent;
  }

  /** Hands over the one line end that closes a body. */
  final void lastLineEnd() {
    sink.accept(CRLFS, 0, 2);
  }

  private void releaseLineEnds() {
    while (heldLineEnds > 0) {
      int lines = (int) Math.min(heldLineEnds, HELD_LINES_AT_ONCE);
      sink.accept(CRLFS, 0, 2 * lines);
      heldLineEnds -= lines;
    }
  }

  private static byte[] crlfs() {
    byte[] lines = new byte[2 * HELD_LINES_AT_ONCE];
    for (int i = 0; i < lines.length; i += 2) {
      lines[i] = '\r';
      lines[i + 1] = '\n';
    }
    return lines;
  }
}
