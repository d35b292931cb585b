package io.authserver.smtp.relay;

/**
 * The time that a batch of recipients has with a next hop.
 *
 * @param asking by when, if somebody was taken, nobody new is asked about any more; the rest is for
 *     telling those who were taken to another connection, if need be
 * @param end by when all is over
 */
record AskingTime(Deadline asking, Deadline end) {
  /** All the time until then, but for its last quarter. */
  static AskingTime until(Deadline end) {
    return new AskingTime(end.early(), end);
  }
}
