package io.authserver.smtp.address;

/**
 * The argument of RCPT TO (RFC 5321 §4.1.2 Forward-path): a mailbox, or {@code <postmaster>}
 * without a domain (§4.5.1).
 */
public sealed interface ForwardPath {
  /** A forward-path that names a mailbox. */
  record Address(Mailbox mailbox) implements ForwardPath {
    @Override
    public String toString() {
      return "<" + mailbox + ">";
    }
  }

  /** {@code <postmaster>}, in any case, which has no domain. */
  record Postmaster() implements ForwardPath {
    @Override
    public String toString() {
      return "<postmaster>";
    }
  }

  /** Returns the path in valid syntax, with its angle brackets. */
  @Override
  String toString();
}
