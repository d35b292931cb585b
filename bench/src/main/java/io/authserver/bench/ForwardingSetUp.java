package io.authserver.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A mailforwarder whose load is lists of three addresses outside, and the proof that it forwarded:
 * after each run its own counts, and that of a sink which nobody else sends to.
 */
final class ForwardingSetUp implements AutoCloseable, Target.Proof {
  private static final long MOST_NANOS = 10_000_000_000L;
  private static final int LOOK_MILLIS = 10;

  private final BenchDatabase database;
  private final boolean cached;
  private final SinkCount sink;
  private final InetSocketAddress health = Ports.free();
  private final MetricsPage metrics;
  private final Target target;
  private Counts before = new Counts(0, 0, 0, 0);

  /** What daemon and sink have counted since they were started. */
  private record Counts(double forwarded, double done, double missed, long arrived) {}

  /**
   * Starts a daemon.
   *
   * @param name of the target
   * @param role of the daemon in the database
   * @param cached whether all messages are for the same list; else each is for another one, and
   *     nothing is cached when a run begins
   */
  ForwardingSetUp(
      String name,
      String role,
      boolean cached,
      Site site,
      BenchDatabase database,
      Daemons daemons,
      Path secret,
      Path folder)
      throws IOException, InterruptedException {
    this.database = database;
    this.cached = cached;
    Path count = folder.resolve(role + ".count");
    this.sink = new SinkCount(count);
    InetSocketAddress address = Ports.free();
    Process process =
        start(
            daemons,
            role,
            database.loginRole(role, "authserver_forwarder"),
            secret,
            address,
            daemons.countingSink(count).address(),
            health);
    this.metrics = new MetricsPage(health);
    this.target =
        new Target(
            name,
            address,
            cached ? Envelope.to(site.numberedList(1)) : Envelope.toNumbered(site.numberedLists()),
            OptionalLong.of(process.pid()),
            Optional.of(database),
            this);
  }

  /** Starts a daemon that sends everything to one next hop. */
  static Process start(
      Daemons daemons,
      String name,
      String url,
      Path secret,
      InetSocketAddress address,
      InetSocketAddress nextHop,
      InetSocketAddress health)
      throws IOException, InterruptedException {
    String host = nextHop.getAddress().getHostAddress();
    String port = Integer.toString(nextHop.getPort());
    return daemons.java(
        name,
        "io.authserver.mailforwarder.MailForwarderMain",
        address,
        Map.of(
            "DATABASE_URL",
            url,
            "MAILFORWARDER_SRS_SECRET_FILE",
            secret.toString(),
            "MAILFORWARDER_EDGE_NAMES",
            "edge.example",
            "MAILFORWARDER_INPUT_PORT",
            Integer.toString(address.getPort()),
            "MAILFORWARDER_LOCALDELIVERY_IP",
            host,
            "MAILFORWARDER_LOCALDELIVERY_PORT",
            port,
            "MAILFORWARDER_REMOTERELAY_IP",
            host,
            "MAILFORWARDER_REMOTERELAY_PORT",
            port,
            "MAILFORWARDER_HEALTH_LISTEN",
            Ports.text(health)));
  }

  Target target() {
    return target;
  }

  @Override
  public void begin() throws IOException, InterruptedException {
    if (!cached && counts().missed() > 0) {
      dropCaches();
    }
    before = counts();
  }

  private void dropCaches() throws IOException, InterruptedException {
    double dropped = events("dropped");
    database.execute("NOTIFY authserver, 'all 0'");
    long until = System.nanoTime() + MOST_NANOS;
    while (events("dropped") == dropped) {
      if (System.nanoTime() > until) {
        throw new BenchFailure(target.name() + ": does not drop its cache");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  @Override
  public void end(int messages) throws IOException, InterruptedException {
    long arrived = sink.await(before.arrived() + messages) - before.arrived();
    Counts now = counts();
    double forwarded = now.forwarded() - before.forwarded();
    double done = now.done() - before.done();
    double missed = now.missed() - before.missed();
    // The domain of the sender is looked up as well, once.
    boolean asExpected = cached ? missed <= 2 : missed >= messages && missed <= messages + 1;
    if (arrived != messages || forwarded != messages || done != messages || !asExpected) {
      throw new BenchFailure(
          String.format(
              "%s: of %d messages, %.0f were forwarded and %.0f settled, %d came out, and %.0f"
                  + " look-ups were not cached",
              target.name(), messages, forwarded, done, arrived, missed));
    }
  }

  private Counts counts() throws IOException, InterruptedException {
    return new Counts(
        metrics.sum("authserver_forwarder_decisions_total{decision=\"forward\"}"),
        metrics.sum("authserver_forwarder_messages_total{verdict=\"done\"}"),
        events("miss"),
        sink.messages());
  }

  private double events(String event) throws IOException, InterruptedException {
    return metrics.sum(
        "authserver_cache_events_total{cache=\"resolution\",event=\"" + event + "\"}");
  }

  @Override
  public void close() {
    metrics.close();
  }
}
