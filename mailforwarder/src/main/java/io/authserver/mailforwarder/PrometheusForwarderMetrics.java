package io.authserver.mailforwarder;

import io.authserver.mailforwarder.fanout.ForwarderMetrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The forwarder in Prometheus' metrics, {@code authserver_forwarder_*}. */
final class PrometheusForwarderMetrics implements ForwarderMetrics {
  private final Counter decisions;
  private final Counter messages;
  private final Counter doubles;
  private final Counter notifications;

  PrometheusForwarderMetrics(PrometheusRegistry registry) {
    decisions =
        counter("decisions", "Recipients, by what was decided about them.", "decision", registry);
    messages = counter("messages", "Messages, by what was answered.", "verdict", registry);
    doubles =
        Counter.builder()
            .name("authserver_forwarder_possible_doubles_total")
            .help("Copies that were delivered of messages that the client will send again.")
            .register(registry);
    notifications =
        counter("notifications", "Notifications, by what became of them.", "outcome", registry);
  }

  private static Counter counter(
      String name, String help, String label, PrometheusRegistry registry) {
    return Counter.builder()
        .name("authserver_forwarder_" + name + "_total")
        .help(help)
        .labelNames(label)
        .register(registry);
  }

  @Override
  public void decided(String decision) {
    decisions.labelValues(decision).inc();
  }

  @Override
  public void answered(String verdict) {
    messages.labelValues(verdict).inc();
  }

  @Override
  public void possibleDoubles(long copies) {
    doubles.inc(copies);
  }

  @Override
  public void notified(String outcome) {
    notifications.labelValues(outcome).inc();
  }
}
