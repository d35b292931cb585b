package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.Spool;
import io.authserver.smtp.relay.Extensions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What must hold for any bytes that a client sends in a whole session, however they are cut: see
 * {@link SessionJudge}. The first byte chooses settings, the second how the rest is cut into reads.
 */
final class SmtpSessionTarget {
  private static final Extensions ALL = new Extensions(true, true, true, true, true, 0);
  private static final FrontLimits NARROW =
      new FrontLimits(6000, 3, 10, 10, 512, 1500, 20, 700, 4, 12, 10);
  private static final FrontLimits WIDE =
      new FrontLimits(1 << 20, 50, 10, 10, 4096, 1 << 16, 5000, 1 << 16, 100, 100, 10);
  private static final FrontTimeouts PATIENT =
      new FrontTimeouts(
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1));

  private SmtpSessionTarget() {}

  static void check(byte[] input) {
    if (input.length < 2) {
      return;
    }
    int flags = input[0];
    byte[] said = java.util.Arrays.copyOfRange(input, 2, input.length);
    FrontLimits limits = (flags & 1) == 0 ? NARROW : WIDE;
    StrayLineEnds stray = (flags & 2) == 0 ? StrayLineEnds.CONVERT : StrayLineEnds.REFUSE;
    boolean known = (flags & 4) == 0;
    // Large enough that nothing goes to a file: that is another class's test, and slow.
    MemoryBudget budget = new MemoryBudget(4 << 20);
    MemoryBudget working = new MemoryBudget((flags & 8) == 0 ? 4 << 20 : 300);
    MoodyTransactions daemon = new MoodyTransactions();
    FrontSettings settings =
        new FrontSettings(
            "front.example",
            limits,
            PATIENT,
            stray,
            budget,
            working,
            HeaderCost.NONE,
            new Spool(Path.of("/nonexistent"), new MemoryBudget(0)),
            () -> known ? Optional.of(ALL) : Optional.empty(),
            daemon,
            FrontMetrics.NONE,
            InstantSource.fixed(Instant.EPOCH),
            null,
            Network.LOOPBACK);
    MemorySocket socket = new MemorySocket(said, input[1] & 0xff);
    try {
      new SmtpSession(settings, socket, "FUZZ").run();
    } catch (IOException e) {
      throw new AssertionError("the session threw", e);
    }
    require(budget.used() == 0, "memory was not given back: " + budget.used());
    require(working.used() == 0, "working memory was not given back: " + working.used());
    require(daemon.begun() == daemon.closed(), "transactions were left open");
    new SessionJudge(said, socket.written(), stray, daemon.messages()).judge();
  }

  static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
