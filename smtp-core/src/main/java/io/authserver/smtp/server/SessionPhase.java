package io.authserver.smtp.server;

/**
 * What a session is doing, as far as draining must know. The session's thread changes it; the
 * draining thread may wake a session that waits for its client.
 */
final class SessionPhase {
  enum Phase {
    /** Waits for a command, no transaction open. */
    IDLE,
    /** Waits for its client inside a transaction. */
    IN_TRANSACTION,
    /** Our own code runs. */
    WORKING,
    /** The final dot was received and its reply is not written yet. */
    FINAL_DOT
  }

  private final Runnable wake;
  private Phase phase = Phase.WORKING;
  private boolean draining;
  private boolean forced;

  /**
   * Makes a phase.
   *
   * @param wake ends a wait for the client
   */
  SessionPhase(Runnable wake) {
    this.wake = wake;
  }

  /** Says that a wait for the client begins; false where the session has to end instead. */
  synchronized boolean beginWait(boolean inTransaction) {
    if (forced || (draining && !inTransaction)) {
      return false;
    }
    phase = inTransaction ? Phase.IN_TRANSACTION : Phase.IDLE;
    return true;
  }

  /** Says that our own code runs again. */
  synchronized void endWait() {
    phase = Phase.WORKING;
  }

  synchronized void finalDot() {
    phase = Phase.FINAL_DOT;
  }

  synchronized boolean isFinalDot() {
    return phase == Phase.FINAL_DOT;
  }

  synchronized boolean isDraining() {
    return draining;
  }

  /**
   * Asks the session to end.
   *
   * @param evenInTransaction whether a transaction whose client is still sending is cut as well
   */
  synchronized void drain(boolean evenInTransaction) {
    draining = true;
    forced |= evenInTransaction;
    if (phase == Phase.IDLE || (forced && phase == Phase.IN_TRANSACTION)) {
      wake.run();
    }
  }
}
