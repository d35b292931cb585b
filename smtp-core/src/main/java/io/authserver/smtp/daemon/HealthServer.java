package io.authserver.smtp.daemon;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /healthz}, {@code /readyz} and {@code /metrics} over HTTP on loopback. Both checks
 * answer 200 {@code ok}, or 503 with a line for each problem; {@code /readyz} is 503 until the
 * daemon has started and from when it stops.
 */
final class HealthServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";

  static {
    // Seconds; the JDK's server waits for a slow client without a bound unless told.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
    System.setProperty("jdk.httpserver.maxConnections", "64");
  }

  private final DaemonAssembly assembly;
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("health-", 0).factory());
  private @Nullable HttpServer server;
  private volatile @Nullable String notServing = "daemon: starting";

  HealthServer(DaemonAssembly assembly) {
    this.assembly = assembly;
  }

  /** Binds and answers, as a daemon that is starting. */
  void bind(HostPort address) throws IOException {
    try {
      HttpServer created = HttpServer.create(ListeningSockets.resolve(address), 16);
      created.setExecutor(executor);
      created.createContext("/healthz", exchange -> answer(exchange, "/healthz"));
      created.createContext("/readyz", exchange -> answer(exchange, "/readyz"));
      created.createContext("/metrics", exchange -> answer(exchange, "/metrics"));
      created.start();
      server = created;
    } catch (StartException e) {
      throw e;
    } catch (IOException e) {
      throw new StartException("cannot listen on " + address + ": " + e.getMessage());
    }
  }

  /** Returns the port that is served, or 0 where none is. */
  int port() {
    return server == null ? 0 : server.getAddress().getPort();
  }

  void start() {
    notServing = null;
  }

  void stopping() {
    notServing = "daemon: stopping";
  }

  private void answer(HttpExchange exchange, String path) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        send(exchange, 404, TEXT, "not found\n".getBytes(StandardCharsets.UTF_8));
      } else if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, TEXT, "only GET and HEAD\n".getBytes(StandardCharsets.UTF_8));
      } else if (path.equals("/metrics")) {
        sendMetrics(exchange);
      } else {
        sendProblems(exchange, path.equals("/readyz"));
      }
    }
  }

  private void sendProblems(HttpExchange exchange, boolean readiness) throws IOException {
    List<String> problems = new ArrayList<>(assembly.liveness().problems());
    if (readiness) {
      String reason = notServing;
      if (reason != null) {
        problems.add(reason);
      }
      problems.addAll(assembly.readiness().problems());
    }
    String text = problems.isEmpty() ? "ok\n" : String.join("\n", problems) + "\n";
    send(exchange, problems.isEmpty() ? 200 : 503, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  private void sendMetrics(HttpExchange exchange) throws IOException {
    ExpositionFormatWriter writer =
        formats.findWriter(exchange.getRequestHeaders().getFirst("Accept"));
    ByteArrayOutputStream body = new ByteArrayOutputStream(8192);
    writer.write(body, assembly.metrics().scrape());
    send(exchange, 200, writer.getContentType(), body.toByteArray());
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
    }
    executor.shutdownNow();
  }
}
