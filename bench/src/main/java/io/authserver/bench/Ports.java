package io.authserver.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/** Loopback ports of child processes. */
final class Ports {
  private static final Duration START_WAIT = Duration.ofSeconds(30);
  private static final int POLL_MILLIS = 20;

  private Ports() {}

  /** Returns an address that was free a moment ago. */
  static InetSocketAddress free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  /** Returns an address as {@code host:port}. */
  static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /**
   * Waits until a process greets as an SMTP server does.
   *
   * @throws BenchFailure when it ends, or does not greet in time
   */
  static void awaitGreeting(String name, Process process, InetSocketAddress address)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_WAIT.toNanos();
    while (!greets(address)) {
      if (!process.isAlive()) {
        throw new BenchFailure(name + " ended with status " + process.exitValue());
      }
      if (System.nanoTime() > deadline) {
        throw new BenchFailure(name + " does not greet at " + text(address));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static boolean greets(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, 1000);
      socket.setSoTimeout(1000);
      InputStream in = socket.getInputStream();
      return in.read() == '2';
    } catch (IOException e) {
      return false;
    }
  }
}
