package io.authserver.smtp.address;

import io.authserver.smtp.testing.FuzzSeeds;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every seed of the fuzz test, every finding among them. */
class EnvelopeSeedsTest {
  static List<FuzzSeeds.Seed> seeds() {
    return FuzzSeeds.of(EnvelopeFuzz.class, "arguments");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void holds(FuzzSeeds.Seed seed) {
    EnvelopeTarget.check(seed.bytes());
  }
}
