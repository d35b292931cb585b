package io.authserver.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class GuardIT {
  @TempDir Path base;
  private Path directory;
  private Path script;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createDirectory(base.toRealPath().resolve("authserver-demo-x"));
    script = directory.resolve("guard.sh");
    try (InputStream source = Workspace.class.getResourceAsStream("guard.sh")) {
      Files.copy(source, script);
    }
  }

  private Process sleeper(Path workingDirectory, String pidFile) throws Exception {
    Process process =
        new ProcessBuilder("sleep", "50").directory(workingDirectory.toFile()).start();
    Files.writeString(directory.resolve(pidFile), process.pid() + "\nmore\n");
    return process;
  }

  private int guard(String lastWord) throws Exception {
    Process guard = new ProcessBuilder("/bin/sh", script.toString(), directory.toString()).start();
    try (var toGuard = guard.outputWriter(StandardCharsets.UTF_8)) {
      toGuard.write(lastWord);
    }
    assertTrue(guard.waitFor(30, TimeUnit.SECONDS));
    return guard.exitValue();
  }

  @Test
  void endsTheChildrenOfAKilledDemoAndRemovesItsDirectory() throws Exception {
    Path data = Files.createDirectories(directory.resolve("postgresql/data"));
    Process daemon = sleeper(directory, "daemon.pid");
    Process postgres = sleeper(data, "postgresql/data/postmaster.pid");
    Process stranger = sleeper(base, "reused.pid");
    try {
      assertEquals(0, guard(""));
      assertTrue(daemon.waitFor(10, TimeUnit.SECONDS));
      assertTrue(postgres.waitFor(10, TimeUnit.SECONDS));
      assertFalse(Files.exists(directory));
      assertTrue(stranger.isAlive(), "a process id that somebody else uses now");
    } finally {
      stranger.destroyForcibly();
      daemon.destroyForcibly();
      postgres.destroyForcibly();
    }
  }

  @Test
  void leavesEverythingWhereTheDemoCleanedUpItself() throws Exception {
    Process daemon = sleeper(directory, "daemon.pid");
    try {
      assertEquals(0, guard("done\n"));
      assertTrue(daemon.isAlive());
      assertTrue(Files.exists(directory));
    } finally {
      daemon.destroyForcibly();
    }
  }

  @Test
  void refusesADirectoryThatIsNotADemos() throws Exception {
    directory = Files.createDirectory(base.toRealPath().resolve("precious"));
    assertEquals(2, guard(""));
    assertTrue(Files.exists(directory));
  }

  @Test
  void aWorkspaceIsPrivateAndKnowsItsChildren() throws Exception {
    Path made;
    try (Workspace workspace = Workspace.create()) {
      made = workspace.directory();
      assertEquals(
          "rwx------",
          java.nio.file.attribute.PosixFilePermissions.toString(
              Files.getPosixFilePermissions(made)));
      assertNull(workspace.child("daemon.pid"));
      Process child = new ProcessBuilder("sleep", "50").directory(made.toFile()).start();
      Files.writeString(made.resolve("daemon.pid"), child.pid() + "\n");
      assertEquals(child.pid(), workspace.child("daemon.pid").pid());
      child.destroyForcibly().waitFor();
      assertNull(workspace.child("daemon.pid"));
      // Another demo that starts now leaves this one alone.
      assertFalse(Workspace.removeLeftovers().contains(made));
      assertTrue(Files.exists(made));
    }
    assertFalse(Files.exists(made));
  }
}
