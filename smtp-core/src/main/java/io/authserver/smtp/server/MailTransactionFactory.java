package io.authserver.smtp.server;

/** Makes a daemon's transaction for each MAIL. Called by many threads. */
@FunctionalInterface
public interface MailTransactionFactory {
  /** Begins a transaction. */
  MailTransaction begin(ClientSession session);
}
