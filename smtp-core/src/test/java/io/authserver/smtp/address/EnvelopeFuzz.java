package io.authserver.smtp.address;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Fuzzes the arguments of MAIL and RCPT; see docs/testing.md. */
class EnvelopeFuzz {
  @FuzzTest
  void arguments(byte[] input) {
    EnvelopeTarget.check(input);
  }
}
