package io.authserver.dkim.canon;

/** Takes canonical bytes; {@code MessageDigest::update} is one. */
@FunctionalInterface
public interface CanonicalSink {
  /** Takes {@code length} bytes of {@code block} from {@code offset}; may not keep the array. */
  void accept(byte[] block, int offset, int length);
}
