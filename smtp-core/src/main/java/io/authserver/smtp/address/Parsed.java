package io.authserver.smtp.address;

import io.authserver.smtp.reply.Reply;

/** What became of the argument of a command: its value, or the reply that refuses it. */
public sealed interface Parsed<T> {
  /** It was understood. */
  record Value<T>(T value) implements Parsed<T> {}

  /** It was not; the reply says why. */
  record Refused<T>(Reply reply) implements Parsed<T> {}
}
