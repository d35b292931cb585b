package io.authserver.bench;

/**
 * What one round measured.
 *
 * @param rate messages a second
 * @param cpuMillis CPU time a message of the target's process, or NaN without one
 * @param databaseMillis CPU time a message of the target's database, or NaN without one
 */
record Sample(double rate, double cpuMillis, double databaseMillis) {
  /** Returns the CPU time a message of both together. */
  double allMillis() {
    return cpuMillis + databaseMillis;
  }
}
