package io.authserver.smtp.relay;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Fuzzes what a next hop says; see docs/testing.md. */
class ReplyReaderFuzz {
  @FuzzTest
  void replies(byte[] input) {
    ReplyReaderTarget.check(input);
  }
}
