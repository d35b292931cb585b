package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the front refuses for good it asks the daemon about, which gets the header section. */
final class FrontRefusedIT {
  private static final String TRACE = "Received: from a by edge with ESMTP id 1; now\r\n";
  private static final Reply DROPPED = Reply.of(250, "2.0.0", "dropped");

  @TempDir Path spool;
  private final AtomicReference<RefusedMessage> asked = new AtomicReference<>();

  private static FrontLimits limits() {
    return new FrontLimits(200_000, 10, 10, 10, 4096, 100_000, 100, 5000, 3, 10, 10);
  }

  /**
   * A message over a limit.
   *
   * @param kept of its header section
   * @param whole whether that is all
   */
  record Case(String reason, String reply, String message, String kept, boolean whole) {
    @Override
    public String toString() {
      return reason + " " + message.length();
    }
  }

  private static Stream<Case> cases() {
    String header = TRACE + "Subject: s\r\n";
    String large = TRACE + ("X: " + "y".repeat(3995) + "\r\n").repeat(30);
    String fields = TRACE + "X: y\r\n".repeat(100);
    String hops = TRACE.repeat(4);
    return Stream.of(
        new Case(
            "message_size",
            "552 5.3.4 message too large",
            header + "\r\n" + "body\r\n".repeat(50_000),
            header,
            true),
        new Case(
            "header_size",
            "552 5.3.4 header section too large",
            large + "\r\nbody\r\n",
            large.substring(0, RefusedMessage.MOST_HEADER_BYTES),
            false),
        new Case(
            "header_fields",
            "552 5.3.4 too many header fields",
            fields + "\r\nbody\r\n",
            fields,
            true),
        new Case(
            "line_length",
            "554 5.6.0 line of the message too long",
            header + "\r\n" + "x".repeat(9000) + "\r\n",
            header,
            true),
        new Case(
            "received_fields",
            "554 5.4.6 more than 3 Received fields: a loop",
            hops + "\r\nbody\r\n",
            hops,
            true),
        new Case(
            "stray_line_ends",
            "550 5.6.11 message has a CR or LF that is no part of a CRLF",
            header + "\r\na\nb\r\n",
            header,
            true));
  }

  private FrontFixture front(MemoryBudget messages, MemoryBudget working) throws IOException {
    FrontFixture fixture =
        new FrontFixture(
            builder ->
                builder
                    .limits(limits())
                    .spoolDirectory(spool)
                    .workingMemory(working)
                    .strayLineEnds(StrayLineEnds.REFUSE),
            messages);
    fixture.daemon.onRefused =
        message -> {
          asked.set(message);
          return DROPPED;
        };
    return fixture;
  }

  private static String text(HeaderSection header) {
    return new String(header.bytes(), StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theDaemonAnswersInItsPlace(Case given) throws IOException {
    // In memory, and in the spool.
    for (long memory : new long[] {MemoryBudget.DEFAULT_BYTES, 0}) {
      MemoryBudget working = new MemoryBudget(1 << 20);
      MemoryBudget messages = new MemoryBudget(memory);
      try (FrontFixture fixture = front(messages, working);
          LogCapture log = new LogCapture("io.authserver.smtp.transaction")) {
        try (RawSmtpClient client = fixture.inTransaction()) {
          assertEquals("250 2.0.0 dropped", client.data(FrontFixture.bytes(given.message())));
          client.command("NOOP", "250");
        }
        RefusedMessage message = asked.get();
        assertEquals(given.reason(), message.reason());
        assertEquals(given.reply(), message.reply().toString());
        assertEquals(given.whole(), message.whole());
        String kept = text(message.header());
        assertTrue(kept.startsWith(given.kept()), kept.length() + " " + given.kept().length());
        if (given.whole()) {
          assertEquals(given.kept(), kept);
        }
        assertTrue(fixture.daemon.messages.isEmpty());
        assertEquals(0, working.used() + messages.used());
        assertEquals(1, log.containing("reply=\"250 2.0.0 dropped\"").size());

        fixture.daemon.onRefused = RefusedMessage::reply;
        try (RawSmtpClient client = fixture.inTransaction()) {
          assertEquals(given.reply(), client.data(FrontFixture.bytes(given.message())));
        }
        fixture.daemon.onRefused =
            _ -> {
              throw new IOException("fails");
            };
        try (RawSmtpClient client = fixture.inTransaction()) {
          assertEquals(
              "451 4.3.0 local error, try again later",
              client.data(FrontFixture.bytes(given.message())));
        }
      }
    }
  }

  @Test
  void withoutMemoryThereIsNoHeader() throws IOException {
    MemoryBudget working = new MemoryBudget(1 << 20);
    try (FrontFixture fixture = front(new MemoryBudget(MemoryBudget.DEFAULT_BYTES), working);
        RawSmtpClient client = fixture.inTransaction()) {
      long taken = working.capacity() - working.used();
      assertTrue(working.tryReserve(taken));
      assertEquals(
          "250 2.0.0 dropped",
          client.data(FrontFixture.bytes(TRACE + "\r\n" + "x".repeat(9000) + "\r\n")));
      assertNull(asked.get().header());
      working.release(taken);
    }
  }

  @Test
  void whatIsRefusedForNowIsNotAskedAbout() throws IOException {
    MemoryBudget working = new MemoryBudget(1 << 20);
    try (FrontFixture fixture = front(new MemoryBudget(MemoryBudget.DEFAULT_BYTES), working);
        RawSmtpClient client = fixture.inTransaction()) {
      long taken = working.capacity() - working.used();
      assertTrue(working.tryReserve(taken));
      assertEquals(
          "452 4.3.1 not enough memory for the header section now",
          client.data(FrontFixture.bytes(TRACE + "\r\nbody\r\n")));
      assertNull(asked.get());
      working.release(taken);
    }
  }
}
