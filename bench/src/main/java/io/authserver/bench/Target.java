package io.authserver.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a load is sent to.
 *
 * @param name in the report
 * @param address where it listens
 * @param envelope of the messages
 * @param process whose CPU time is counted; none for the sink itself
 * @param database whose CPU time is counted beside it
 * @param proof that it did what is measured
 */
record Target(
    String name,
    InetSocketAddress address,
    Envelope envelope,
    OptionalLong process,
    Optional<BenchDatabase> database,
    Proof proof) {
  /** Watches a target; each run lies between two calls. */
  interface Proof {
    /** Asks for nothing: every message was answered 250. */
    Proof NONE =
        new Proof() {
          @Override
          public void begin() {}

          @Override
          public void end(int messages) {}
        };

    /** A run begins. */
    void begin() throws IOException, InterruptedException;

    /**
     * A run is over.
     *
     * @param messages that were sent and answered 250
     * @throws BenchFailure when not all of them were treated as they should
     */
    void end(int messages) throws IOException, InterruptedException;
  }

  /** A target that nothing is counted of but its messages. */
  static Target sink(InetSocketAddress address) {
    return new Target(
        "straight", address, Envelope.ANYBODY, OptionalLong.empty(), Optional.empty(), Proof.NONE);
  }

  /** A daemon without a database. */
  static Target daemon(String name, InetSocketAddress address, Process process) {
    return new Target(
        name,
        address,
        Envelope.ANYBODY,
        OptionalLong.of(process.pid()),
        Optional.empty(),
        Proof.NONE);
  }
}
