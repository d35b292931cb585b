package io.authserver.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The metrics of a daemon, read over HTTP. */
final class MetricsPage implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpRequest request;

  /**
   * Reads nothing yet.
   *
   * @param health where the daemon serves its health
   */
  MetricsPage(InetSocketAddress health) {
    request =
        HttpRequest.newBuilder(URI.create("http://" + Ports.text(health) + "/metrics"))
            .timeout(Duration.ofSeconds(10))
            .build();
  }

  /** Asks, and returns the sum of the series whose name and labels begin so; 0 without any. */
  double sum(String series) throws IOException, InterruptedException {
    return client
        .send(request, HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    client.close();
  }
}
