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
    /** Waits for its client's part of a TLS handshake, in which no reply can be said. */
    HANDSHAKE,
    /** Was told that we are stopping while it waited for its client. */
    DISMISSED,
    /** Our own code runs. */
    WORKING,
    /** The final dot was received and its reply is not written yet. */
    FINAL_DOT
  }

  private final Runnable dismiss;
  private final Runnable wake;
  private Phase phase = Phase.WORKING;
  private boolean draining;
  private boolean forced;

  /** When the client was last waited for outside a transaction, in nanoTime. */
  private long idleSince;

  /**
   * Makes a phase.
   *
   * @param dismiss tells a waiting client that we are stopping, and ends the wait for it
   * @param wake ends a wait for the client without a word
   */
  SessionPhase(Runnable dismiss, Runnable wake) {
    this.dismiss = dismiss;
    this.wake = wake;
  }

  /** Says that a wait for the client begins; false where the session has to end instead. */
  synchronized boolean beginWait(boolean inTransaction) {
    if (forced || (draining && !inTransaction)) {
      return false;
    }
    if (inTransaction) {
      phase = Phase.IN_TRANSACTION;
    } else {
      phase = Phase.IDLE;
      idleSince = System.nanoTime();
    }
    return true;
  }

  /** Says that a TLS handshake begins; false where the session has to end instead. */
  synchronized boolean beginHandshake() {
    if (draining) {
      return false;
    }
    phase = Phase.HANDSHAKE;
    return true;
  }

  /**
   * Says that our own code runs again; false where the client was told meanwhile that we are
   * stopping, so that what it said gets no other answer.
   */
  synchronized boolean endWait() {
    if (phase == Phase.DISMISSED) {
      return false;
    }
    phase = Phase.WORKING;
    return true;
  }

  /**
   * Says that the final dot was received; false where the client was told before that we are
   * stopping: it will send the message again.
   */
  synchronized boolean finalDot() {
    if (phase == Phase.DISMISSED) {
      return false;
    }
    phase = Phase.FINAL_DOT;
    return true;
  }

  synchronized boolean isFinalDot() {
    return phase == Phase.FINAL_DOT;
  }

  /** Returns whether its client has its answer, or none to expect: the end cuts nothing off. */
  synchronized boolean isSettled() {
    return phase == Phase.FINAL_DOT || (phase == Phase.DISMISSED && !forced);
  }

  /** Returns whether the client was told that we are stopping, or is being told. */
  synchronized boolean isDismissed() {
    return phase == Phase.DISMISSED;
  }

  synchronized boolean isDraining() {
    return draining;
  }

  /** Asks the session to end if its client has been idle since then, in nanoTime, or longer. */
  synchronized void drainIfIdleSince(long time) {
    if (phase == Phase.IDLE && idleSince - time <= 0) {
      drain(false);
    }
  }

  /**
   * Asks the session to end.
   *
   * @param evenInTransaction whether a transaction whose client is still sending is cut as well
   */
  synchronized void drain(boolean evenInTransaction) {
    draining = true;
    if (phase == Phase.IDLE || (evenInTransaction && phase == Phase.IN_TRANSACTION)) {
      phase = Phase.DISMISSED;
      dismiss.run();
    } else if (phase == Phase.HANDSHAKE) {
      wake.run();
    }
    forced |= evenInTransaction;
  }
}
