package io.authserver.bench;

/**
 * The envelope of a load's messages.
 *
 * @param author the reverse-path, and the From field
 * @param recipient the recipient
 * @param numbered whether a number stands before each recipient, from 1 on in each run, so that no
 *     two of them are the same
 * @param recipients of one message; more than one are numbered in any case
 */
record Envelope(String author, String recipient, boolean numbered, int recipients) {
  /** From nobody of ours to nobody of ours. */
  static final Envelope ANYBODY = from("author@garden.example");

  /** To nobody of ours. */
  static Envelope from(String author) {
    return new Envelope(author, "recipient@remote.example", false, 1);
  }

  /** To one address of ours. */
  static Envelope to(String recipient) {
    return new Envelope(ANYBODY.author(), recipient, false, 1);
  }

  /** To another address for each message. */
  static Envelope toNumbered(String recipient) {
    return new Envelope(ANYBODY.author(), recipient, true, 1);
  }
}
