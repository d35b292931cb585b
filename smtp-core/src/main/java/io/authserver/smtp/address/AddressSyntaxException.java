package io.authserver.smtp.address;

import java.io.Serial;

/** Text is not an address; the message says why, in words that a client may read. */
final class AddressSyntaxException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  AddressSyntaxException(String message) {
    super(message, null, false, false);
  }
}
