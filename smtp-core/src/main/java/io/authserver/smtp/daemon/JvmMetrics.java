package io.authserver.smtp.daemon;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** The process in Prometheus' metrics: its start, its heap, its garbage collection. */
final class JvmMetrics {
  private JvmMetrics() {}

  static void register(PrometheusRegistry registry) {
    gauge("process_start_time_seconds", "Start of the process, seconds since 1970.")
        .callback(value -> value.call(ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0))
        .register(registry);
    gauge("jvm_heap_used_bytes", "Heap in use.")
        .callback(
            value ->
                value.call(
                    (double) ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()))
        .register(registry);
    gauge("jvm_heap_max_bytes", "Heap that may be used at most.")
        .callback(
            value ->
                value.call(
                    (double) ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax()))
        .register(registry);
    CounterWithCallback.builder()
        .name("jvm_gc_seconds_total")
        .help("Time spent in garbage collection.")
        .callback(
            value ->
                value.call(
                    ManagementFactory.getGarbageCollectorMXBeans().stream()
                            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                            .sum()
                        / 1000.0))
        .register(registry);
  }

  private static GaugeWithCallback.Builder gauge(String name, String help) {
    return GaugeWithCallback.builder().name(name).help(help);
  }
}
