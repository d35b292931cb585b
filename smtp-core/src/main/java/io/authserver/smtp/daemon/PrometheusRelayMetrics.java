package io.authserver.smtp.daemon;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.relay.RelayMetrics;
import io.authserver.smtp.relay.RelayStep;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** The relay leg in Prometheus' metrics, {@code authserver_relay_*}. One for all next hops. */
public final class PrometheusRelayMetrics implements RelayMetrics {
  private final Gauge open;
  private final Histogram connectSeconds;
  private final Counter reused;
  private final Counter repeated;
  private final Counter unanswered;
  private final Counter failures;
  private final Counter splits;
  private final Counter deliveredInPart;
  private final Counter messages;
  private final Histogram messageSeconds;

  /** Registers the metrics. */
  public PrometheusRelayMetrics(PrometheusRegistry registry) {
    open =
        Gauge.builder()
            .name("authserver_relay_connections_open")
            .help("Connections to a next hop that are open.")
            .labelNames("next_hop")
            .register(registry);
    connectSeconds =
        Histogram.builder()
            .name("authserver_relay_connect_seconds")
            .help("Time from the attempt to connect to the reply to EHLO.")
            .labelNames("next_hop")
            .classicOnly()
            .register(registry);
    reused =
        Counter.builder()
            .name("authserver_relay_connections_reused_total")
            .help("Transactions that got a kept connection.")
            .labelNames("next_hop")
            .register(registry);
    repeated =
        Counter.builder()
            .name("authserver_relay_transactions_repeated_total")
            .help("Fresh connections that envelopes were repeated on where one had died.")
            .labelNames("next_hop", "step")
            .register(registry);
    unanswered =
        Counter.builder()
            .name("authserver_relay_recipients_unanswered_total")
            .help("Recipients that wait because the next hop ends the session amid them.")
            .labelNames("next_hop")
            .register(registry);
    failures =
        Counter.builder()
            .name("authserver_relay_failures_total")
            .help("Transactions that the connection or the pool failed, by step.")
            .labelNames("next_hop", "step")
            .register(registry);
    splits =
        Counter.builder()
            .name("authserver_relay_transactions_split_total")
            .help("Further transactions for recipients over a next hop's limit.")
            .labelNames("next_hop")
            .register(registry);
    deliveredInPart =
        Counter.builder()
            .name("authserver_relay_delivered_in_part_total")
            .help("Recipients that have a split message of which another part was not taken.")
            .labelNames("next_hop")
            .register(registry);
    messages =
        Counter.builder()
            .name("authserver_relay_messages_total")
            .help("Messages that a next hop answered, by its reply code.")
            .labelNames("next_hop", "reply_code")
            .register(registry);
    messageSeconds =
        Histogram.builder()
            .name("authserver_relay_message_seconds")
            .help("Time from DATA to the reply to the final dot.")
            .labelNames("next_hop")
            .classicOnly()
            .register(registry);
  }

  @Override
  public void connectionOpened(String nextHop, Duration took) {
    open.labelValues(nextHop).inc();
    connectSeconds.labelValues(nextHop).observe(seconds(took));
  }

  @Override
  public void connectionClosed(String nextHop) {
    open.labelValues(nextHop).dec();
  }

  @Override
  public void connectionReused(String nextHop) {
    reused.labelValues(nextHop).inc();
  }

  @Override
  public void transactionRepeated(String nextHop, RelayStep step) {
    repeated.labelValues(nextHop, word(step)).inc();
  }

  @Override
  public void recipientsUnanswered(String nextHop, int recipients) {
    unanswered.labelValues(nextHop).inc(recipients);
  }

  @Override
  public void failure(String nextHop, RelayStep step) {
    failures.labelValues(nextHop, word(step)).inc();
  }

  @Override
  public void transactionSplit(String nextHop) {
    splits.labelValues(nextHop).inc();
  }

  @Override
  public void deliveredInPart(String nextHop, int taken) {
    deliveredInPart.labelValues(nextHop).inc(taken);
  }

  @Override
  public void messageAnswered(String nextHop, int replyCode, Duration took) {
    messages.labelValues(nextHop, Integer.toString(replyCode)).inc();
    messageSeconds.labelValues(nextHop).observe(seconds(took));
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  static String word(Enum<?> constant) {
    return AsciiCase.lower(constant.name());
  }
}
