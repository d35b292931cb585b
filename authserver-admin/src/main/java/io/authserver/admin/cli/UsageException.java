package io.authserver.admin.cli;

/** A call or a configuration that is wrong in itself, before the database is asked: exit code 2. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message a line for each fault, without a secret
   */
  public UsageException(String message) {
    super(message);
  }
}
