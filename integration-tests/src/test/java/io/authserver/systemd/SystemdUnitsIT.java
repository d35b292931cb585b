package io.authserver.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkimsigner.DkimSignerMain;
import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.daemon.Daemon;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.SettingsTable;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files of systemd/ as systemd-analyze and the daemons read them. That the daemons work under
 * these units is shown by systemd/test.
 */
@Timeout(60)
class SystemdUnitsIT {
  private static final Path FOLDER = Path.of("..", "systemd");

  /** The exposure that a service may have at most, in tenths. */
  private static final int MOST_EXPOSURE_TENTHS = 15;

  private static final List<String> TARGETS =
      List.of("sysinit", "basic", "multi-user", "network", "network-online", "nss-lookup");
  private static final Pattern DROP_IN_FOLDER = Pattern.compile("[a-z@-]+\\.(service|socket)\\.d");

  @TempDir Path root;

  /** What a program wrote, both streams, and how it ended. */
  private record Ended(int status, String output) {}

  static List<Path> services() throws IOException {
    return files(FOLDER, ".service");
  }

  @Nested
  @Needs(Oracle.SYSTEMD_ANALYZE)
  class Analyzed {
    @Test
    void systemdFindsNoFault() throws Exception {
      assertEquals(new Ended(0, ""), verify());
    }

    @Test
    void systemdFindsNoFaultWithTheDropIns() throws Exception {
      installUnits();
      int installed = 0;
      for (Path dropIn : files(FOLDER.resolve("examples/drop-ins"), ".conf")) {
        Matcher folder = DROP_IN_FOLDER.matcher(Files.readString(dropIn));
        while (folder.find()) {
          copy(dropIn, root.resolve("etc/systemd/system").resolve(folder.group()));
          installed++;
        }
      }
      assertTrue(installed > 4, "drop-ins: " + installed);
      assertEquals(new Ended(0, ""), verify());
    }

    /** That nothing is said is worth nothing if nothing ever were. */
    @ParameterizedTest
    @ValueSource(
        strings = {
          "[Service]\nWatchdogSecs=60",
          "[Service]\nExecStart=/usr/lib/authserver/bin/nothing-there",
          "[Service]\nSystemCallFilter=@no-such-set",
          "[Unit]\nRequires=no-such.service",
        })
    void systemdFindsAFault(String mistake) throws Exception {
      installUnits();
      Path folder = root.resolve("etc/systemd/system/mailforwarder.service.d");
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("mistake.conf"), mistake + "\n");
      assertNotEquals(new Ended(0, ""), verify());
    }

    @ParameterizedTest
    @MethodSource("io.authserver.systemd.SystemdUnitsIT#services")
    void isLittleExposed(Path service) throws Exception {
      Ended ended = security(service, MOST_EXPOSURE_TENTHS);
      assertEquals(0, ended.status(), ended.output());
      assertTrue(ended.output().contains("Overall exposure level for "), ended.output());
    }

