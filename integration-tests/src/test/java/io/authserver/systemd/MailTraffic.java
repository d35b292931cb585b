package io.authserver.systemd;

import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Clients that send one message after another, over new and over kept connections. */
final class MailTraffic implements AutoCloseable {
  private static final int CLIENTS = 6;
  private static final int KEPT_FOR = 40;
  private static final int PATIENCE_MILLIS = 120_000;
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private final InetSocketAddress server;
  private final String prefix;
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
  private final Queue<String> taken = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean over;

  MailTraffic(InetSocketAddress server, String prefix) {
    this.server = server;
    this.prefix = prefix;
    for (int i = 0; i < CLIENTS; i++) {
      String name = prefix + i;
      int messages = i % 2 == 0 ? 1 : KEPT_FOR;
      clients.add(Thread.ofVirtual().start(() -> sendUntilOver(name, messages)));
    }
  }

  /** Returns how many messages were answered with 250. */
  int taken() {
    return taken.size();
  }

  /** Waits until more were taken, or one client met trouble. */
  void awaitTaken(int count) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (taken.size() < count && troubles.isEmpty() && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /**
   * Ends the clients and returns what went wrong: refused, reset, lost or doubled.
   *
   * @param arrived the subjects at the next hop, asked for when no client sends any more
   */
  List<String> end(Supplier<List<String>> arrived) throws InterruptedException {
    over = true;
    for (Thread client : clients) {
      client.join();
    }
    Map<String, Integer> counts = new TreeMap<>();
    arrived.get().stream()
        .filter(subject -> subject.startsWith(prefix))
        .forEach(subject -> counts.merge(subject, 1, Integer::sum));
    taken.forEach(subject -> counts.merge(subject, -1, Integer::sum));
    counts.values().removeIf(count -> count == 0);
    List<String> faults = new ArrayList<>(troubles);
    counts.forEach(
        (subject, count) -> faults.add(subject + (count > 0 ? " doubled " : " lost ") + count));
    return faults;
  }

  @Override
  public void close() {
    over = true;
  }

  private void sendUntilOver(String name, int messages) {
    int number = 0;
    try {
      while (!over) {
        try (RawSmtpClient client = new RawSmtpClient(server)) {
          client.socket().setSoTimeout(PATIENCE_MILLIS);
          boolean open = take(client, null, "220") && take(client, "EHLO c.example", "250");
          for (int i = 0; open && !over && i < messages; i++) {
            open = send(client, name + "-" + number);
            number += open ? 1 : 0;
          }
          if (open) {
            take(client, "QUIT", "221");
          }
          client.readToEnd();
        }
      }
    } catch (IOException | AssertionError e) {
      troubles.add(name + " message " + number + ": " + e);
    }
  }

  private boolean send(RawSmtpClient client, String subject) throws IOException {
    String message = "From: ann@" + InstalledSite.DOMAIN + "\r\nSubject: " + subject + "\r\n\r\nx";
    boolean whole =
        take(client, "MAIL FROM:<ann@" + InstalledSite.DOMAIN + ">", "250")
            && take(client, "RCPT TO:<b@far.example>", "250")
            && take(client, "DATA", "354")
            && take(client, message + "\r\n.", "250");
    if (whole) {
      taken.add(subject);
    }
    return whole;
  }

  /** Returns whether the reply is the one that is wanted; false for the end of a session. */
  private boolean take(RawSmtpClient client, @Nullable String line, String wanted)
      throws IOException {
    if (line != null) {
      client.send(line + "\r\n");
    }
    String reply = client.readReply();
    if (reply.startsWith("421 4.3.2")) {
      return false;
    }
    if (!reply.startsWith(wanted)) {
      throw new IOException(line + " was answered with " + reply);
    }
    return true;
  }
}
