package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;

/** Counts the commands of a session that are in error. Used by the session's thread. */
final class ErrorCount {
  /** By then a client that has not sent mail was not going to. */
  static final int MOST_WITHOUT_MAIL = 10;

  private final int most;
  private int count;
  private int sinceMail;

  ErrorCount(int most) {
    this.most = most;
  }

  /** Counts one error and returns its reply. */
  Reply count(Reply reply) {
    sinceMail++;
    return countInMail(reply);
  }

  /** Counts a MAIL that was refused for what it says: its client speaks SMTP all the same. */
  Reply countInMail(Reply reply) {
    count++;
    return reply;
  }

  /** Counts recipients that the daemon calls errors of the client. */
  void countInMail(int recipients) {
    count += recipients;
  }

  void mailAccepted() {
    sinceMail = 0;
  }

  /** Returns whether there were too many one after the other, no MAIL accepted in between. */
  boolean withoutMail() {
    return sinceMail >= MOST_WITHOUT_MAIL;
  }

  boolean tooMany() {
    return count >= most;
  }
}
