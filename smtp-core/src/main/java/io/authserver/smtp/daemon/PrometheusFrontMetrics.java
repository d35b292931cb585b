package io.authserver.smtp.daemon;

import io.authserver.smtp.server.FrontMetrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The SMTP front in Prometheus' metrics, {@code authserver_front_*}. One for all listeners. */
public final class PrometheusFrontMetrics {
  private final Gauge sessionsOpen;
  private final Counter sessions;
  private final Counter limits;
  private final Counter refused;
  private final Counter tlsSessions;
  private final Counter tlsFailures;
  private final Counter strayLineEnds;
  private final Counter spooled;
  private final Counter spooledBytes;
  private final Counter transactions;
  private final Counter bytes;
  private final Histogram transactionSeconds;

  /** Registers the metrics. */
  public PrometheusFrontMetrics(PrometheusRegistry registry) {
    sessionsOpen =
        Gauge.builder()
            .name("authserver_front_sessions_open")
            .help("Sessions of clients that are open.")
            .labelNames("listener")
            .register(registry);
    sessions =
        counter("authserver_front_sessions_total", "Sessions that began.", "listener")
            .register(registry);
    limits =
        counter("authserver_front_limits_total", "Limits that were met.", "listener", "limit")
            .register(registry);
    refused =
        counter(
                "authserver_front_sessions_refused_total",
                "Clients that may not connect, or do not speak SMTP.",
                "listener",
                "reason")
            .register(registry);
    tlsSessions =
        counter(
                "authserver_front_tls_sessions_total",
                "Sessions that went on under TLS.",
                "listener",
                "protocol")
            .register(registry);
    tlsFailures =
        counter(
                "authserver_front_tls_failures_total",
                "STARTTLS commands of which no TLS came.",
                "listener")
            .register(registry);
    strayLineEnds =
        counter(
                "authserver_front_stray_line_ends_total",
                "Messages with a CR or LF that is no part of a CRLF.",
                "listener")
            .register(registry);
    spooled =
        counter(
                "authserver_front_spooled_total",
                "Messages that went to a file because the memory for messages was spent.",
                "listener")
            .register(registry);
    spooledBytes =
        counter("authserver_front_spooled_bytes_total", "Bytes of those messages.", "listener")
            .register(registry);
    transactions =
        counter(
                "authserver_front_transactions_total",
                "Transactions that ended, by the reply code that decided; 0: the client left.",
                "listener",
                "reply_code")
            .register(registry);
    bytes =
        counter("authserver_front_message_bytes_total", "Bytes of messages received.", "listener")
            .register(registry);
    transactionSeconds =
        Histogram.builder()
            .name("authserver_front_transaction_seconds")
            .help("Time from MAIL to the end of the transaction.")
            .labelNames("listener")
            .classicOnly()
            .register(registry);
  }

  /**
   * Registers what all fronts of a daemon share: the memory for messages, the working memory, the
   * spool, and the certificate of STARTTLS where there is one.
   */
  public static void observe(PrometheusRegistry registry, FrontResources shared) {
    gauge(
        registry,
        "authserver_front_memory_used_bytes",
        "Memory that the messages under way take.",
        () -> shared.budget().used());
    gauge(
        registry,
        "authserver_front_memory_capacity_bytes",
        "Memory that they may take; what goes beyond is spooled.",
        () -> shared.budget().capacity());
    gauge(
        registry,
        "authserver_front_working_memory_used_bytes",
        "Memory that header sections, expansions and notifications under way take.",
        () -> shared.working().used());
    gauge(
        registry,
        "authserver_front_working_memory_capacity_bytes",
        "Memory that they may take; 452 4.3.1 beyond.",
        () -> shared.working().capacity());
    gauge(
        registry,
        "authserver_front_spool_used_bytes",
        "Disk that the spooled messages under way take.",
        () -> shared.spoolQuota().used());
    gauge(
        registry,
        "authserver_front_spool_capacity_bytes",
        "Disk that they may take; 452 4.3.1 beyond.",
        () -> shared.spoolQuota().capacity());
    shared
        .certificate()
        .ifPresent(
            certificate ->
                gauge(
                    registry,
                    "authserver_front_tls_certificate_expiry_seconds",
                    "End of the certificate's validity, seconds since 1970.",
                    () -> certificate.expires().getEpochSecond()));
  }

  private static void gauge(
      PrometheusRegistry registry, String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(gauge -> gauge.call((double) value.getAsLong()))
        .register(registry);
  }

  private static Counter.Builder counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels);
  }

  /**
   * Returns what a front counts on.
   *
   * @param listener its name, e.g. the address that the configuration names; one of few
   */
  public FrontMetrics forListener(String listener) {
    return new ListenerMetrics(listener);
  }

  private final class ListenerMetrics implements FrontMetrics {
    private final String listener;

    ListenerMetrics(String listener) {
      this.listener = listener;
    }

    @Override
    public void sessionStarted() {
      sessions.labelValues(listener).inc();
      sessionsOpen.labelValues(listener).inc();
    }

    @Override
    public void sessionEnded() {
      sessionsOpen.labelValues(listener).dec();
    }

    @Override
    public void limit(Limit limit) {
      limits.labelValues(listener, PrometheusRelayMetrics.word(limit)).inc();
    }

    @Override
    public void refused(Refusal reason) {
      refused.labelValues(listener, reason.label()).inc();
    }

    @Override
    public void tlsStarted(String protocol) {
      tlsSessions.labelValues(listener, protocol).inc();
    }

    @Override
    public void tlsFailed() {
      tlsFailures.labelValues(listener).inc();
    }

    @Override
    public void strayLineEnds() {
      strayLineEnds.labelValues(listener).inc();
    }

    @Override
    public void spooled() {
      spooled.labelValues(listener).inc();
    }

    @Override
    public void spooledBytes(long size) {
      spooledBytes.labelValues(listener).inc(size);
    }

    @Override
    public void transactionEnded(int replyCode, long size, Duration duration) {
      transactions.labelValues(listener, Integer.toString(replyCode)).inc();
      bytes.labelValues(listener).inc(size);
      transactionSeconds.labelValues(listener).observe(PrometheusRelayMetrics.seconds(duration));
    }
  }
}
