package io.authserver.smtp.server;

/**
 * What a daemon's work on the header section of a message takes of memory at most, beside what the
 * front keeps of it. The front reserves it before the daemon sees the message.
 */
@FunctionalInterface
public interface HeaderCost {
  /** For a daemon that only passes messages on. */
  HeaderCost NONE = (headerBytes, fields) -> 0;

  /**
   * Returns how many bytes it takes at most.
   *
   * @param headerBytes the length of the header section
   * @param fields how many fields it has
   */
  long bytes(int headerBytes, int fields);
}
