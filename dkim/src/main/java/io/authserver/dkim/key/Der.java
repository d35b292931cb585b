package io.authserver.dkim.key;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** As much DER as key files need: values are read one after the other, bounds checked. */
final class Der {
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int NULL = 0x05;
  static final int OID = 0x06;
  static final int SEQUENCE = 0x30;

  private final byte[] bytes;
  private int at;

  private Der(byte[] bytes) {
    this.bytes = bytes;
  }

  static Der of(byte[] bytes) {
    return new Der(bytes);
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  /** Returns the tag of the next value, or -1 at the end. */
  int nextTag() {
    return atEnd() ? -1 : bytes[at] & 0xff;
  }

  /** Reads a value of this tag and returns its content. */
  byte[] read(int tag) throws DkimKeyException {
    if (nextTag() != tag) {
      throw malformed();
    }
    at++;
    int length = length();
    if (length > bytes.length - at) {
      throw malformed();
    }
    byte[] content = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return content;
  }

  private int length() throws DkimKeyException {
    int first = byteAt();
    if (first < 0x80) {
      return first;
    }
    int count = first & 0x7f;
    if (count == 0 || count > 3) {
      throw malformed();
    }
    int length = 0;
    for (int i = 0; i < count; i++) {
      length = length << 8 | byteAt();
    }
    return length;
  }

  private int byteAt() throws DkimKeyException {
    if (atEnd()) {
      throw malformed();
    }
    return bytes[at++] & 0xff;
  }

  private static DkimKeyException malformed() {
    return new DkimKeyException("not a key: malformed DER");
  }

  /** Returns a value of this tag with the given parts as its content. */
  static byte[] write(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      int count = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
      out.write(0x80 | count);
      for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
        out.write(length >> shift);
      }
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
