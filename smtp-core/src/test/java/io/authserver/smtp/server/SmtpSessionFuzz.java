package io.authserver.smtp.server;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Fuzzes whole sessions; see docs/testing.md. */
class SmtpSessionFuzz {
  @FuzzTest
  void session(byte[] input) {
    SmtpSessionTarget.check(input);
  }
}
