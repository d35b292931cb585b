package io.authserver.smtp.server;

import io.authserver.smtp.testing.FuzzSeeds;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every seed of the fuzz test, every finding among them. */
class SmtpSessionSeedsTest {
  static List<FuzzSeeds.Seed> seeds() {
    return FuzzSeeds.of(SmtpSessionFuzz.class, "session");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void holds(FuzzSeeds.Seed seed) {
    SmtpSessionTarget.check(seed.bytes());
  }
}
