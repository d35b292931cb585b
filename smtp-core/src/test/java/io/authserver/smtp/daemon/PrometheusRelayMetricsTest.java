package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.relay.RelayStep;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrometheusRelayMetricsTest {
  private static List<String> scrape(PrometheusRegistry registry) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(out, registry.scrape());
    return out.toString(StandardCharsets.UTF_8).lines().filter(l -> !l.startsWith("#")).toList();
  }

  @Test
  void countsWhatHappens() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    PrometheusRelayMetrics metrics = new PrometheusRelayMetrics(registry);
    String hop = "127.0.0.1:10045";
    metrics.connectionOpened(hop, Duration.ofMillis(20));
    metrics.connectionOpened(hop, Duration.ofMillis(20));
    metrics.connectionClosed(hop);
    metrics.connectionReused(hop);
    metrics.transactionRepeated(hop, RelayStep.MAIL);
    metrics.recipientsUnanswered(hop, 2);
    metrics.failure(hop, RelayStep.FINAL_REPLY);
    metrics.transactionSplit(hop);
    metrics.deliveredInPart(hop, 3);
    metrics.messageAnswered(hop, 250, Duration.ofMillis(1500));
    List<String> lines = scrape(registry);
    String label = "{next_hop=\"127.0.0.1:10045\"";
    for (String expected :
        List.of(
            "authserver_relay_connections_open" + label + "} 1.0",
            "authserver_relay_connect_seconds_count" + label + "} 2",
            "authserver_relay_connections_reused_total" + label + "} 1.0",
            "authserver_relay_transactions_repeated_total" + label + ",step=\"mail\"} 1.0",
            "authserver_relay_recipients_unanswered_total" + label + "} 2.0",
            "authserver_relay_failures_total" + label + ",step=\"final_reply\"} 1.0",
            "authserver_relay_transactions_split_total" + label + "} 1.0",
            "authserver_relay_delivered_in_part_total" + label + "} 3.0",
            "authserver_relay_messages_total" + label + ",reply_code=\"250\"} 1.0",
            "authserver_relay_message_seconds_sum" + label + "} 1.5")) {
      assertTrue(lines.contains(expected), () -> expected + " is not in " + lines);
    }
  }

  @Test
  void tellsOfTheProcess() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    JvmMetrics.register(registry);
    assertEquals(
        List.of(
            "jvm_gc_seconds_total",
            "jvm_heap_max_bytes",
            "jvm_heap_used_bytes",
            "process_start_time_seconds"),
        scrape(registry).stream().map(line -> line.replaceAll(" .*", "")).sorted().toList());
  }
}
