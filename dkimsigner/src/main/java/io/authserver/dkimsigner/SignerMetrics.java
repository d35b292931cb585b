package io.authserver.dkimsigner;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What dkimsigner counts besides the front and the relay client. */
final class SignerMetrics {
  private final Counter messages;
  private final Counter keyFailures;

  SignerMetrics(PrometheusRegistry registry) {
    messages =
        Counter.builder()
            .name("authserver_signer_messages_total")
            .help("Messages by what was decided about signing them")
            .labelNames("decision")
            .register(registry);
    keyFailures =
        Counter.builder()
            .name("authserver_signer_key_failures_total")
            .help("Uses of a key that cannot be unwrapped, parsed or signed with")
            .register(registry);
  }

  void message(String decision) {
    messages.labelValues(decision).inc();
  }

  void keyFailure() {
    keyFailures.inc();
  }
}
