package io.authserver.bench;

/**
 * How much is measured.
 *
 * @param everything each size with each number of sessions; else 4 KB with all, larger with ten
 * @param rounds how often; 0 for the memory alone
 * @param roundSeconds how long a load is sent in a round, about; 0 for the fewest messages, and for
 *     each number of sessions either kept or new connections alone
 * @param warmUpSeconds how long each kind of load is sent before
 * @param memory whether the run with many sessions is made
 * @param site the rows of the forwarder's database
 * @param recipients how many different ones the forwarder's memory is watched with
 */
record Extent(
    boolean everything,
    int rounds,
    double roundSeconds,
    double warmUpSeconds,
    boolean memory,
    Site site,
    int recipients) {
  /** So little that the numbers say nothing. */
  static final Extent SMOKE = new Extent(false, 1, 0, 0, false, Site.SMALL, 200);

  static final Extent QUICK = new Extent(false, 3, 1, 3, true, Site.MILLION, 300_000);

  /** The run with many sessions, or with many recipients, alone. */
  static final Extent MEMORY = new Extent(false, 0, 0, 0, true, Site.MILLION, 1_000_000);

  static final Extent FULL = new Extent(true, 7, 2, 5, true, Site.MILLION, 1_000_000);

  /** Whether a load is sent, of those that a bench has. */
  boolean has(Load load) {
    return roundSeconds > 0 || load.kept() == load.sessions() < 50;
  }
}
