package io.authserver.smtp.daemon;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.server.SmtpFront;
import io.authserver.smtp.testing.PassThrough;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A front and a relay as a process of their own, whose memory for messages is so small that nearly
 * every message is spooled.
 */
final class SpoolingRelay {
  static final int BUDGET = 16_000;

  private SpoolingRelay() {}

  /** Arguments: the next hop's address and port, the spool directory. */
  public static void main(String[] args) throws Exception {
    try (RelayPool pool =
            RelayPool.start(
                NextHopConfiguration.of(args[0], Integer.parseInt(args[1]), "relay.example"));
        SmtpFront front =
            SmtpFront.builder()
                .hostName("front.example")
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .memoryBudget(new MemoryBudget(BUDGET))
                .spoolDirectory(Path.of(args[2]))
                .extensions(pool::extensions)
                .transactions(new PassThrough(pool))
                .build()) {
      front.start();
      System.err.println("listening " + front.localAddresses().getFirst().getPort());
      new CountDownLatch(1).await();
    }
  }
}
