package io.authserver.smtp.message;

import java.io.IOException;

/** The messages in the spool have all of its quota: 452 4.3.1 to the client. */
public final class SpoolFullException extends IOException {
  private static final long serialVersionUID = 1L;

  SpoolFullException(MemoryBudget quota) {
    super("the quota of the spool is used: " + quota.used() + " of " + quota.capacity() + " bytes");
  }
}
