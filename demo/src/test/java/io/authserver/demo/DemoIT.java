package io.authserver.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole line: client, mailforwarder, 10045, dkimsigner, the world, and back to nothing. */
@Timeout(240)
final class DemoIT {
  @TempDir Path directory;

  @Test
  void everyExpectationHoldsAndNothingIsLeft() throws Exception {
    try (DemoProcess demo = new DemoProcess(directory)) {
      assertEquals(0, demo.awaitEnd(), demo::everything);
      List<String> lines = demo.out().lines().toList();
      assertTrue(lines.getLast().startsWith("ALL HELD: "), lines::getLast);
      assertTrue(demo.out().contains("dkim=pass d=garden.example"), demo::out);
      assertEquals("", demo.err());
      assertEquals(List.of(), demo.left());
    }
  }

  @Test
  void wrongUsageIsTold() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(err, true, StandardCharsets.UTF_8);
    assertEquals(2, DemoMain.run(printed, printed, "--kept"));
    assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("usage: authserver demo"));
  }
}
