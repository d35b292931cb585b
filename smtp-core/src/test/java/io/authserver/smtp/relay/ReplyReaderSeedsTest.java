package io.authserver.smtp.relay;

import io.authserver.smtp.testing.FuzzSeeds;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every seed of the fuzz test, every finding among them. */
class ReplyReaderSeedsTest {
  static List<FuzzSeeds.Seed> seeds() {
    return FuzzSeeds.of(ReplyReaderFuzz.class, "replies");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void holds(FuzzSeeds.Seed seed) {
    ReplyReaderTarget.check(seed.bytes());
  }
}
