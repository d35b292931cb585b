package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who listens where others can reach it has to say who may connect. */
class AllowedClientsSettingTest {
  private record Outcome(int status, String errors) {}

  private static Outcome run(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        ListeningDaemon.daemon()
            .execute(
                List.of(arguments),
                environment,
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                new PrintStream(errors, false, StandardCharsets.UTF_8));
    return new Outcome(status, errors.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1:0", "127.1.2.3:0", "[::1]:0", "[::ffff:127.0.0.1]:0", "localhost:0"})
  void onLoopbackNothingNeedsToBeSaid(String listen) {
    assertEquals(new Outcome(0, ""), run(Map.of("TRIVIAL_LISTEN", listen), "--check-config"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:0", "[::]:0", "192.0.2.1:10046", "[2001:db8::1]:10046"})
  void elsewhereTheClientsHaveToBeNamed(String listen) {
    String problem =
        "trivial: TRIVIAL_ALLOWED_CLIENTS: must be set, since " + listen + " is not on loopback\n";
    Outcome checked = run(Map.of("TRIVIAL_LISTEN", listen), "--check-config");
    assertEquals(new Outcome(Daemon.EXIT_CONFIG, problem), checked);
    Outcome started = run(Map.of("TRIVIAL_LISTEN", listen));
    assertEquals(Daemon.EXIT_CONFIG, started.status());
    assertTrue(started.errors().startsWith(problem), started.errors());
    Map<String, String> named =
        Map.of("TRIVIAL_LISTEN", listen, "TRIVIAL_ALLOWED_CLIENTS", "192.0.2.0/24, 2001:db8::/32");
    assertEquals(new Outcome(0, ""), run(named, "--check-config"));
  }

  @Test
  void itIsSaidWithAllOtherProblems() {
    // An address of documentation, which no machine has.
    Outcome outcome = run(Map.of("TRIVIAL_LISTEN", "192.0.2.1:25", "TRIVIAL_MAX_ERRORS", "x"));
    assertEquals(Daemon.EXIT_CONFIG, outcome.status());
    List<String> lines = outcome.errors().lines().toList();
    assertEquals(3, lines.size(), outcome.errors());
    assertTrue(lines.get(0).contains("TRIVIAL_MAX_ERRORS"), outcome.errors());
    assertTrue(lines.get(1).contains("TRIVIAL_ALLOWED_CLIENTS"), outcome.errors());
    assertTrue(lines.get(2).contains("cannot listen on 192.0.2.1:25"), outcome.errors());
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1/8, 1", "'10.0.0.0/8, mail.example.org', 2", "'::1, [::1]', 2"})
  void whatIsNoNetworkIsAnError(String value, int item) {
    Outcome outcome =
        run(
            Map.of("TRIVIAL_LISTEN", "0.0.0.0:0", "TRIVIAL_ALLOWED_CLIENTS", value),
            "--check-config");
    assertEquals(Daemon.EXIT_CONFIG, outcome.status());
    assertEquals(1, outcome.errors().lines().count(), outcome.errors());
    assertTrue(
        outcome
            .errors()
            .startsWith(
                "trivial: TRIVIAL_ALLOWED_CLIENTS: item "
                    + item
                    + " must be an IP address, or a network like 10.0.0.0/8"),
        outcome.errors());
  }
}
