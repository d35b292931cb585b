package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.core.metrics.Counter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class HealthServerIT {
  private final AtomicReference<Optional<String>> database =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<String>> pulse = new AtomicReference<>(Optional.empty());
  private final DaemonAssembly assembly =
      new DaemonAssembly(
          Settings.read(SettingsTable.of("test", List.of()), List.of(), Map.of()), false);
  private final HealthServer server = new HealthServer(assembly);
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  @BeforeEach
  void start() throws Exception {
    assembly.readiness("database", database::get);
    assembly.liveness("pulse", pulse::get);
    server.bind(new HostPort("127.0.0.1", 0));
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(20))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private String get(String path) throws Exception {
    HttpResponse<String> response = send("GET", path);
    return response.statusCode() + " " + response.body();
  }

  @Test
  void readinessFollowsTheDaemonsLife() throws Exception {
    assertEquals("200 ok\n", get("/healthz"));
    assertEquals("503 daemon: starting\n", get("/readyz"));
    server.start();
    assertEquals("200 ok\n", get("/readyz"));
    server.stopping();
    assertEquals("503 daemon: stopping\n", get("/readyz"));
    assertEquals("200 ok\n", get("/healthz"));
  }

  @Test
  void tellsWhatIsWrong() throws Exception {
    server.start();
    database.set(Optional.of("connection\nrefused"));
    assertEquals("503 database: connection\\nrefused\n", get("/readyz"));
    assertEquals("200 ok\n", get("/healthz"));
    pulse.set(Optional.of("none"));
    assertEquals("503 pulse: none\n", get("/healthz"));
    assertEquals("503 pulse: none\ndatabase: connection\\nrefused\n", get("/readyz"));
  }

  @Test
  void aCheckThatThrowsHasFailed() throws Exception {
    assembly.liveness(
        "broken",
        () -> {
          throw new IllegalStateException("bug");
        });
    assertEquals("503 broken: the check itself failed\n", get("/healthz"));
  }

  @Test
  void servesMetrics() throws Exception {
    Counter counter =
        Counter.builder().name("mails_total").help("Mails.").register(assembly.metrics());
    counter.inc();
    HttpResponse<String> response = send("GET", "/metrics");
    assertEquals(200, response.statusCode());
    assertTrue(response.body().contains("mails_total 1.0\n"), response.body());
    assertTrue(response.headers().firstValue("Content-Type").orElse("").startsWith("text/plain"));
  }

  @Test
  void refusesTheRest() throws Exception {
    assertEquals(405, send("POST", "/healthz").statusCode());
    assertEquals(404, send("GET", "/healthz/x").statusCode());
    assertEquals(404, send("GET", "/").statusCode());
    HttpResponse<String> head = send("HEAD", "/healthz");
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
  }
}
