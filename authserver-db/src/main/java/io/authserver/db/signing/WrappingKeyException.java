package io.authserver.db.signing;

import java.io.IOException;

/** A wrapping key cannot be used, or what it should open does not open. One line, no secret. */
public final class WrappingKeyException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Reason {
    /** The file is missing, unreadable, open to everybody, or no wrapping key. */
    UNUSABLE_FILE,
    /** The private key was wrapped with a key that is not among the loaded ones. */
    OTHER_WRAPPING_KEY,
    /** What is stored was damaged, or belongs to another domain or selector. */
    DAMAGED
  }

  private final Reason reason;

  WrappingKeyException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What is wrong. */
  public Reason reason() {
    return reason;
  }
}
