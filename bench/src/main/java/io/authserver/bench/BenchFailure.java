package io.authserver.bench;

import java.io.IOException;

/** A measurement that cannot be made; the message says why, in one line. */
final class BenchFailure extends IOException {
  BenchFailure(String message) {
    super(message);
  }
}
