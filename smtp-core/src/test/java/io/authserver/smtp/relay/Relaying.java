package io.authserver.smtp.relay;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.testing.ScriptedNextHop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What the tests of the relay have in common. */
final class Relaying {
  static final Duration BOUND = Duration.ofSeconds(10);
  static final byte[] NOTHING = {};
  static final MessageBytes MESSAGE = message("Subject: x\r\n\r\nhello\r\n");

  private Relaying() {}

  /** Generous where a test does not want a timeout. */
  static RelayTimeouts timeouts() {
    return timeouts(BOUND, BOUND);
  }

  /** Every reply and write within a time, all together within another. */
  static RelayTimeouts timeouts(Duration each, Duration total) {
    return new RelayTimeouts(each, each, each, each, each, each, each, total);
  }

  static NextHopConfiguration configuration(ScriptedNextHop nextHop) {
    return configuration(nextHop.host(), nextHop.port(), 4, BOUND, 80, timeouts());
  }

  static NextHopConfiguration configuration(
      String host,
      int port,
      int maxConnections,
      Duration idle,
      int maxMessages,
      RelayTimeouts timeouts) {
    return new NextHopConfiguration(
        host,
        port,
        "relay.example",
        maxConnections,
        idle,
        maxMessages,
        timeouts,
        Duration.ofMinutes(5));
  }

  /** A pool whose first probe is over: the next hop has seen connection 1, which is kept. */
  static RelayPool probed(NextHopConfiguration configuration) {
    RelayPool pool = RelayPool.start(configuration);
    pool.awaitExtensions(BOUND);
    return pool;
  }

  static Sender sender(String address) {
    return sender(address, MailParameters.NONE);
  }

  static Sender sender(String address, MailParameters parameters) {
    return address.isEmpty()
        ? new Sender(new ReversePath.Null(), parameters)
        : new Sender(new ReversePath.Address(Mailbox.parse(address)), parameters);
  }

  static List<Recipient> recipients(String... addresses) {
    return Stream.of(addresses).map(Relaying::recipient).toList();
  }

  static Recipient recipient(String address) {
    return new Recipient(new ForwardPath.Address(Mailbox.parse(address)), RecipientParameters.NONE);
  }

  static MessageBytes message(String text) {
    return MessageBytes.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A whole transaction with one recipient; returns the first outcome that is not a delivery. */
  static RelayOutcome relay(NextHop nextHop) throws IOException {
    return relay(nextHop, MESSAGE);
  }

  static RelayOutcome relay(NextHop nextHop, MessageBytes message) throws IOException {
    try (RelayTransaction transaction = nextHop.open(BOUND)) {
      transaction.mail(sender("a@example.org"));
      RelayOutcome recipient = transaction.recipients(recipients("b@example.net")).getFirst();
      if (!(recipient instanceof RelayOutcome.Delivered)) {
        return recipient;
      }
      RelayOutcome sent = transaction.send(NOTHING, message);
      return sent instanceof RelayOutcome.Delivered ? transaction.finish() : sent;
    }
  }

  /** Waits for a condition that comes true by another thread's doing. */
  static void awaitTrue(BooleanSupplier condition, String what) {
    Deadline deadline = Deadline.after(BOUND);
    while (!condition.getAsBoolean()) {
      if (deadline.hasPassed()) {
        throw new AssertionError("not in time: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** The reply for our client, as one line. */
  static String said(RelayOutcome outcome) {
    return outcome.reply().toString();
  }
}
