package io.authserver.dkimsigner;

import io.authserver.dkimsigner.select.SigningSelector.Origin;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What dkimsigner counts besides the front and the relay client. */
final class SignerMetrics {
  private final Counter messages;
  private final Counter keyFailures;
  private final Counter selfChecks;
  private final Counter removedResults;
  private final Counter origins;
  private final Counter onlyReported;

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
    selfChecks =
        Counter.builder()
            .name("authserver_signer_self_checks_total")
            .help("Signatures that were verified before they were sent, by result; fail is a bug")
            .labelNames("result")
            .register(registry);
    removedResults =
        Counter.builder()
            .name("authserver_signer_results_removed_total")
            .help("Authentication-Results fields removed because they claimed to be ours")
            .register(registry);
    origins =
        Counter.builder()
            .name("authserver_signer_origins_total")
            .help("Messages by what their origin mark proves")
            .labelNames("origin")
            .register(registry);
    onlyReported =
        Counter.builder()
            .name("authserver_signer_origin_reports_total")
            .help("Messages that DKIMSIGNER_ORIGIN=enforce would not have signed, by origin")
            .labelNames("origin")
            .register(registry);
    // There from the start, so that an alarm on the first failure sees a change.
    selfChecks.initLabelValues("pass");
    selfChecks.initLabelValues("fail");
  }

  void message(String decision) {
    messages.labelValues(decision).inc();
  }

  void origin(Origin origin) {
    origins.labelValues(origin.word()).inc();
  }

  void onlyReported(Origin origin) {
    onlyReported.labelValues(origin.word()).inc();
  }

  void selfCheck(boolean passed) {
    selfChecks.labelValues(passed ? "pass" : "fail").inc();
  }

  void removedResults(int fields) {
    removedResults.inc(fields);
  }

  void keyFailure() {
    keyFailures.inc();
  }
}
