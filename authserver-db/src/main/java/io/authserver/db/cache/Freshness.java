package io.authserver.db.cache;

/** How well the changes of the database are known at the moment. */
public interface Freshness {
  /** The ways in which changes come in. */
  enum State {
    /** Each is told: an answer holds until then. */
    LISTENING,
    /** The server is a replica, which tells nothing: an answer holds for some seconds. */
    REPLICA,
    /** None come in, because the database is away. */
    AWAY
  }

  /** The state. */
  State state();

  /**
   * The {@link System#nanoTime()} since which none come in; only where the state is {@link
   * State#AWAY}.
   */
  long awaySinceNanos();
}
