package io.authserver.smtp.server;

import org.jspecify.annotations.Nullable;

/**
 * Ends what a daemon does for a command when it takes too long for the client, who waits five
 * minutes (RFC 5321 §4.5.3.2): its thread is interrupted, whatever it waits for. The session's
 * thread begins and ends, the watchdog looks.
 */
final class ReplyWatch {
  private @Nullable Thread working;
  private long since;
  private boolean interrupted;

  synchronized void begin() {
    working = Thread.currentThread();
    since = System.nanoTime();
  }

  synchronized void end() {
    working = null;
    if (interrupted) {
      // What comes next, the reply first of all, must not suffer from it.
      boolean _ = Thread.interrupted();
      interrupted = false;
    }
  }

  /** Interrupts work that has taken longer; returns whether it did. */
  synchronized boolean interruptIfLate(long now, long mostNanos) {
    Thread late = working;
    if (late == null || now - since <= mostNanos) {
      return false;
    }
    working = null;
    interrupted = true;
    late.interrupt();
    return true;
  }
}
