package io.authserver.dkim.key;

/** A key that cannot be read or used. The text says what is wrong and shows nothing of the key. */
public final class DkimKeyException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Makes one with a text fit for an operator. */
  public DkimKeyException(String message) {
    super(message);
  }

  /** Makes one with a text fit for an operator and what was behind it. */
  public DkimKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
