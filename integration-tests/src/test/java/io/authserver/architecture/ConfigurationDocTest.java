package io.authserver.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.dkimsigner.DkimSignerMain;
import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.daemon.Daemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md names every setting as the daemons define it.
 *
 * <p>{@code -Dconfiguration=write} rewrites the tables.
 */
class ConfigurationDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

  @Test
  void theTablesAreThoseOfTheDaemons() throws IOException {
    String text = Files.readString(DOCUMENT);
    String expected = text;
    expected =
        withTable(
            expected, "dkimsigner", Daemon.allSettings(DkimSignerMain.settingsTable()).markdown());
    expected =
        withTable(
            expected,
            "mailforwarder",
            Daemon.allSettings(MailForwarderMain.settingsTable()).markdown());
    if ("write".equals(System.getProperty("configuration"))) {
      Files.writeString(DOCUMENT, expected);
      return;
    }
    assertEquals(expected, text);
  }

  /** Puts a table between the two comments that enclose a daemon's. */
  private static String withTable(String text, String daemon, String table) {
    String begin = "<!-- settings of " + daemon + " -->\n";
    String end = "<!-- end of settings -->\n";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end, from);
    return text.substring(0, from) + table + text.substring(to);
  }
}
