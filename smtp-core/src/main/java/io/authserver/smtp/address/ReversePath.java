package io.authserver.smtp.address;

/**
 * The argument of MAIL FROM (RFC 5321 §4.1.2 Reverse-path): a mailbox, or {@code <>} of bounces.
 */
public sealed interface ReversePath {
  /** The null reverse-path of notifications (RFC 5321 §4.5.5). */
  record Null() implements ReversePath {
    @Override
    public String toString() {
      return "<>";
    }
  }

  /** A reverse-path that names a mailbox. */
  record Address(Mailbox mailbox) implements ReversePath {
    @Override
    public String toString() {
      return "<" + mailbox + ">";
    }
  }

  /** Returns whether this is {@code <>}. */
  default boolean isNull() {
    return this instanceof Null;
  }

  /** Returns the path in valid syntax, with its angle brackets. */
  @Override
  String toString();
}
