package io.authserver.db.cache;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

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
    events.labelValues(cache, event.name().toLowerCase(Locale.ROOT)).inc(count);
  }
}
