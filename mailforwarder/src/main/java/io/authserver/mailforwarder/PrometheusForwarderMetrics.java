package io.authserver.mailforwarder;

import io.authserver.mailforwarder.fanout.ForwarderMetrics;
import io.authserver.smtp.message.OriginMark;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The forwarder in Prometheus' metrics, {@code authserver_forwarder_*}. */
final class PrometheusForwarderMetrics implements ForwarderMetrics {
  private final Counter decisions;
  private final Counter dropped;
  private final Counter messages;
  private final Counter authors;
  private final Counter doubles;
  private final Counter notifications;
  private final Counter lookUps;
  private final Counter remembered;
  private final Counter outcomes;
  private final Counter givenUp;
  private final Counter refusals;
  private final Counter tokensKept;
  private final Counter tokenLookUps;

  PrometheusForwarderMetrics(PrometheusRegistry registry) {
    decisions =
        counter("decisions", "Recipients, by what was decided about them.", "decision", registry);
    refusals =
        counter(
            "refusals",
            "Recipients that were refused without asking a next hop, by why.",
            "reason",
            registry);
    dropped =
        counter(
            "dropped",
            "Messages of strangers that were dropped after the edge had taken them, by why.",
            "reason",
            registry);
    messages = counter("messages", "Messages, by what was answered.", "verdict", registry);
    authors =
        counter(
            "authors",
            "Submitted messages, by whether the author is one that the sender may be.",
            "author",
            registry);
    doubles =
        Counter.builder()
            .name("authserver_forwarder_possible_doubles_total")
            .help("Copies that were delivered of messages that the client will send again.")
            .register(registry);
    notifications =
        counter("notifications", "Notifications, by what became of them.", "outcome", registry);
    lookUps =
        counter(
            "outcome_lookups",
            "Messages whose earlier outcomes were looked up, by whether there were any.",
            "found",
            registry);
    outcomes =
        counter(
            "outcomes",
            "Outcomes for a later try, by whether they are stored.",
            "stored",
            registry);
    remembered =
        Counter.builder()
            .name("authserver_forwarder_copies_remembered_total")
            .help("Copies that were not sent, because an earlier try had settled them.")
            .register(registry);
    givenUp =
        Counter.builder()
            .name("authserver_forwarder_targets_given_up_total")
            .help("Targets that failed for now for so long that they count as refused.")
            .register(registry);
    tokensKept =
        counter(
            "srs_tokens",
            "Senders to be kept behind tokens of SRS addresses, by whether they are.",
            "stored",
            registry);
    tokenLookUps =
        counter(
            "srs_token_lookups",
            "Tokens of SRS addresses that were looked up, by whether a sender is behind them.",
            "found",
            registry);
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
  public void refused(String reason) {
    refusals.labelValues(reason).inc();
  }

  @Override
  public void answered(String verdict) {
    messages.labelValues(verdict).inc();
  }

  @Override
  public void dropped(String reason) {
    dropped.labelValues(reason).inc();
  }

  @Override
  public void authorJudged(OriginMark.Author author) {
    authors.labelValues(author.word()).inc();
  }

  @Override
  public void possibleDoubles(long copies) {
    doubles.inc(copies);
  }

  @Override
  public void lookedUp(boolean found) {
    lookUps.labelValues(found ? "yes" : "no").inc();
  }

  @Override
  public void remembered(long copies) {
    remembered.inc(copies);
  }

  @Override
  public void stored(long count, boolean done) {
    outcomes.labelValues(done ? "yes" : "no").inc(count);
  }

  @Override
  public void gaveUp(long targets) {
    givenUp.inc(targets);
  }

  @Override
  public void notified(String outcome) {
    notifications.labelValues(outcome).inc();
  }

  @Override
  public void tokensKept(long tokens, boolean done) {
    tokensKept.labelValues(done ? "yes" : "no").inc(tokens);
  }

  @Override
  public void tokensLookedUp(long known, long unknown) {
    tokenLookUps.labelValues("yes").inc(known);
    tokenLookUps.labelValues("no").inc(unknown);
  }
}
