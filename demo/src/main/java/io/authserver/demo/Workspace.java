package io.authserver.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The temporary directory of a demo, in which everything is that it writes.
 *
 * <p>Nothing may stay behind, even if the demo is killed: a small shell process (guard.sh) watches
 * its end of a pipe, and when the demo is gone without a word ends the children and removes the
 * directory. Should the guard be killed as well, the next demo does the same for every directory
 * whose lock nobody holds.
 */
final class Workspace implements AutoCloseable {
  private static final String PREFIX = "authserver-demo-";
  private static final Duration GUARD_WAIT = Duration.ofSeconds(15);

  private final Path directory;
  private final FileChannel lockFile;
  private final Process guard;

  private Workspace(Path directory, FileChannel lockFile, Process guard) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.guard = guard;
  }

  /** Makes the directory, readable for its owner alone. */
  static Workspace create() throws IOException {
    Path directory = Files.createTempDirectory(PREFIX).toRealPath();
    FileChannel lockFile =
        FileChannel.open(
            directory.resolve("demo.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = lockFile.lock();
    if (!lock.isValid()) {
      throw new IOException("cannot lock " + directory);
    }
    Process guard = startGuard(writeGuard(directory), directory);
    return new Workspace(directory, lockFile, guard);
  }

  private static Path writeGuard(Path directory) throws IOException {
    Path script = directory.resolve("guard.sh");
    try (InputStream source = Workspace.class.getResourceAsStream("guard.sh")) {
      if (source == null) {
        throw new IOException("guard.sh is missing in the class path");
      }
      Files.copy(source, script);
    }
    return script;
  }

  private static Process startGuard(Path script, Path directory) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", script.toString(), directory.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }

  /**
   * Cleans up after demos that were killed together with their guards.
   *
   * @return the directories that were removed
   */
  static List<Path> removeLeftovers() throws IOException {
    Path base = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
    List<Path> candidates;
    try (Stream<Path> entries = Files.list(base)) {
      candidates =
          entries.filter(entry -> entry.getFileName().toString().startsWith(PREFIX)).toList();
    }
    return candidates.stream().filter(Workspace::isAbandoned).filter(Workspace::remove).toList();
  }

  private static boolean isAbandoned(Path directory) {
    Path lockPath = directory.resolve("demo.lock");
    try {
      if (!Files.isRegularFile(lockPath)
          || !Files.getOwner(directory).equals(Files.getOwner(selfOwned()))) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(lockPath, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        return lock != null;
      }
    } catch (IOException | OverlappingFileLockException e) {
      // Somebody else's, or gone in the meantime, or another demo in this process.
      return false;
    }
  }

  private static Path selfOwned() {
    return Path.of("/proc/self");
  }

  private static boolean remove(Path directory) {
    try {
      Path script = directory.resolve("guard.sh");
      if (!Files.isRegularFile(script)) {
        deleteTree(directory);
        return true;
      }
      Process cleaner = startGuard(script, directory);
      cleaner.outputWriter(StandardCharsets.UTF_8).close();
      return cleaner.waitFor(GUARD_WAIT.toSeconds(), TimeUnit.SECONDS)
          && Files.notExists(directory);
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  Path directory() {
    return directory;
  }

  Path resolve(String name) {
    return directory.resolve(name);
  }

  /** Writes a file that its owner alone may read, or run where it is a script. */
  Path writePrivately(String name, String content, boolean script) throws IOException {
    Path file = directory.resolve(name);
    Files.deleteIfExists(file);
    Files.createFile(
        file,
        PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString(script ? "rwx------" : "rw-------")));
    return Files.writeString(file, content);
  }

  /**
   * Finds a child by the file that holds its process id in the first line.
   *
   * @return the process, or null where it does not run or is not one of this demo
   */
  @Nullable ProcessHandle child(String pidFile) {
    try (Stream<String> lines = Files.lines(directory.resolve(pidFile))) {
      long pid = Long.parseLong(lines.findFirst().orElse("").strip());
      // A process id is used again one day: a child works inside this directory.
      if (!Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).startsWith(directory)) {
        return null;
      }
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).orElse(null);
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      return null;
    }
  }

  /** Ends what children are left, removes the directory and lets the guard go. */
  @Override
  public void close() throws IOException {
    endChildren();
    deleteTree(directory);
    lockFile.close();
    try (BufferedWriter toGuard = guard.outputWriter(StandardCharsets.UTF_8)) {
      toGuard.write("done\n");
    }
  }

  private void endChildren() throws IOException {
    List<String> pidFiles = new ArrayList<>(List.of(DatabaseServer.PID_FILE));
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.pid")) {
      found.forEach(file -> pidFiles.add(file.getFileName().toString()));
    }
    for (String pidFile : pidFiles) {
      ProcessHandle left = child(pidFile);
      if (left != null) {
        left.destroyForcibly();
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    // A process that has just ended may still have been writing: once more, then it is an error.
    for (int attempt = 1; Files.exists(root); attempt++) {
      try {
        deleteOnce(root);
      } catch (IOException | UncheckedIOException e) {
        if (attempt == 3) {
          throw new IOException("cannot remove " + root + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private static void deleteOnce(Path root) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(root)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }

  /** Returns the only subdirectory whose name begins so. */
  static Path onlyChild(Path directory, String prefix) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, prefix + "*")) {
      for (Path path : found) {
        if (Files.isDirectory(path)) {
          return path;
        }
      }
    }
    throw new IOException("no " + prefix + "* in " + directory);
  }
}
