package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

class LogLineLayoutTest {
  private final LoggerContext context = new LoggerContext();

  private LoggingEvent event(Level level, String message, Throwable thrown, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent(
            "fqcn", context.getLogger("io.example.Relay"), level, message, thrown, arguments);
    event.setInstant(Instant.parse("2026-11-21T10:11:12.345678Z"));
    return event;
  }

  private static String line(LoggingEvent event) {
    return new LogLineLayout(false).doLayout(event);
  }

  @Test
  void writesTimeLevelLoggerAndWhatTheMessageSays() {
    assertEquals(
        "2026-11-21T10:11:12.345Z level=info logger=Relay event=sent bytes=5\n",
        line(event(Level.INFO, "event=sent bytes={}", null, 5)));
  }

  @ParameterizedTest
  @CsvSource({"ERROR, 3", "WARN, 4", "INFO, 6", "DEBUG, 7", "TRACE, 7"})
  void writesThePriorityForTheJournal(String level, int priority) {
    assertEquals(
        "<"
            + priority
            + ">level="
            + level.toLowerCase(java.util.Locale.ROOT)
            + " logger=Relay event=x\n",
        new LogLineLayout(true).doLayout(event(Level.toLevel(level), "event=x", null)));
  }

  @Test
  void quotesTheMessageOfALibrary() {
    assertTrue(
        line(event(Level.WARN, "it said \"no\" = 5\nagain", null))
            .endsWith(" message=\"it said \\\"no\\\" = 5\\nagain\"\n"));
  }

  @Test
  void anArgumentCannotMakeALine() {
    String line = line(event(Level.INFO, "event=rcpt path={}", null, "<a>\r\nlevel=error forged"));
    assertEquals(1, line.lines().count());
    assertTrue(line.endsWith("path=<a>\\r\\nlevel=error forged\n"), line);
  }

  @Test
  void writesKeysAndValues() {
    LoggingEvent event = event(Level.INFO, "", null);
    event.addKeyValuePair(new KeyValuePair("reply", "451 4.3.0 later"));
    event.addKeyValuePair(new KeyValuePair("bytes", 7));
    event.addKeyValuePair(new KeyValuePair("none", null));
    event.addKeyValuePair(new KeyValuePair("empty", ""));
    assertTrue(
        line(event)
            .endsWith(" logger=Relay reply=\"451 4.3.0 later\" bytes=7 none=null empty=\"\"\n"));
  }

  @Test
  void writesAnExceptionOnTheSameLine() {
    String line = line(event(Level.ERROR, "event=bug", new IllegalStateException("a\nb \"c\"")));
    assertEquals(1, line.lines().count());
    assertTrue(
        line.contains(" event=bug exception=\"java.lang.IllegalStateException: a\\nb \\\"c\\\"\\n"),
        line);
    assertTrue(line.contains("LogLineLayoutTest"), line);
  }
}
