package io.authserver.smtp.message;

import java.io.IOException;

/** Takes the bytes of a message block by block. */
@FunctionalInterface
public interface BlockConsumer {
  /** Takes {@code length} bytes of {@code block} from {@code offset}; may not keep the array. */
  void accept(byte[] block, int offset, int length) throws IOException;
}
