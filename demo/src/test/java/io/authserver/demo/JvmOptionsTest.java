package io.authserver.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The daemons of the demo run as those of a site do. */
class JvmOptionsTest {
  @Test
  void theDemosDaemonsGetWhatTheLauncherGives() throws IOException {
    String launcher = Files.readString(Path.of("..", "bin", ".launch"));
    assertEquals(
        array(launcher, "COMMON_OPTIONS") + " " + array(launcher, "DAEMON_OPTIONS"),
        ChildDaemon.JVM_OPTIONS.strip());
  }

  private static String array(String script, String name) {
    Matcher matcher =
        Pattern.compile("^readonly " + name + "=\\((.+)\\)$", Pattern.MULTILINE).matcher(script);
    assertTrue(matcher.find(), name + " is not in bin/.launch");
    return matcher.group(1);
  }
}
