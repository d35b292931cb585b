package io.authserver.smtp.server;

import io.authserver.smtp.reply.Reply;

/** Counts the commands of a session that are in error. Used by the session's thread. */
final class ErrorCount {
  private final int most;
  private int count;

  ErrorCount(int most) {
    this.most = most;
  }

  /** Counts one error and returns its reply. */
  Reply count(Reply reply) {
    count++;
    return reply;
  }

  boolean tooMany() {
    return count >= most;
  }
}