    @Test
    void anExposedServiceIsFound() throws Exception {
      Path exposed = root.resolve("exposed.service");
      String text = Files.readString(FOLDER.resolve("mailforwarder.service"));
      Files.writeString(
          exposed,
          text.replace("CapabilityBoundingSet=", "").replaceAll("SystemCallFilter=.*\n", ""));
      assertNotEquals(0, security(exposed, MOST_EXPOSURE_TENTHS).status());
    }
  }

  @Test
  void usersAndFoldersAreMade() throws Exception {
    String users = Files.readString(FOLDER.resolve("sysusers.d/authserver.conf"));
    String folders = Files.readString(FOLDER.resolve("tmpfiles.d/authserver.conf"));
    for (Path service : services()) {
      for (String line : Files.readAllLines(service)) {
        if (line.startsWith("User=")) {
          String user = line.substring(5);
          assertTrue(users.lines().anyMatch(made -> made.matches("u " + user + " +- .*")), line);
        } else if (line.startsWith("LoadCredential=")) {
          Path folder = Path.of(line.substring(line.indexOf(':') + 1)).getParent();
          assertTrue(folders.lines().anyMatch(made -> made.startsWith("d " + folder + " ")), line);
        }
      }
    }
  }

  /** A daemon that is killed while it waits for a next hop's reply makes doubles. */
  @ParameterizedTest
  @ValueSource(strings = {"dkimsigner@.service", "mailforwarder.service"})
  void aStopMayTakeAsLongAsADaemonWaits(String service) throws IOException {
    SettingsTable table =
        service.startsWith("dkim")
            ? Daemon.allSettings(DkimSignerMain.settingsTable())
            : Daemon.allSettings(MailForwarderMain.settingsTable());
    String row =
        table
            .markdown()
            .lines()
            .filter(line -> line.contains("_FINAL_DOT_TIMEOUT"))
            .findFirst()
            .orElseThrow();
    assertTrue(row.contains("| `4m` |"), row);
    String stop =
        Files.readAllLines(FOLDER.resolve(service)).stream()
            .filter(line -> line.startsWith("TimeoutStopSec="))
            .findFirst()
            .orElseThrow();
    assertTrue(Integer.parseInt(stop.substring(15)) >= 250, stop);
  }

  @Test
  void theExamplesAreSettings() throws Exception {
    Path examples = FOLDER.resolve("examples/appconfig");
    assertEquals(
        List.of(),
        problems(
            Daemon.allSettings(DkimSignerMain.settingsTable()),
            examples.resolve("dkimsigner"),
            10036));
    assertEquals(
        List.of(),
        problems(
            Daemon.allSettings(DkimSignerMain.settingsTable()),
            examples.resolve("dkimsigner"),
            10038));
    assertEquals(
        List.of(),
        problems(
            Daemon.allSettings(MailForwarderMain.settingsTable()),
            examples.resolve("mailforwarder"),
            0));
  }

  /** Reads the examples as the unit has them read: env folder, instance's file, credentials. */
  private List<String> problems(SettingsTable table, Path folder, int instance) throws IOException {
    Map<String, String> environment = new HashMap<>();
    Path credentials = Files.createDirectories(root.resolve("credentials-" + instance));
    for (Path credential : files(folder.resolve("credentials"), "")) {
      copy(credential, credentials);
    }
    environment.put("CREDENTIALS_DIRECTORY", credentials.toString());
    if (instance > 0) {
      Files.writeString(credentials.resolve("AUTHSERVER_WRAPPING_KEY"), "read when it is loaded");
      for (String line : Files.readAllLines(folder.resolve("instance-" + instance))) {
        if (!line.startsWith("#")) {
          String[] parts = line.split("=", 2);
          environment.put(parts[0], parts[1]);
        }
      }
      assertTrue(environment.get("DKIMSIGNER_NETWORK_MAPPING").contains(":" + instance + "->"));
    }
    Settings read =
        Settings.read(table, List.of("--env-dir=" + folder.resolve("env")), environment);
    List<String> said = new ArrayList<>(read.problems());
    said.addAll(read.warnings());
    return said;
  }

  private Ended verify() throws Exception {
    installUnits();
    List<String> command =
        new ArrayList<>(
            List.of(
                Oracle.program("systemd-analyze").toString(),
                "verify",
                "--man=no",
                "--root=" + root));
    for (Path unit : units()) {
      command.add(unit.getFileName().toString().replace("@.", "@10036."));
    }
    return run(command);
  }

  private Ended security(Path service, int mostTenths) throws Exception {
    return run(
        List.of(
            Oracle.program("systemd-analyze").toString(),
            "security",
            "--no-pager",
            "--offline=true",
            "--threshold=" + mostTenths,
            service.toString()));
  }

  /** Puts the units where an install puts them, with something to execute and what they follow. */
  private void installUnits() throws IOException {
    Path units = Files.createDirectories(root.resolve("usr/lib/systemd/system"));
    for (Path unit : units()) {
      copy(unit, units);
    }
    for (String target : TARGETS) {
      Files.writeString(units.resolve(target + ".target"), "[Unit]\nDescription=" + target + "\n");
    }
    Files.writeString(units.resolve("shutdown.target"), "[Unit]\nDefaultDependencies=no\n");
    Files.writeString(units.resolve("sockets.target"), "[Unit]\nDescription=sockets\n");
    Files.writeString(units.resolve("timers.target"), "[Unit]\nDescription=timers\n");
    for (Path service : services()) {
      for (String line : Files.readAllLines(service)) {
        if (line.startsWith("ExecStart=/")) {
          String program = line.substring("ExecStart=/".length()).split(" ", 2)[0];
          Path file = root.resolve(program);
          Files.createDirectories(file.getParent());
          Files.writeString(file, "#!/bin/sh\n");
          assertTrue(file.toFile().setExecutable(true), program);
        }
      }
    }
  }

  private static List<Path> units() throws IOException {
    List<Path> units = new ArrayList<>();
    for (String kind : List.of(".service", ".socket", ".timer")) {
      units.addAll(files(FOLDER, kind));
    }
    assertTrue(units.size() >= 7, units.toString());
    return units;
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return List.copyOf(
          new TreeSet<>(
              found
                  .filter(file -> Files.isRegularFile(file) && file.toString().endsWith(suffix))
                  .toList()));
    }
  }

  private static void copy(Path file, Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
  }

  private static Ended run(List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SYSTEMD_COLORS", "0");
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return new Ended(process.exitValue(), output);
  }
}
