package io.authserver.smtp.daemon;

import io.authserver.smtp.message.SpoolFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory for messages beyond the memory budget, looked at before a daemon starts. */
final class SpoolDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);

  /** File systems that keep files in memory, which is what the spool is there to spare. */
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  private SpoolDirectory() {}

  /**
   * Makes a file there as a message does, and warns where it would be kept in memory.
   *
   * @throws StartException when no message could be spooled
   */
  static void check(Path directory) throws StartException {
    if (!Files.isDirectory(directory)) {
      throw new StartException("SPOOL_DIR: no directory: " + directory);
    }
    try {
      SpoolFile.create(directory).close();
      warning(directory).ifPresent(text -> LOG.warn("{}", text));
    } catch (IOException e) {
      throw new StartException("SPOOL_DIR: cannot make files in " + directory + ": " + e);
    }
  }

  /** Returns what the operator should know about the directory. */
  static Optional<String> warning(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type();
    return IN_MEMORY.contains(type)
        ? Optional.of(
            "event=spool_in_memory directory="
                + directory
                + " file_system="
                + type
                + " detail=\"spooled messages take the memory that they should spare\"")
        : Optional.empty();
  }
}
