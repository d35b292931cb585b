package io.authserver.smtp.message;

import io.authserver.smtp.testing.FuzzSeeds;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every seed of the fuzz test, every finding among them. */
class HeaderSectionSeedsTest {
  static List<FuzzSeeds.Seed> seeds() {
    return FuzzSeeds.of(HeaderSectionFuzz.class, "fields");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void holds(FuzzSeeds.Seed seed) {
    HeaderSectionTarget.check(seed.bytes());
  }
}
