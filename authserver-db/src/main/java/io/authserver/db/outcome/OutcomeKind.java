package io.authserver.db.outcome;

/** What became of a target. */
public enum OutcomeKind {
  /** A next hop took responsibility. Final. */
  DELIVERED,
  /** It was refused for good, and nobody was told yet. */
  REFUSED,
  /** It was refused for good, and a next hop has taken the notification. Final. */
  REPORTED,
  /** It failed for now. */
  DEFERRED
}
