package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.relay.RelayTimeouts;
import io.authserver.smtp.testing.NullRelay;
import io.authserver.smtp.testing.RawSmtpClient;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A front that relays to a next hop over one connection at a time: one that is not given back makes
 * the next transaction fail.
 */
final class RelayingFront implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(10);

  final MemoryBudget budget = new MemoryBudget(MemoryBudget.DEFAULT_BYTES);
  final RelayPool pool;
  final SmtpFront front;

  RelayingFront(ScriptedNextHop nextHop, Duration step, FrontTimeouts frontTimeouts)
      throws IOException {
    RelayTimeouts timeouts =
        new RelayTimeouts(step, step, step, step, step, step, step, step.multipliedBy(4));
    pool =
        RelayPool.start(
            new NextHopConfiguration(
                nextHop.host(),
                nextHop.port(),
                "relay.example",
                1,
                BOUND,
                80,
                timeouts,
                Duration.ofMinutes(5)));
    if (pool.awaitExtensions(BOUND).isEmpty()) {
      throw new AssertionError("the next hop was not reached");
    }
    front =
        SmtpFront.builder()
            .hostName("front.example")
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .memoryBudget(budget)
            .timeouts(frontTimeouts)
            .extensions(pool::extensions)
            .transactions(new NullRelay(pool))
            .build();
    front.start();
  }

  RelayingFront(ScriptedNextHop nextHop) throws IOException {
    this(nextHop, BOUND, FrontTimeouts.DEFAULTS);
  }

  InetSocketAddress address() {
    return front.localAddresses().getFirst();
  }

  /** Sends one message over a new session, which must be taken. */
  void deliver(String body) throws IOException {
    try (RawSmtpClient client = RawSmtpClient.greeted(address())) {
      deliver(client, body);
      client.command("QUIT", "221");
    }
  }

  static void deliver(RawSmtpClient client, String body) throws IOException {
    client.command("MAIL FROM:<a@example.org>", "250");
    client.command("RCPT TO:<b@example.org>", "250");
    client.command("DATA", "354");
    client.send(body + "\r\n.\r\n");
    client.expect("250 2.0.0 Taken");
  }

  /** Waits until sessions and memory are given back. */
  void awaitNothingLeft() {
    awaitTrue(() -> front.sessionCount() == 0, "no session");
    awaitTrue(() -> budget.used() == 0, "no memory");
  }

  static void awaitTrue(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not in time: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    front.close();
    pool.close();
  }
}
