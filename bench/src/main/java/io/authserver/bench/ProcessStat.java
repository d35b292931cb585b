package io.authserver.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux knows of a process (proc(5)). */
record ProcessStat(long pid) {
  /** USER_HZ, which is 100 on every architecture that Java runs on. */
  private static final double MILLIS_PER_TICK = 10.0;

  /** Returns the CPU time of all its threads, user and system, in ms; counted in steps of 10 ms. */
  double cpuMillis() throws IOException {
    String[] fields = fields();
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
  }

  /** Returns {@link #cpuMillis} and that of the children that have ended and were waited for. */
  double cpuMillisWithChildren() throws IOException {
    String[] fields = fields();
    return cpuMillis()
        + (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * MILLIS_PER_TICK;
  }

  private String[] fields() throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    // The name may have spaces; field 3 follows its parenthesis.
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }

  /** Returns its resident memory, in bytes. */
  long residentBytes() throws IOException {
    return status("VmRSS:");
  }

  /** Returns the most resident memory that it ever had, in bytes. */
  long peakResidentBytes() throws IOException {
    return status("VmHWM:");
  }

  private long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith(name)) {
        String[] words = line.substring(name.length()).strip().split(" ", -1);
        return Long.parseLong(words[0]) << 10;
      }
    }
    throw new BenchFailure("no " + name + " of process " + pid);
  }
}
