package io.authserver.smtp.server;

import io.authserver.smtp.address.AsciiCase;

/** The argument of BDAT (RFC 3030 §2): a size, and maybe {@code LAST}. */
final class ChunkSize {
  private ChunkSize() {}

  /** Returns the octets that the chunk has, or -1 where that cannot be read. */
  static long of(String argument) {
    String[] words = argument.split(" +", -1);
    boolean last = words.length == 2 && AsciiCase.upper(words[1]).equals("LAST");
    return words[0].matches("\\d{1,18}") && (words.length == 1 || last)
        ? Long.parseLong(words[0])
        : -1;
  }
}
