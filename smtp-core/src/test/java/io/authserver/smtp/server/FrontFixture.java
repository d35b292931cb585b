package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A front on a free port of loopback, with a daemon that records. */
final class FrontFixture implements AutoCloseable {
  static final Extensions ALL = new Extensions(true, true, true, true, true, 0);

  final RecordingTransactions daemon = new RecordingTransactions();
  final MemoryBudget budget;
  final SmtpFront front;
  volatile Optional<Extensions> extensions = Optional.of(ALL);

  FrontFixture() throws IOException {
    this(builder -> builder, new MemoryBudget(MemoryBudget.DEFAULT_BYTES));
  }

  FrontFixture(UnaryOperator<SmtpFront.Builder> change) throws IOException {
    this(change, new MemoryBudget(MemoryBudget.DEFAULT_BYTES));
  }

  FrontFixture(UnaryOperator<SmtpFront.Builder> change, MemoryBudget budget) throws IOException {
    this.budget = budget;
    SmtpFront.Builder builder =
        SmtpFront.builder()
            .hostName("front.example")
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .memoryBudget(budget)
            .extensions(() -> extensions)
            .transactions(daemon);
    front = change.apply(builder).build();
    front.start();
  }

  static FrontLimits limits(long messageSize, int recipients, int sessions, int errors) {
    FrontLimits d = FrontLimits.DEFAULTS;
    return new FrontLimits(
        messageSize,
        recipients,
        sessions,
        d.sessionsPerClient(),
        d.commandLine(),
        d.headerSize(),
        d.headerFields(),
        d.lineLength(),
        d.receivedFields(),
        errors,
        d.backlog());
  }

  InetSocketAddress address() {
    return front.localAddresses().getFirst();
  }

  RawSmtpClient connect() throws IOException {
    return new RawSmtpClient(address());
  }

  RawSmtpClient greeted() throws IOException {
    return RawSmtpClient.greeted(address());
  }

  /** Greets, and says MAIL and RCPT. */
  RawSmtpClient inTransaction() throws IOException {
    RawSmtpClient client = greeted();
    client.command("MAIL FROM:<a@example.org>", "250");
    client.command("RCPT TO:<b@example.org>", "250");
    return client;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    front.close();
  }
}
