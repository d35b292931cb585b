package io.authserver.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.launch.Checkout.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When the programs of {@code bin/} build, and when they do not: content decides, not times.
 * Symptom: after {@code cp -r} of a checkout, or a branch switch there and back, all was built
 * again. Cause: sources were compared with the build by the times of their files.
 */
@Timeout(120)
class LauncherIT {
  private static final String FILE = "smtp-core/src/main/A";

  @TempDir Path world;
  private Checkout checkout;

  @BeforeEach
  void make() throws Exception {
    checkout = Checkout.make(world);
  }

  /** The output that these sources have, and nothing said. */
  private Ended quiet() throws Exception {
    return new Ended(0, sources(), "");
  }

  private String sources() {
    return Checkout.MODULES.stream()
        .sorted(Comparator.comparing(module -> !module.equals("authserver-admin")))
        .map(
            module -> {
              try {
                return checkout.read(module + "/src/main/A")
                    + checkout.read(module + "/src/main/B");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .collect(Collectors.joining());
  }

  private void isBuiltOnce() throws Exception {
    Ended first = checkout.authserver(Map.of());
    assertEquals(sources(), first.out(), first.err());
    assertTrue(first.err().startsWith("authserver: building (the first time"), first.err());
    assertTrue(first.err().contains("authserver: building smtp-core [1/6]\n"), first.err());
    assertEquals(quiet(), checkout.authserver(Map.of()));
    assertEquals(1, checkout.builds());
  }

  @Test
  void itIsBuiltOnce() throws Exception {
    isBuiltOnce();
  }

  @Test
  void withoutMavenNothingIsBuilt() throws Exception {
    assertEquals(
        new Ended(1, "", "authserver: not built yet, and no mvn in PATH to build it\n"),
        checkout.withoutMaven());
  }

  @Test
  void aBuildByMavenAloneIsOne() throws Exception {
    checkout.maven("-pl", "authserver-admin", "-am", "verify");
    assertEquals(quiet(), checkout.withoutMaven());
  }

  @Test
  void aCopyRunsWithoutMaven() throws Exception {
    isBuiltOnce();
    Checkout copy = checkout.copy("copy of it");
    // A copy writes files in any order, so the sources may be its last.
    copy.time(FILE, FileTime.from(Instant.now().plusSeconds(2)));
    assertEquals(quiet(), copy.withoutMaven());
    assertEquals(quiet(), copy.authserver(Map.of()));
    assertEquals(1, checkout.builds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001-01-01T00:00:00Z", "2040-01-01T00:00:00Z"})
  void timesDecideNothing(String time) throws Exception {
    isBuiltOnce();
    checkout.touchAll(Instant.parse(time));
    assertEquals(quiet(), checkout.authserver(Map.of()));
    for (String module : Checkout.MODULES) {
      checkout.time(module + "/src/main/B", FileTime.from(Instant.now().plusSeconds(100)));
    }
    assertEquals(quiet(), checkout.authserver(Map.of()));
    assertEquals(1, checkout.builds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        FILE,
        "smtp-core/pom.xml",
        "pom.xml",
        "sql/routines/1.sql",
        "authserver-admin/src/main/B"
      })
  void aByteIsBuiltAgain(String file) throws Exception {
    isBuiltOnce();
    FileTime time = checkout.time(file);
    String text = checkout.read(file);
    checkout.write(file, "a" + text.substring(1));
    // As an unpacked archive may have it, older than what was built.
    checkout.time(file, FileTime.from(time.toInstant().minusSeconds(1000)));
    Ended ended = checkout.authserver(Map.of());
    assertEquals(sources(), ended.out());
    assertEquals(2, checkout.builds());
    assertEquals(quiet(), checkout.authserver(Map.of()));
    assertEquals(2, checkout.builds());
  }

  @Test
  void aFileMoreOrLessIsBuiltAgain() throws Exception {
    isBuiltOnce();
    checkout.write("dkim/src/main/C", "C\n");
    assertTrue(checkout.authserver(Map.of()).out().contains("\nC\n"));
    assertEquals(2, checkout.builds());
    checkout.delete("dkim/src/main/C");
    checkout.delete("dkim/target/classes/C");
    assertFalse(checkout.authserver(Map.of()).out().contains("\nC\n"));
    assertEquals(3, checkout.builds());
  }

  @Test
  void aBranchThereAndBackIsNot() throws Exception {
    isBuiltOnce();
    String text = checkout.read(FILE);
    checkout.write(FILE, "another branch");
    checkout.write("dkim/src/main/C", "C\n");
    checkout.delete("dkim/src/main/C");
    checkout.write(FILE, text);
    assertEquals(quiet(), checkout.authserver(Map.of()));
    assertEquals(1, checkout.builds());
  }

  @Test
  void whatRunsWithoutMavenIsSaidToBeOld() throws Exception {
    isBuiltOnce();
    Ended before = quiet();
    checkout.write(FILE, "new\n");
    assertEquals(
        new Ended(
            0,
            before.out(),
            "authserver: the sources are not those of the build, and no mvn in PATH: running what"
                + " was built\n"),
        checkout.withoutMaven());
  }

  /** The jar is of one text, the sources have the other again. */
  @Test
  void aJarOfABuildThatBrokeIsNotOfTheSources() throws Exception {
    isBuiltOnce();
    String text = checkout.read(FILE);
    checkout.write(FILE, "a mistake\n");
    assertEquals(1, checkout.authserver(Map.of("MAVEN_BREAKS_AT", "smtp-core")).status());
    checkout.write(FILE, text);
    Ended ended = checkout.authserver(Map.of());
    assertEquals(sources(), ended.out());
    assertEquals(3, checkout.builds());
  }

  @Test
  void aModuleThatWasBuiltAloneIsTakenFromWhereItIs() throws Exception {
    isBuiltOnce();
    checkout.write(FILE, "alone\n");
    checkout.maven("-pl", "smtp-core", "package");
    assertEquals(sources(), checkout.authserver(Map.of()).out());
    assertEquals(3, checkout.builds());
    assertEquals(quiet(), checkout.authserver(Map.of()));
  }

  /** The second waits for the first one's build, and finds nothing to do. */
  @Test
  void twoAtOnceBuildOnce() throws Exception {
    Path gate = checkout.gate();
    Path one = world.resolve("one");
    Path two = world.resolve("two");
    Process first = checkout.start(one);
    Process second = checkout.start(two);
    try {
      while (checkout.builds() == 0 || waitsForTheLock(first) == waitsForTheLock(second)) {
        assertTrue(first.isAlive() && second.isAlive(), "both wait");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      Files.writeString(gate, "go\n");
      assertTrue(first.waitFor(60, TimeUnit.SECONDS));
      assertTrue(second.waitFor(60, TimeUnit.SECONDS));
    } finally {
      first.destroyForcibly();
      second.destroyForcibly();
    }
    assertEquals(1, checkout.builds());
    assertNotEquals(Files.readString(one), Files.readString(two));
    assertTrue(Files.readString(one).endsWith(sources()));
    assertTrue(Files.readString(two).endsWith(sources()));
  }

  private static boolean waitsForTheLock(Process process) {
    return process
        .descendants()
        .anyMatch(child -> child.info().command().orElse("").endsWith("/flock"));
  }
}
