package io.authserver.smtp.message;

import java.nio.file.Path;

/**
 * Where messages go that do not fit the memory.
 *
 * @param directory a directory on a disk
 * @param quota how many bytes all files of the daemon may have together
 */
public record Spool(Path directory, MemoryBudget quota) {
  /** What the design gives a daemon, in bytes: 4 GiB. */
  public static final long DEFAULT_QUOTA_BYTES = 4L << 30;
}
