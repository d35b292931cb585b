package io.authserver.smtp.daemon;

import java.io.IOException;
import java.time.Duration;

/**
 * Something that a daemon starts and stops, such as a listener. Its methods are called by one
 * thread, in the order in which they stand here.
 */
public interface DaemonPart extends AutoCloseable {
  /**
   * Begins to work; whatever can fail should have been tried while the daemon was assembled.
   *
   * @throws IOException reported to the operator; see {@link StartException}
   */
  default void start() throws IOException {}

  /**
   * Stops to take new clients; returns at once.
   *
   * @param linger how long those that are there are served as before, each from its last command
   * @param limit how long the work that was begun may take from now on
   */
  default void beginStop(Duration linger, Duration limit) {}

  /**
   * Waits for the work that was begun.
   *
   * @param limit how long at most
   * @return whether all of it is done
   */
  default boolean awaitDrained(Duration limit) throws InterruptedException {
    return true;
  }

  /** Ends what is left, at once. Called once or more. */
  @Override
  default void close() {}
}
