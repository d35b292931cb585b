package io.authserver.upgrade;

import java.util.List;

/**
 * Something that a former revision was asked about its site.
 *
 * @param of what it is about: addresses, names, keys
 */
record Question(Kind kind, List<String> of) {
  /** What is asked, and what {@link #of} holds then. */
  enum Kind {
    /** Reverse-path, recipient, time: what `authserver explain` says, without its notes. */
    EXPLAIN,
    /** An address or a service user's name: what OpenSMTPD and Dovecot are told. */
    SPAPI,
    /** Days, sender, domain: SPAPI for the sender's SRS0 address there, so many days old. */
    SPAPI_SRS,
    /** An address: the rows that a forwarder of the former revision reads. */
    FORMER_FORWARDER,
    /** A domain: the rows that a signer of the former revision reads, and what its keys open to. */
    FORMER_SIGNER,
    /** A domain: whether OpenSMTPD takes mail for it. */
    DOMAIN,
    /** Nothing: all mailboxes. */
    MAILBOXES,
    /** A token in an SRS address: the sender whom it stands for. */
    TOKEN,
    /** An outcome's key: what is remembered under it. */
    OUTCOME,
    /** Nothing: the envelopes about which something is remembered. */
    PENDING,
    /** A sender and a recipient: the return address that the former forwarder made. */
    RETURN_ADDRESS,
    /** A {@link MailUnderWay}: how far the former forwarder brought it. */
    UNDER_WAY
  }

  static Question of(Kind kind, String... of) {
    return new Question(kind, List.of(of));
  }

  @Override
  public String toString() {
    return kind + of.toString();
  }
}
