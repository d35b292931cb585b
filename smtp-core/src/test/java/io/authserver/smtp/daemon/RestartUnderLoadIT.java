package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.NullRelayMain;
import io.authserver.smtp.testing.Oracle;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A daemon that is stopped and started under traffic, while another process holds its listening
 * socket as systemd does: no client is refused or reset, nothing is lost, nothing comes twice.
 */
@Timeout(180)
@Needs(Oracle.PERL)
class RestartUnderLoadIT {
  private static final int RESTARTS = 3;
  private static final int NEW_CONNECTIONS = 4;
  private static final int KEPT_CONNECTIONS = 2;

  /** Holds a socket and runs the daemon once for each line that it reads. */
  private static final String HOLDER =
      """
      socket(S, PF_INET, SOCK_STREAM, 0) and bind(S, sockaddr_in(0, INADDR_LOOPBACK))
        and listen(S, 1024) or die;
      my ($port) = sockaddr_in(getsockname(S));
      $ENV{NULLRELAY_LISTEN} = "127.0.0.1:$port";
      print STDERR "holding $port\\n";
      while (<STDIN>) {
        my $pid = fork();
        if ($pid == 0) {
          open(STDIN, "<&S") or die;
          exec(@ARGV) or die;
        }
        print STDERR "started $pid\\n";
        waitpid($pid, 0);
        print STDERR "ended with $?\\n";
      }
      """;

  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
  private final Queue<String> delivered = new ConcurrentLinkedQueue<>();
  private final AtomicInteger retries = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void refusesResetsLosesAndDoublesNothing() throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-MSocket", "-e", HOLDER));
    command.addAll(ChildProcess.java(NullRelayMain.class));
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        ChildProcess holder =
            new ChildProcess(
                command,
                Map.of(
                    "NULLRELAY_NEXT_HOP",
                    nextHop.host() + ":" + nextHop.port(),
                    "NULLRELAY_HOSTNAME",
                    "relay.example",
                    "NULLRELAY_STOP_LINGER",
                    "0s"))) {
      int port = Integer.parseInt(holder.awaitLine("holding ").replaceAll("\\D", ""));
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      List<Thread> clients = new ArrayList<>();
      try {
        for (int run = 1; run <= RESTARTS + 1; run++) {
          holder.say("start");
          holder.awaitLines("event=ready", run);
          if (run == 1) {
            clients.addAll(startClients(address));
          }
          int seen = delivered.size();
          awaitMore(seen + 100);
          over.set(run > RESTARTS);
          if (run > RESTARTS) {
            for (Thread each : clients) {
              each.join();
            }
          }
          stopDaemon(holder, run);
        }
      } finally {
        over.set(true);
        String last =
            holder.lines().stream().filter(l -> l.startsWith("started ")).reduce("", (a, b) -> b);
        ProcessHandle.of(Long.parseLong("0" + last.replaceAll("\\D", "")))
            .ifPresent(ProcessHandle::destroyForcibly);
      }
      assertEquals(List.of(), List.copyOf(troubles));
      assertTrue(retries.get() > 0, "no client met a restart");
      Map<String, Integer> counts = new TreeMap<>();
      nextHop
          .messages()
          .forEach(
              message ->
                  counts.merge(
                      message.text().substring(message.text().indexOf("Subject: ") + 9).strip(),
                      1,
                      Integer::sum));
      delivered.forEach(subject -> counts.merge(subject, -1, Integer::sum));
      counts.values().removeIf(count -> count == 0);
      assertEquals(Map.of(), counts, "taken more (+) or less (-) often than answered");
    }
  }

  private void stopDaemon(ChildProcess holder, int run) throws InterruptedException {
    String started = holder.awaitLines("started ", run);
    ProcessHandle.of(Long.parseLong(started.replaceAll("\\D", ""))).orElseThrow().destroy();
    assertEquals("ended with 0", holder.awaitLines("ended with ", run));
  }

  private void awaitMore(int count) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    synchronized (delivered) {
      while (delivered.size() < count && troubles.isEmpty() && System.nanoTime() - end < 0) {
        delivered.wait(100);
      }
    }
  }

  private List<Thread> startClients(InetSocketAddress address) {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < NEW_CONNECTIONS + KEPT_CONNECTIONS; i++) {
      String name = "client" + i;
      boolean keeps = i >= NEW_CONNECTIONS;
      clients.add(Thread.ofVirtual().start(() -> sendUntilOver(address, name, keeps)));
    }
    return clients;
  }

  private void sendUntilOver(InetSocketAddress address, String name, boolean keeps) {
    int number = 0;
    String where = "";
    try {
      while (!over.get()) {
        where = name + " connecting";
        try (RawSmtpClient client = new RawSmtpClient(address)) {
          client.socket().setSoTimeout(60_000);
          boolean open = true;
          for (int i = 0; open && i < (keeps ? 50 : 1); i++) {
            where = name + " message " + number;
            open = send(client, i == 0, name + "-" + number);
            if (open) {
              number++;
            }
          }
          where = name + " at the end";
          if (open) {
            client.send("QUIT\r\n");
            String bye = client.readReply();
            if (!bye.startsWith("221") && !bye.startsWith("421 4.3.2")) {
              troubles.add(where + ": " + bye);
            }
          }
          // The end of the stream, and no reset before it.
          client.readToEnd();
        }
      }
    } catch (IOException | AssertionError e) {
      troubles.add(where + ": " + e);
    }
  }

  /** Returns whether the message was taken; else the daemon said 421, which ends the session. */
  private boolean send(RawSmtpClient client, boolean first, String subject) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of("MAIL FROM:<a@x.example>", "RCPT TO:<b@x.example>", "DATA", "body"));
    if (first) {
      lines.add(0, "EHLO c.example");
      lines.add(0, "");
    }
    for (String line : lines) {
      if (line.equals("body")) {
        client.send("Subject: " + subject + "\r\n.\r\n");
      } else if (!line.isEmpty()) {
        client.send(line + "\r\n");
      }
      String reply = client.readReply();
      if (reply.startsWith("421 4.3.2")) {
        retries.incrementAndGet();
        return false;
      }
      if (!reply.matches("(?s)(220|250|354).*")) {
        throw new IOException(line + " was answered with " + reply);
      }
    }
    delivered.add(subject);
    synchronized (delivered) {
      delivered.notifyAll();
    }
    return true;
  }
}
