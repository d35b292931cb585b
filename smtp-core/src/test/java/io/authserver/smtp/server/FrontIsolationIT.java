package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is thrown in a session ends that session at most: the others go on, and what it had of
 * memory, permits and counts is given back.
 */
class FrontIsolationIT {
  /** Where a transaction throws. */
  enum Event {
    BEGIN,
    MAIL,
    RCPT,
    MESSAGE,
    LOG_FIELDS,
    CLOSE
  }

  private final MemoryBudget budget = new MemoryBudget(1 << 20);
  private final MemoryBudget working = new MemoryBudget(1 << 20);
  private final AtomicInteger openSessions = new AtomicInteger();
  private final AtomicInteger transactions = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  /** Throws without a word to the compiler. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private final class Throwing implements MailTransaction {
    private final Event event;
    private final Supplier<Throwable> thrown;
    private int recipients;

    Throwing(Event event, Supplier<Throwable> thrown) {
      this.event = event;
      this.thrown = thrown;
    }

    private void at(Event now) {
      if (event == now) {
        FrontIsolationIT.<RuntimeException>raise(thrown.get());
      }
    }

    @Override
    public Reply onMail(Sender sender) {
      at(Event.MAIL);
      return Reply.of(250, "2.1.0", "ok");
    }

    @Override
    public List<Reply> onRecipients(List<Recipient> some) {
      at(Event.RCPT);
      recipients += some.size();
      return Collections.nCopies(some.size(), Reply.of(250, "2.1.5", "ok"));
    }

    @Override
    public List<Reply> onMessage(ReceivedMessage message) {
      at(Event.MESSAGE);
      return Collections.nCopies(recipients, Reply.of(250, "2.0.0", "taken"));
    }

    @Override
    public Map<String, String> logFields() {
      at(Event.LOG_FIELDS);
      return Map.of();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
      at(Event.CLOSE);
    }
  }

  private final class Counts implements FrontMetrics {
    @Override
    public void sessionStarted() {
      openSessions.incrementAndGet();
    }

    @Override
    public void sessionEnded() {
      openSessions.decrementAndGet();
    }
  }

  static Stream<Arguments> events() {
    List<Supplier<Throwable>> thrown =
        List.of(
            () -> new IllegalStateException("a bug"),
            FrontIsolationIT::endlessRecursion,
            () -> new NoClassDefFoundError("a class that is missing"),
            () -> new AssertionError("a bug"),
            () -> new Throwable("no exception and no error"));
    return Stream.of(Event.values())
        .flatMap(event -> thrown.stream().map(each -> Arguments.of(event, each.get())));
  }

  @SuppressWarnings("InfiniteRecursion") // that is what it is for
  private static StackOverflowError endlessRecursion() {
    try {
      return endlessRecursion();
    } catch (StackOverflowError e) {
      return e;
    }
  }

  @ParameterizedTest
  @MethodSource("events")
  void whatIsThrownEndsItsSessionAtMost(Event event, Throwable thrown) throws Exception {
    MailTransactionFactory daemon =
        session -> {
          // Only the first transaction throws.
          boolean first = transactions.incrementAndGet() == 1;
          if (first && event == Event.BEGIN) {
            FrontIsolationIT.<RuntimeException>raise(thrown);
          }
          return new Throwing(first ? event : Event.BEGIN, () -> thrown);
        };
    try (LogCapture log = new LogCapture("io.authserver.smtp");
        FrontFixture fixture =
            new FrontFixture(
                builder ->
                    builder
                        .limits(FrontFixture.limits(1 << 20, 10, 2, 10))
                        .transactions(daemon)
                        .metrics(new Counts())
                        .workingMemory(working),
                budget)) {
      try (RawSmtpClient other = fixture.greeted()) {
        try (RawSmtpClient client = fixture.greeted()) {
          boolean ends = !isAnswered(event, thrown);
          String reply = transaction(client);
          assertTrue(reply.startsWith(expected(event, ends)), reply);
          assertNull(ends ? client.readLine() : null);
          if (!ends) {
            client.command("RSET", "250");
          }
        }
        assertTrue(log.containing("ERROR event=").size() == 1, "it is in the log, once");
        assertEquals("250 2.0.0 taken", transaction(other), "another session goes on");
        other.command("QUIT", "221");
      }
      fixture.front.drain(Duration.ofSeconds(10));
      assertEquals(0, fixture.front.sessionCount());
    }
    assertEquals(0, openSessions.get());
    assertEquals(0, budget.used());
    assertEquals(0, working.used());
    int begun = transactions.get() - (event == Event.BEGIN ? 1 : 0);
    assertEquals(begun, closed.get(), "every transaction that began was closed");
  }

  /** A bug at a command is its answer; an error may have left anything behind, and ends more. */
  private static boolean isAnswered(Event event, Throwable thrown) {
    boolean atTheEnd = event == Event.LOG_FIELDS || event == Event.CLOSE;
    return thrown instanceof RuntimeException || atTheEnd;
  }

  private static String expected(Event event, boolean ends) {
    if (event == Event.LOG_FIELDS || event == Event.CLOSE) {
      return "250 2.0.0 taken";
    }
    return ends ? "421 4.3.0 local error, closing" : "451 4.3.0 local error, try again later";
  }

  /** Sends a message, and returns the first reply that is no agreement, or the last one. */
  private static String transaction(RawSmtpClient client) throws IOException {
    String reply = client.command("MAIL FROM:<a@example.org>");
    reply = reply.startsWith("250") ? client.command("RCPT TO:<b@example.org>") : reply;
    return reply.startsWith("250")
        ? client.data(FrontFixture.bytes("X: " + "y".repeat(20_000) + "\r\n\r\nbody\r\n"))
        : reply;
  }
}
