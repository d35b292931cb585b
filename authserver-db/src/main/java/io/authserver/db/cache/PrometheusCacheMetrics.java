package io.authserver.db.cache;

import io.authserver.smtp.address.AsciiCase;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Exports what caches do as {@code authserver_cache_events_total}. */
public final class PrometheusCacheMetrics implements CacheMetrics {
  private final Counter events;

  /** Registers the metric. */
  public PrometheusCacheMetrics(PrometheusRegistry registry) {
    events =
        Counter.builder()
            .name("authserver_cache_events_total")
            .help("Keys of a cache by what happened to them.")
            .labelNames("cache", "event")
            .register(registry);
  }

  @Override
  public void count(String cache, Event event, int count) {
    events.labelValues(cache, AsciiCase.lower(event.name())).inc(count);
  }
}
