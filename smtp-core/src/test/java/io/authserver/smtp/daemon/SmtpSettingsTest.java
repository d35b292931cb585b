package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of the front as a daemon reads them at its start. */
class SmtpSettingsTest {
  private static final SmtpSettings SMTP = new SmtpSettings("TRIVIAL");

  @TempDir Path directory;

  private record Outcome(int status, String errors) {}

  private static Outcome check(Map<String, String> environment) {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        Daemon.of(
                SettingsTable.of("trivial", SMTP.all()),
                daemon -> daemon.attempt(() -> SMTP.resources(daemon.settings(), Instant::now)))
            .execute(
                List.of("--check-config"),
                environment,
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                new PrintStream(errors, false, StandardCharsets.UTF_8));
    return new Outcome(status, errors.toString(StandardCharsets.UTF_8));
  }

  @Test
  void withoutACertificateNothingIsWrong() {
    assertEquals(new Outcome(0, ""), check(Map.of()));
  }

  @Test
  void filesOfStartTlsThatCannotBeUsedAreWrongSettings() throws Exception {
    Path chain = directory.resolve("chain.pem");
    Files.writeString(chain, "no certificate");
    Outcome outcome =
        check(
            Map.of(
                "TRIVIAL_TLS_CERTIFICATE_FILE",
                chain.toString(),
                "TRIVIAL_TLS_KEY_FILE",
                directory.resolve("missing.pem").toString()));
    assertEquals(Daemon.EXIT_CONFIG, outcome.status());
    assertTrue(outcome.errors().contains(chain + ": has no BEGIN CERTIFICATE"), outcome.errors());
    assertTrue(outcome.errors().contains("missing.pem: no such file"), outcome.errors());
  }

  @Test
  void aCertificateNeedsItsKey() {
    Outcome outcome = check(Map.of("TRIVIAL_TLS_CERTIFICATE_FILE", "/nowhere/chain.pem"));
    assertEquals(Daemon.EXIT_CONFIG, outcome.status());
    assertTrue(outcome.errors().contains("TRIVIAL_TLS_KEY_FILE"), outcome.errors());
  }

  @Test
  void theSpoolHoldsTheLargestMessage() {
    String problem = "TRIVIAL_SPOOL_QUOTA: must be at least TRIVIAL_MAX_MESSAGE_SIZE";
    Outcome outcome = check(Map.of("TRIVIAL_SPOOL_QUOTA", "99MiB"));
    assertEquals(Daemon.EXIT_CONFIG, outcome.status());
    assertTrue(outcome.errors().contains(problem), outcome.errors());
    assertEquals(0, check(Map.of("TRIVIAL_SPOOL_QUOTA", "100MiB")).status());
    // With all other problems at once.
    Outcome both =
        check(
            Map.of(
                "TRIVIAL_MAX_MESSAGE_SIZE",
                "1GiB",
                "TRIVIAL_SPOOL_QUOTA",
                "1MiB",
                "TRIVIAL_TLS_CERTIFICATE_FILE",
                "/nowhere/chain.pem"));
    assertTrue(both.errors().contains(problem), both.errors());
    assertTrue(both.errors().contains("TRIVIAL_TLS_KEY_FILE"), both.errors());
  }

  @Test
  void theKeyMayBeACredentialOfSystemd() throws Exception {
    Files.writeString(directory.resolve("TRIVIAL_TLS_KEY"), "no key");
    Files.writeString(directory.resolve("TRIVIAL_TLS_CERTIFICATE"), "no certificate");
    Outcome outcome = check(Map.of("CREDENTIALS_DIRECTORY", directory.toString()));
    assertEquals(Daemon.EXIT_CONFIG, outcome.status());
    assertTrue(outcome.errors().contains("TRIVIAL_TLS_KEY: has no BEGIN PRIVATE KEY"));
  }
}
