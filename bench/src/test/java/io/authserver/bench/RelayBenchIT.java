package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The measurement itself works; its numbers are nobody's business here. */
class RelayBenchIT {
  @Test
  void measuresAFewMessages() throws Exception {
    Path unpacked = Path.of("target", "postfix");
    boolean there = Postfix.find(unpacked).isPresent();
    if (!there && "1".equals(System.getenv("AUTHSERVER_REQUIRE_ALL"))) {
      throw new AssertionError("oracle missing: postfix (smtp-source, smtp-sink)");
    }
    Assumptions.assumeTrue(there, "oracle missing: postfix (smtp-source, smtp-sink)");
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8);
    new RelayBench(Extent.SMOKE, Path.of(".."), Postfix.require(unpacked), out, out).run();
    String text = report.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("| 1 MB | 10 kept |"), text);
  }
}
