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
 * The measurement itself works, and every message of it was signed; nobody looks at its numbers.
 */
@Needs(Oracle.POSTFIX)
class SignerBenchIT {
  @Test
  void measuresAFewSignedMessages() throws Exception {
    Postfix postfix = Postfix.find(Path.of("target", "postfix")).orElseThrow();
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8);
    new SignerBench(Extent.SMOKE, Path.of(".."), postfix, out, out).run();
    String text = report.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("| 4 KB, RSA-2048 |"), text);
    assertTrue(text.contains("| 100 KB | 10 kept |"), text);
    assertTrue(text.contains("| RSA and Ed25519 |"), text);
  }
}
