package io.authserver.smtp.server;

import io.authserver.smtp.message.HeaderSection;

/**
 * What a daemon's work on the header section of a message takes of memory at most, beside the
 * section itself. The front reserves it before the daemon gets the message; called by many threads.
 */
@FunctionalInterface
public interface HeaderCost {
  /** For a daemon that only passes messages on. */
  HeaderCost NONE = header -> 0;

  /** Returns how many bytes it takes at most. */
  long bytes(HeaderSection header);
}
