package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Setting<Integer> PORT =
      Setting.of("MAILFORWARDER_INPUT_PORT", SettingTypes.port(), "port to listen on")
          .orElse("10046");
  private static final Setting<HostPort> RELAY =
      Setting.of("MAILFORWARDER_RELAY", SettingTypes.hostPort(), "next hop");
  private static final Setting<Boolean> BRIEF =
      Setting.of("MAILFORWARDER_BRIEF", SettingTypes.bool(), "says less").orElse("false");
  private static final Setting<List<Secret>> SRS_SECRET =
      Setting.secret(
              "MAILFORWARDER_SRS_SECRET",
              SettingTypes.lines(SettingTypes.secret()),
              "secrets of SRS")
          .optional()
          .acceptedAsFlagWithWarning();
  private static final Setting<Secret> TOKEN =
      Setting.secret("MAILFORWARDER_TOKEN", SettingTypes.secret(), "a secret").optional();
  private static final Setting<List<Path>> KEY_FILE =
      Setting.secretFile(
              "AUTHSERVER_WRAPPING_KEY_FILE",
              SettingTypes.list(SettingTypes.path()),
              "wrapping key")
          .optional();
  private static final Setting<String> DATABASE_URL =
      Setting.of(
              "DATABASE_URL",
              SettingTypes.text().checked(t -> t.startsWith("postgres:"), "must be a URL"),
              "auth database")
          .confidential(url -> url.contains(":pw@"))
          .orElse("postgres://localhost/auth");
  private static final SettingsTable TABLE =
      SettingsTable.of(
          "mailforwarder", List.of(PORT, RELAY, BRIEF, SRS_SECRET, TOKEN, KEY_FILE, DATABASE_URL));

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void relayIsSet() {
    environment.put("MAILFORWARDER_RELAY", "127.0.0.1:10045");
  }

  private Settings read(String... arguments) {
    return Settings.read(TABLE, List.of(arguments), environment);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  @Test
  void takesDefaults() {
    Settings settings = read();
    assertEquals(List.of(), settings.problems());
    assertEquals(List.of(), settings.warnings());
    assertEquals(10046, settings.get(PORT));
    assertEquals("default", settings.origin(PORT));
    assertEquals(new HostPort("127.0.0.1", 10045), settings.get(RELAY));
    assertEquals(Optional.empty(), settings.find(TOKEN));
    assertEquals("not set", settings.origin(TOKEN));
    assertThrows(IllegalStateException.class, () -> settings.get(TOKEN));
    assertEquals(Settings.Action.RUN, settings.action());
  }

  /** One source after the other is taken away, and the next in the order shows. */
  @Test
  void keepsTheOrderOfSources() throws Exception {
    environment.put("CREDENTIALS_DIRECTORY", folder.toString());
    file("MAILFORWARDER_INPUT_PORT", "4\n");
    Path named = file("port", "3\n");
    environment.put("MAILFORWARDER_INPUT_PORT", "2");
    assertEquals(1, read("--input-port", "1").get(PORT));
    assertEquals("flag --input-port", read("--input-port=1").origin(PORT));
    assertEquals(2, read().get(PORT));
    assertEquals("environment", read().origin(PORT));
    environment.remove("MAILFORWARDER_INPUT_PORT");
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", named.toString());
    assertEquals(1, read("--input-port", "1").get(PORT));
    assertEquals(3, read().get(PORT));
    assertEquals("MAILFORWARDER_INPUT_PORT_FILE", read().origin(PORT));
    environment.remove("MAILFORWARDER_INPUT_PORT_FILE");
    assertEquals(4, read().get(PORT));
    assertEquals("credential MAILFORWARDER_INPUT_PORT", read().origin(PORT));
    environment.remove("CREDENTIALS_DIRECTORY");
    assertEquals(10046, read().get(PORT));
  }

  @Test
  void aVariableTogetherWithItsFileIsAnError() throws Exception {
    environment.put("MAILFORWARDER_INPUT_PORT", "2");
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", file("port", "2").toString());
    String problem =
        "MAILFORWARDER_INPUT_PORT: set together with MAILFORWARDER_INPUT_PORT_FILE, which of them"
            + " is meant?";
    assertEquals(List.of(problem), read().problems());
    assertEquals(List.of(problem), read("--input-port=3").problems());
  }

  @Test
  void anEmptyVariableIsNotSet() {
    environment.put("MAILFORWARDER_INPUT_PORT", "");
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", "");
    assertEquals(10046, read().get(PORT));
    environment.put("MAILFORWARDER_RELAY", "");
    assertEquals(List.of("MAILFORWARDER_RELAY: must be set: next hop"), read().problems());
  }

  @Test
  void aFileThatCannotBeReadIsAProblem() throws Exception {
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", folder + "/none");
    assertEquals(
        List.of(
            "MAILFORWARDER_INPUT_PORT: no such file or folder: "
                + folder
                + "/none (MAILFORWARDER_INPUT_PORT_FILE)"),
        read().problems());
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", folder.toString());
    assertEquals(1, read().problems().size());
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", file("big", "1".repeat(1 << 21)).toString());
    assertTrue(read().problems().getFirst().contains("larger than"));
    environment.put("MAILFORWARDER_INPUT_PORT_FILE", "a\0b");
    assertEquals(List.of("MAILFORWARDER_INPUT_PORT_FILE: must be a path"), read().problems());
  }

  @Test
  void reportsEveryProblemAtOnce() {
    environment.put("MAILFORWARDER_INPUT_PORT", "99999");
    environment.put("MAILFORWARDER_BRIEF", "perhaps");
    environment.remove("MAILFORWARDER_RELAY");
    Settings settings = read("--unknown", "value", "--relay2=x", "stray", "--env-dir");
    assertEquals(
        List.of(
            "unknown flag --unknown",
            "unknown flag --relay2",
            "unexpected argument number 4: flags begin with --",
            "--env-dir: a value must follow",
            "MAILFORWARDER_INPUT_PORT: must be a port from 1 to 65535, not \"99999\""
                + " (environment)",
            "MAILFORWARDER_RELAY: must be set: next hop",
            "MAILFORWARDER_BRIEF: must be true or false, not \"perhaps\" (environment)"),
        settings.problems());
    assertFalse(settings.isUsable(PORT));
    assertThrows(Settings.UnusableSettingException.class, () -> settings.get(PORT));
    assertThrows(Settings.UnusableSettingException.class, () -> settings.find(RELAY));
  }

  @Test
  void aFlagIsGivenOnce() {
    assertEquals(
        List.of("--input-port: given more than once"),
        read("--input-port=1", "--input-port=2").problems());
    assertEquals(List.of("--input-port: a value must follow"), read("--input-port").problems());
    assertEquals(
        List.of("--input-port: a value must follow"), read("--input-port", "--brief").problems());
  }

  @Test
  void aSwitchNeedsNoValue() {
    assertTrue(read("--brief").get(BRIEF));
    assertFalse(read("--brief=no").get(BRIEF));
    assertEquals(25, read("--brief", "--input-port", "25").get(PORT));
  }

  @Test
  void asksForActions() {
    assertEquals(Settings.Action.CHECK_CONFIG, read("--check-config").action());
    assertEquals(Settings.Action.HELP, read("--help", "--check-config").action());
    assertEquals(Settings.Action.SETTINGS, read("--settings").action());
    assertEquals(List.of("--check-config: takes no value"), read("--check-config=yes").problems());
    assertFalse(read("--check-config").isStrict());
    assertTrue(read("--strict", "--check-config").isStrict());
    assertEquals(List.of("--strict: needs --check-config"), read("--strict").problems());
  }

  @Test
  void showsNoControlCharacters() {
    environment.put("MAILFORWARDER_INPUT_PORT", "1\n2\u001b[31m" + "x".repeat(100));
    String problem = read().problems().getFirst();
    assertTrue(problem.contains("not \"1\\n2\\u001b[31mxxx"), problem);
    assertTrue(problem.contains("xxx...\" (environment)"), problem);
  }

  @Test
  void aSecretIsTakenFromFilesAndCredentials() throws Exception {
    environment.put("MAILFORWARDER_SRS_SECRET_FILE", file("srs", "new\nold\n").toString());
    environment.put("CREDENTIALS_DIRECTORY", folder.toString());
    file("MAILFORWARDER_TOKEN", "from the credential\n");
    Settings settings = read();
    assertEquals(List.of(new Secret("new"), new Secret("old")), settings.get(SRS_SECRET));
    assertEquals("from the credential", settings.get(TOKEN).reveal());
  }

  @Test
  void aSecretIsRefusedOnTheCommandLine() {
    Settings settings = read("--token", "s3cret", "--input-port", "25");
    assertEquals(
        List.of(
            "--token: a secret is not accepted on the command line, use MAILFORWARDER_TOKEN_FILE"
                + " or a systemd credential"),
        settings.problems());
    assertEquals(25, settings.get(PORT));
  }

  @Test
  void theSecretOfSrsIsAcceptedWithAWarning() {
    Settings settings = read("--srs-secret=s3cret");
    assertEquals(List.of(), settings.problems());
    assertEquals(List.of(new Secret("s3cret")), settings.get(SRS_SECRET));
    assertEquals(1, settings.warnings().size());
    assertTrue(settings.warnings().getFirst().startsWith("--srs-secret: every user"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DATABASE_URL", "MAILFORWARDER_SRS_SECRET", "MAILFORWARDER_TOKEN"})
  void noProblemShowsASecret(String name) {
    environment.put(name, name.equals("DATABASE_URL") ? "mysql://u:s3cret@h/d" : " ");
    Settings settings = read("--srs-secret=s3cret", "--tokenn=s3cret", "--tok", "s3cret", "s3cret");
    assertFalse(settings.problems().isEmpty());
    assertFalse((settings.problems() + "" + settings.warnings()).contains("s3cret"));
  }

  @Test
  void aUrlWithAPasswordIsRefusedOnTheCommandLine() {
    assertEquals(
        "postgres://db/auth", read("--database-url", "postgres://db/auth").get(DATABASE_URL));
    assertEquals(
        List.of("DATABASE_URL: holds a secret, which is not accepted on the command line"),
        read("--database-url", "postgres://u:pw@db/auth").problems());
    environment.put("DATABASE_URL", "postgres://u:pw@db/auth");
    assertEquals("postgres://u:pw@db/auth", read().get(DATABASE_URL));
  }

  @Test
  void aFileOfSecretsIsNamedOrIsACredential() throws Exception {
    environment.put("AUTHSERVER_WRAPPING_KEY_FILE", "/k/1,/k/2");
    assertEquals(List.of(Path.of("/k/1"), Path.of("/k/2")), read().get(KEY_FILE));
    assertEquals(List.of(Path.of("/k/3")), read("--wrapping-key-file=/k/3").get(KEY_FILE));
    environment.remove("AUTHSERVER_WRAPPING_KEY_FILE");
    environment.put("CREDENTIALS_DIRECTORY", folder.toString());
    assertEquals(Optional.empty(), read().find(KEY_FILE));
    Path credential = file("AUTHSERVER_WRAPPING_KEY", "bytes");
    assertEquals(List.of(credential), read().get(KEY_FILE));
  }

  @Test
  void readsAFolderOfVariables() throws Exception {
    file("MAILFORWARDER_INPUT_PORT", "26 \t\nsecond line\n");
    file("MAILFORWARDER_RELAY", "");
    file("MAILFORWARDER_SRS_SECRET", "one\0two");
    file(".hidden", "x");
    Files.createDirectory(folder.resolve("folder"));
    environment.put("MAILFORWARDER_INPUT_PORT", "27");
    Settings settings = read("--env-dir", folder.toString());
    assertEquals(26, settings.get(PORT));
    assertEquals(List.of("MAILFORWARDER_RELAY: must be set: next hop"), settings.problems());
    assertEquals(List.of(new Secret("one"), new Secret("two")), settings.get(SRS_SECRET));
    assertEquals(28, read("--env-dir=" + folder, "--input-port=28").get(PORT));
  }

  @Test
  void aLineOfWhiteSpaceInTheFolderSetsAnEmptyVariable() throws Exception {
    file("MAILFORWARDER_INPUT_PORT", " \n");
    environment.put("MAILFORWARDER_INPUT_PORT", "27");
    assertEquals(10046, read("--env-dir", folder.toString()).get(PORT));
  }

  @Test
  void aFolderThatCannotBeReadIsAProblem() throws Exception {
    assertEquals(
        List.of("--env-dir: no such file or folder: " + folder + "/none"),
        read("--env-dir", folder + "/none").problems());
    Path plain = file("plain", "");
    assertEquals(
        List.of("--env-dir: not a folder: " + plain),
        read("--env-dir", plain.toString()).problems());
    file("A=B", "");
    assertEquals(1, read("--env-dir", folder.toString()).problems().size());
    assertEquals(
        List.of("--env-dir: given more than once"),
        read("--env-dir", "/", "--env-dir", "/").problems());
  }

  @Test
  void warnsOfNamesThatNobodyReads() {
    environment.put("MAILFORWARDER_INPUT_PROT", "1");
    environment.put("MAILFORWARDER_SRS_SECRET_FILES", "1");
    environment.put("OTHER", "1");
    assertEquals(
        List.of(
            "MAILFORWARDER_INPUT_PROT: no setting of mailforwarder has this name",
            "MAILFORWARDER_SRS_SECRET_FILES: no setting of mailforwarder has this name"),
        read().warnings());
  }

  @Test
  void helpAndTableNameEverySetting() {
    for (Setting<?> setting : TABLE.settings()) {
      assertTrue(TABLE.help().contains("  " + setting.name()), setting.name());
      assertTrue(TABLE.markdown().contains("| `" + setting.name() + "` |"), setting.name());
      assertTrue(TABLE.help().contains(setting.effect()));
    }
    assertTrue(TABLE.help().contains("MAILFORWARDER_INPUT_PORT, --input-port\n"));
    assertTrue(TABLE.help().contains("  MAILFORWARDER_TOKEN\n"), "no flag for a secret");
    assertTrue(
        TABLE
            .markdown()
            .contains(
                "| `MAILFORWARDER_INPUT_PORT` | `--input-port` | port | `10046` | port to listen"
                    + " on |\n"));
  }

  @Test
  void aTableRefusesDoubles() {
    Setting<String> other = Setting.of("AUTHSERVER_INPUT_PORT", SettingTypes.text(), "same flag");
    assertThrows(IllegalArgumentException.class, () -> TABLE.with(List.of(other)));
    assertThrows(IllegalArgumentException.class, () -> TABLE.with(List.of(PORT)));
    assertThrows(
        IllegalArgumentException.class, () -> Setting.of("lower_case", SettingTypes.text(), ""));
  }

  /** A default that its own type refuses would be a bug that shows only at the operator's. */
  @Test
  void aBadDefaultIsReported() {
    Setting<Integer> wrong = Setting.of("X", SettingTypes.port(), "x").orElse("0");
    Settings settings = Settings.read(SettingsTable.of("p", List.of(wrong)), List.of(), Map.of());
    assertEquals(
        List.of("X: must be a port from 1 to 65535, not \"0\" (default)"), settings.problems());
  }
}
