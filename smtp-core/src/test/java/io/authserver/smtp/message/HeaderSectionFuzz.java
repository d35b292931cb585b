package io.authserver.smtp.message;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Fuzzes header sections; see docs/testing.md. */
class HeaderSectionFuzz {
  @FuzzTest
  void fields(byte[] input) {
    HeaderSectionTarget.check(input);
  }
}
