package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.server.FrontMetrics;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrometheusFrontMetricsTest {
  @Test
  void countsWhatHappens() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    PrometheusFrontMetrics all = new PrometheusFrontMetrics(registry);
    FrontMetrics first = all.forListener("[::1]:10036");
    all.forListener("127.0.0.1:10038").sessionStarted();
    first.sessionStarted();
    first.sessionStarted();
    first.sessionEnded();
    first.limit(FrontMetrics.Limit.MESSAGE_SIZE);
    first.refused(FrontMetrics.Refusal.BEFORE_BANNER);
    first.strayLineEnds();
    first.spooled();
    first.spooledBytes(70_000);
    first.tlsStarted("TLSv1.3");
    first.tlsFailed();
    MemoryBudget budget = new MemoryBudget(1000);
    assertTrue(budget.tryReserve(100));
    MemoryBudget quota = new MemoryBudget(3000);
    assertTrue(quota.tryReserve(300));
    MemoryBudget working = new MemoryBudget(2000);
    assertTrue(working.tryReserve(200));
    PrometheusFrontMetrics.observe(
        registry, new FrontResources(budget, working, quota, Optional.empty()));
    first.transactionEnded(250, 1000, Duration.ofMillis(250));
    first.transactionEnded(0, 0, Duration.ofMillis(250));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(out, registry.scrape());
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    String label = "{listener=\"[::1]:10036\"";
    for (String expected :
        List.of(
            "authserver_front_sessions_open" + label + "} 1.0",
            "authserver_front_sessions_total" + label + "} 2.0",
            "authserver_front_sessions_total{listener=\"127.0.0.1:10038\"} 1.0",
            "authserver_front_limits_total{limit=\"message_size\",listener=\"[::1]:10036\"} 1.0",
            "authserver_front_sessions_refused_total" + label + ",reason=\"before_banner\"} 1.0",
            "authserver_front_stray_line_ends_total" + label + "} 1.0",
            "authserver_front_spooled_total" + label + "} 1.0",
            "authserver_front_spooled_bytes_total" + label + "} 70000.0",
            "authserver_front_tls_sessions_total" + label + ",protocol=\"TLSv1.3\"} 1.0",
            "authserver_front_tls_failures_total" + label + "} 1.0",
            "authserver_front_memory_used_bytes 100.0",
            "authserver_front_memory_capacity_bytes 1000.0",
            "authserver_front_working_memory_used_bytes 200.0",
            "authserver_front_working_memory_capacity_bytes 2000.0",
            "authserver_front_spool_used_bytes 300.0",
            "authserver_front_spool_capacity_bytes 3000.0",
            "authserver_front_transactions_total" + label + ",reply_code=\"250\"} 1.0",
            "authserver_front_transactions_total" + label + ",reply_code=\"0\"} 1.0",
            "authserver_front_message_bytes_total" + label + "} 1000.0",
            "authserver_front_transaction_seconds_sum" + label + "} 0.5")) {
      assertTrue(lines.contains(expected), () -> expected + " is not in " + lines);
    }
  }
}
