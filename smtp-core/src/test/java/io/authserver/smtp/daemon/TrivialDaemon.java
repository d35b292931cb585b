package io.authserver.smtp.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The smallest daemon that has something to drain: it greets a connection, and the work of that
 * connection ends when the client sends a line, which is answered.
 */
final class TrivialDaemon implements DaemonPart {
  static final Setting<HostPort> LISTEN =
      Setting.of("TRIVIAL_LISTEN", SettingTypes.hostPort(), "where it listens");
  static final Setting<HostPort> BESIDE =
      Setting.of("TRIVIAL_BESIDE", SettingTypes.hostPort(), "where it listens, too").optional();
  static final Setting<Boolean> DEAD =
      Setting.of("TRIVIAL_DEAD", SettingTypes.bool(), "fails its liveness check").orElse("false");
  static final SettingsTable TABLE = SettingsTable.of("trivial", List.of(LISTEN, BESIDE, DEAD));

  private final ServerSocket listener;
  private final Phaser work = new Phaser(1);

  private TrivialDaemon(ServerSocket listener) {
    this.listener = listener;
  }

  public static void main(String[] args) {
    Daemon.of(TABLE, TrivialDaemon::assemble).run(args);
  }

  static void assemble(DaemonAssembly daemon) {
    Settings settings = daemon.settings();
    Optional<ServerSocket> socket = daemon.attempt(() -> daemon.listen(settings.get(LISTEN)));
    settings
        .find(BESIDE)
        .flatMap(address -> daemon.attempt(() -> daemon.bind(address)))
        .ifPresent(beside -> System.err.println("beside " + beside.getLocalPort()));
    if (!daemon.isSound()) {
      return;
    }
    daemon.add(new TrivialDaemon(socket.orElseThrow()));
    boolean dead = settings.get(DEAD);
    daemon.liveness("pulse", () -> dead ? Optional.of("none") : Optional.empty());
  }

  @Override
  public void start() {
    Thread.ofPlatform().daemon().start(this::acceptAll);
  }

  private void acceptAll() {
    System.err.println("listening " + listener.getLocalPort());
    while (true) {
      try {
        Socket client = listener.accept();
        work.register();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        System.err.println("accepts no more");
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(60_000);
      client.getOutputStream().write("220 hello\r\n".getBytes(StandardCharsets.US_ASCII));
      var in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
      client
          .getOutputStream()
          .write(("250 " + in.readLine() + "\r\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      System.err.println("broken " + e);
    } finally {
      work.arriveAndDeregister();
    }
  }

  @Override
  public void beginStop(Duration linger, Duration limit) {
    close();
  }

  @Override
  public boolean awaitDrained(Duration limit) throws InterruptedException {
    try {
      int phase = work.arriveAndDeregister();
      if (phase >= 0 && !work.isTerminated()) {
        work.awaitAdvanceInterruptibly(phase, limit.toMillis(), TimeUnit.MILLISECONDS);
      }
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
