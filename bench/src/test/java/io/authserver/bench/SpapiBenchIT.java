package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The measurement itself works, and each call had the rows it should; nobody looks at its numbers.
 */
class SpapiBenchIT {
  @Test
  void measuresAFewCalls() throws Exception {
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8);
    new SpapiBench(Extent.SMOKE, Path.of(".."), out, out).run();
    String text = report.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("1,000 aliases") || text.contains("1,100 aliases"), text);
    assertTrue(text.contains("| `sender_addresses`, user | 200 |"), text);
    assertTrue(text.contains("| both composed, user | 200 |"), text);
  }
}
