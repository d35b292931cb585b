package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The measurement itself works, every message of it went to three, and look-ups were cached or not
 * as the report says; nobody looks at its numbers.
 */
@Needs(Oracle.POSTFIX)
class ForwarderBenchIT {
  @Test
  void measuresAFewForwardedMessages() throws Exception {
    Postfix postfix = Postfix.find(Path.of("target", "postfix")).orElseThrow();
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8);
    new ForwarderBench(Extent.SMOKE, Path.of(".."), postfix, out, out).run();
    String text = report.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("1,100 aliases, 200 lists, 100 domains"), text);
    assertTrue(text.contains("| 4 KB | 50 new |"), text);
    assertTrue(text.contains("| 100 KB | 10 kept |"), text);
    assertTrue(text.contains("| user with an extension |"), text);
    assertTrue(
        text.contains("| 2,000 messages a second, 4 KB, 10 kept: forwarder, cached |"), text);
    assertTrue(text.contains("| different recipients |"), text);
  }
}
