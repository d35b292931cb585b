package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The measurement itself works; its numbers are nobody's business here. */
@Needs(Oracle.POSTFIX)
class RelayBenchIT {
  @Test
  void measuresAFewMessages() throws Exception {
    Postfix postfix = Postfix.find(Path.of("target", "postfix")).orElseThrow();
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8);
    new RelayBench(Extent.SMOKE, Path.of(".."), postfix, out, out).run();
    String text = report.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("| 1 MB | 10 kept |"), text);
  }
}
