package io.authserver.bench;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The load generator and the sink, for tests. */
final class PostfixPrograms {
  private static final String MISSING = "oracle missing: postfix (smtp-source, smtp-sink)";

  private PostfixPrograms() {}

  /** Returns them; without them the test is skipped, or fails where nothing may be missing. */
  static Postfix assumed() {
    Optional<Postfix> found = Postfix.find(Path.of("target", "postfix"));
    if (found.isEmpty() && "1".equals(System.getenv("AUTHSERVER_REQUIRE_ALL"))) {
      throw new AssertionError(MISSING);
    }
    Assumptions.assumeTrue(found.isPresent(), MISSING);
    return found.orElseThrow();
  }
}
