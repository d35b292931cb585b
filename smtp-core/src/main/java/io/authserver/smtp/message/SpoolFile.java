package io.authserver.smtp.message;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** Makes files without a name: whatever becomes of the process, nothing of a message stays. */
public final class SpoolFile {
  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private SpoolFile() {}

  /**
   * Makes a file that only its owner may read, and takes its name away at once, while it is empty.
   *
   * @return the open file; who closes it deletes it
   * @throws IOException when no file can be made there
   */
  public static FileChannel create(Path directory) throws IOException {
    // a name that nobody can foresee, and CREATE_NEW follows no link
    Path file = directory.resolve("authserver-" + UUID.randomUUID() + ".tmp");
    FileChannel channel = FileChannel.open(file, NEW, OWNER_ONLY);
    try {
      Files.delete(file);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return channel;
  }
}
