package io.authserver.db.outcome;

import java.util.Arrays;
import java.util.HexFormat;

/** Names one target of one recipient of one message: a SHA-256, from which nothing can be read. */
public final class OutcomeKey {
  /** The octets of a key. */
  public static final int SIZE = 32;

  private final byte[] bytes;

  /** Makes a key of {@link #SIZE} octets. */
  public OutcomeKey(byte[] bytes) {
    if (bytes.length != SIZE) {
      throw new IllegalArgumentException("a key has 32 octets, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  /** Returns a copy of the octets. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OutcomeKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
