package io.authserver.storm;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that send a byte a second until they are closed: every second one within a command, the
 * others within the header of a message to an address whose mail is dropped, so that they hold no
 * connection to a next hop.
 */
final class SlowClients implements AutoCloseable {
  private static final String COMMAND = "EHLO slow.example".repeat(20);
  private static final String MESSAGE =
      String.join(
          "\r\n",
          "EHLO slow.example",
          "MAIL FROM:<x@slow.example>",
          "RCPT TO:<thrown-away@ours.example>",
          "DATA",
          "");

  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger holding = new AtomicInteger();

  SlowClients(InetSocketAddress daemon, int count) {
    for (int i = 0; i < count; i++) {
      String at = i % 2 == 0 ? "" : MESSAGE;
      Thread.ofVirtual().name("slow-" + i).start(() -> hold(daemon, at));
    }
  }

  private void hold(InetSocketAddress daemon, String atOnce) {
    try (Socket socket = new Socket(daemon.getAddress(), daemon.getPort())) {
      socket.setSoTimeout(60_000);
      if (socket.getInputStream().read() != '2') {
        return;
      }
      OutputStream out = socket.getOutputStream();
      out.write(atOnce.getBytes(StandardCharsets.US_ASCII));
      holding.incrementAndGet();
      String slowly = atOnce.isEmpty() ? COMMAND : "Subject: " + COMMAND;
      // Slowness is what is asked for: this ends early only with the storm.
      try {
        for (int i = 0; i < slowly.length() && !over.await(1, TimeUnit.SECONDS); i++) {
          out.write(slowly.charAt(i));
        }
      } finally {
        holding.decrementAndGet();
      }
    } catch (IOException e) {
      // The daemon has ended the session.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how many have a session. */
  int holding() {
    return holding.get();
  }

  @Override
  public void close() {
    over.countDown();
  }
}
