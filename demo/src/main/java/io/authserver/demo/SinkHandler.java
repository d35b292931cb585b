package io.authserver.demo;

import java.io.IOException;

/** What a sink does with a message before it answers the final dot. Called by many threads. */
@FunctionalInterface
interface SinkHandler {
  /**
   * Takes responsibility for a message.
   *
   * @throws IOException when it cannot; the client is answered 451
   */
  void accept(SinkMessage message) throws IOException;
}
