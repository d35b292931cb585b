package io.authserver.db.admin;

/**
 * A request that the auth database, or the rules of its names, do not allow: not found, there
 * already, against a constraint. It is an exception so that the transaction it ends is rolled back
 * on its way out.
 *
 * <p>The message is one sentence for the administrator, names the thing, and holds neither SQL nor
 * a secret.
 */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Makes a refusal.
   *
   * @param sentence what was refused and why, without a final full stop
   */
  public RefusedException(String sentence) {
    super(sentence);
  }
}
