package io.authserver.smtp.relay;

import static io.authserver.smtp.relay.Relaying.BOUND;
import static io.authserver.smtp.relay.Relaying.MESSAGE;
import static io.authserver.smtp.relay.Relaying.NOTHING;
import static io.authserver.smtp.relay.Relaying.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.BlockConsumer;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recipients over the next hop's limit (RFC 5321 §4.5.3.1.10): further parts, in lock-step. */
class RelaySplitIT {
  private static final String BROKEN =
      "451 4.4.2 Connection to the next hop broke; try again later";
  private static final String TAKEN = "250 2.0.0 Taken";

  // ---- the envelope

  /** As RFC 5321 has it, as OpenSMTPD says it, without an enhanced code, as RFC 821 had it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          452 4.5.3 Too many recipients | PIPELINING
          452 4.5.3 Too many recipients | 8BITMIME
          451 4.5.3 Too many recipients | 8BITMIME
          452 Too many                  | PIPELINING
          552 Too many                  | PIPELINING
          550 5.5.3 Too many            | 8BITMIME
          """)
  void theRestGoesInFurtherTransactions(String reply, String extension) throws IOException {
    Counting counting = new Counting();
    try (ScriptedNextHop nextHop = limited(2, reply).extensions(extension).start();
        RelayPool pool = pool(nextHop, 4, counting);
        RelayTransaction transaction = begun(pool, 3)) {
      taken(transaction, "1@b.example", "2@b.example", "3@b.example", "4@b.example");
      taken(transaction, "5@b.example");
      assertInstanceOf(RelayOutcome.Delivered.class, transaction.send(NOTHING, MESSAGE));
      assertTrue(nextHop.messages().isEmpty());
      assertEquals(TAKEN, said(transaction.finish()));
      assertEquals(
          Collections.nCopies(5, TAKEN),
          transaction.outcomes().stream().map(Relaying::said).toList());
      List<Message> messages = nextHop.awaitMessages(3, BOUND);
      assertEquals(
          Set.of(
              List.of("<1@b.example>", "<2@b.example>"),
              List.of("<3@b.example>", "<4@b.example>"),
              List.of("<5@b.example>")),
          new HashSet<>(messages.stream().map(Message::forwardPaths).toList()));
      assertEquals(Set.of("Subject: x\r\n\r\nhello\r\n"), texts(messages));
    }
    assertEquals(2, counting.splits.get());
    assertEquals(0, counting.inPart.get());
  }

  /** Beyond the bound the client hears the limit, always as temporary, and may come again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          452 4.5.3 Too many recipients | 452 4.5.3 Too many recipients
          451 4.5.3 Too many recipients | 451 4.5.3 Too many recipients
          452 Too many                  | 452 4.0.0 Too many
          552 Too many                  | 452 4.5.3 Too many recipients
          550 5.5.3 Too many            | 452 4.5.3 Too many recipients
          """)
  void beyondTheBoundTheLimitIsPassedOnAsTemporary(String reply, String forClient)
      throws IOException {
    for (int further : new int[] {0, 1}) {
      try (ScriptedNextHop nextHop = limited(1, reply).start();
          RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE);
          RelayTransaction transaction = begun(pool, further)) {
        List<RelayOutcome> outcomes =
            transaction.recipients(
                Relaying.recipients("1@b.example", "2@b.example", "3@b.example"));
        assertEquals(
            further == 0
                ? List.of("250 2.1.5 Ok", forClient, forClient)
                : List.of("250 2.1.5 Ok", "250 2.1.5 Ok", forClient),
            outcomes.stream().map(Relaying::said).toList());
        RelayOutcome last = outcomes.getLast();
        assertInstanceOf(RelayOutcome.TemporaryFailure.class, last);
        assertEquals(!forClient.startsWith("552"), last.isRecipientLimit());
        transaction.send(NOTHING, MESSAGE);
        assertEquals(TAKEN, said(transaction.finish()));
        assertEquals(further + 1, transaction.outcomes().size());
      }
    }
  }

  /** The first recipient of a transaction is within any limit: what is said of it is meant. */
  @ParameterizedTest
  @ValueSource(strings = {"552 5.5.3 Too many", "552 Mailbox full", "452 4.5.3 Odd"})
  void aLimitBeforeTheFirstIsNone(String reply) {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.RCPT, Action.reply(reply)).start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool, 7)) {
      List<RelayOutcome> outcomes =
          transaction.recipients(Relaying.recipients("1@b.example", "2@b.example"));
      assertEquals(
          reply.startsWith("5"), outcomes.getLast() instanceof RelayOutcome.PermanentFailure);
      assertEquals(1, nextHop.connections());
    }
  }

  /** "552" may be a full mailbox as well: it is, if it is said in a transaction of its own too. */
  @Test
  void aFullMailboxAmongOthersStaysPermanent() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(
                    Step.RCPT,
                    event ->
                        event.line().contains("full")
                            ? Action.reply("552 Mailbox full")
                            : Action.proceed())
                .start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool, 7)) {
      List<RelayOutcome> outcomes =
          transaction.recipients(
              Relaying.recipients("1@b.example", "full@b.example", "2@b.example"));
      assertEquals(
          List.of("250 2.1.5 Ok", "552 5.0.0 Mailbox full", "250 2.1.5 Ok"),
          outcomes.stream().map(Relaying::said).toList());
      taken(transaction, "3@b.example");
      transaction.send(NOTHING, MESSAGE);
      assertEquals(TAKEN, said(transaction.finish()));
      assertEquals(
          List.of("<1@b.example>", "<2@b.example>", "<3@b.example>"),
          nextHop.awaitMessage(BOUND).forwardPaths());
      assertEquals(1, nextHop.messages().size());
    }
  }

  /** One that asks for many full mailboxes does not ask a next hop to death. */
  @Test
  void partsThatTakeNobodyAreBounded() {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(
                    Step.RCPT,
                    event ->
                        event.line().contains("full")
                            ? Action.reply("452 Mailbox full")
                            : Action.proceed())
                .start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool, 7)) {
      taken(transaction, "1@b.example");
      for (int i = 0; i < 50; i++) {
        assertEquals(
            "452 4.0.0 Mailbox full",
            said(
                transaction.recipients(Relaying.recipients("full" + i + "@b.example")).getFirst()));
      }
      long mails = nextHop.commands(2).stream().filter(line -> line.startsWith("MAIL")).count();
      assertTrue(mails <= 5, () -> "MAIL commands: " + mails);
    }
  }

  /** A further part never waits for a connection: two such messages would wait for each other. */
  @Test
  void aFurtherPartWaitsForNoConnection() throws Exception {
    try (ScriptedNextHop nextHop = limited(1, "452 4.5.3 Too many recipients").start();
        RelayPool pool = pool(nextHop, 2, RelayMetrics.NONE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch both = new CountDownLatch(2);
      CountDownLatch asked = new CountDownLatch(2);
      List<Future<List<String>>> results = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        results.add(
            threads.submit(
                () -> {
                  try (RelayTransaction transaction = begun(pool, 7)) {
                    taken(transaction, "1@b.example");
                    both.countDown();
                    assertTrue(both.await(10, TimeUnit.SECONDS));
                    String second =
                        said(transaction.recipients(Relaying.recipients("2@b.example")).getFirst());
                    // nor does one that is done give the other its connection
                    asked.countDown();
                    assertTrue(asked.await(10, TimeUnit.SECONDS));
                    transaction.send(NOTHING, MESSAGE);
                    return List.of(second, said(transaction.finish()));
                  }
                }));
      }
      for (Future<List<String>> result : results) {
        assertEquals(
            List.of("452 4.5.3 Too many recipients", TAKEN), result.get(5, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void abortAndCloseGiveEverythingBack() throws IOException {
    OpenTransactions further = new OpenTransactions(2);
    try (ScriptedNextHop nextHop = limited(1, "452 4.5.3 Too many recipients").start();
        RelayPool pool = pool(nextHop, 3, RelayMetrics.NONE)) {
      for (int i = 0; i < 3; i++) {
        try (RelayTransaction transaction = pool.open(BOUND, further)) {
          transaction.mail(Relaying.sender("a@example.org"));
          taken(transaction, "1@b.example", "2@b.example", "3@b.example");
          transaction.abort();
          transaction.mail(Relaying.sender("a@example.org"));
          taken(transaction, "1@b.example", "2@b.example", "3@b.example");
        }
      }
      assertEquals(List.of(true, true, false), Stream.generate(further::tryTake).limit(3).toList());
      assertTrue(nextHop.connections() <= 3);
      assertTrue(nextHop.messages().isEmpty());
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
    }
  }

  /** A part dies between its RCPT and DATA, as any kept connection may: it is told again. */
  @Test
  void aPartThatDiesBeforeDataIsRepeated() throws IOException {
    for (int dies : new int[] {1, 2}) {
      AtomicInteger asked = new AtomicInteger();
      try (ScriptedNextHop nextHop =
              limited(1, "452 4.5.3 Too many recipients")
                  .on(
                      Step.DATA,
                      event -> asked.incrementAndGet() == dies ? Action.close() : Action.proceed())
                  .start();
          RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE);
          RelayTransaction transaction = begun(pool, 7)) {
        taken(transaction, "1@b.example", "2@b.example");
        transaction.send(NOTHING, MESSAGE);
        assertEquals(TAKEN, said(transaction.finish()));
        assertEquals(2, nextHop.awaitMessages(2, BOUND).size());
      }
    }
  }

  // ---- the message

  /** A part that is refused at DATA, or while it is sent: nobody gets the message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DATA    | 1 | 451 4.7.1 Later   | 451 4.7.1 Later
          DATA    | 2 | 451 4.7.1 Later   | 451 4.7.1 Later
          DATA    | 3 | 554 5.7.1 Never   | 554 5.7.1 Never
          CONTENT | 2 | 552 5.3.4 Enough  | 552 5.3.4 Enough
          """)
  void oneRefusedBeforeTheDotsRefusesAll(Step step, int part, String reply, String forClient)
      throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedNextHop nextHop =
            limited(1, "452 4.5.3 Too many recipients")
                .on(
                    step,
                    event ->
                        asked.incrementAndGet() == part
                            ? Action.replyAndClose(reply)
                            : Action.proceed())
                .start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE)) {
      try (RelayTransaction transaction = begun(pool, 7)) {
        taken(transaction, "1@b.example", "2@b.example", "3@b.example");
        RelayOutcome sent = transaction.send(NOTHING, MessageBytes.of(large()));
        RelayOutcome outcome = transaction.finish();
        assertEquals(forClient, said(outcome), () -> "after " + sent);
        assertEquals(
            Collections.nCopies(3, forClient),
            transaction.outcomes().stream().map(Relaying::said).toList());
      }
      assertTrue(nextHop.messages().isEmpty(), "delivered to nobody");
      assertPoolIsWhole(pool, 4);
    }
  }

  /** What the next hop has against the message it says to the first part, and nobody gets it. */
  @ParameterizedTest
  @ValueSource(strings = {"451 4.3.0 Later", "554 5.7.1 Spam", "close"})
  void aRefusalOfTheFirstDotRefusesAll(String reply) throws IOException {
    AtomicInteger dots = new AtomicInteger();
    try (ScriptedNextHop nextHop =
            limited(1, "452 4.5.3 Too many recipients")
                .on(
                    Step.FINAL_DOT,
                    event -> {
                      dots.incrementAndGet();
                      return reply.equals("close") ? Action.close() : Action.reply(reply);
                    })
                .start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE)) {
      try (RelayTransaction transaction = begun(pool, 7)) {
        taken(transaction, "1@b.example", "2@b.example", "3@b.example");
        transaction.send(NOTHING, MESSAGE);
        String expected = reply.equals("close") ? BROKEN : reply;
        assertEquals(expected, said(transaction.finish()));
        assertEquals(
            Collections.nCopies(3, expected),
            transaction.outcomes().stream().map(Relaying::said).toList());
      }
      assertEquals(1, dots.get());
      assertPoolIsWhole(pool, 4);
    }
  }

  /** The window that SMTP leaves: parts after the first answer otherwise. Nothing is lost. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          451 4.3.0 Later | 250 2.0.0 Taken | 451 4.3.0 Later
          250 2.0.0 Taken | 554 5.7.1 Spam  | 554 5.7.1 Spam
          554 5.7.1 Spam  | 451 4.3.0 Later | 451 4.3.0 Later
          451 4.3.0 Later | 554 5.7.1 Spam  | 451 4.3.0 Later
          """)
  void laterDotsMayBeAnsweredDifferently(String second, String third, String forClient)
      throws IOException {
    Counting counting = new Counting();
    Function<Event, Action> script =
        event ->
            switch (event.connection()) {
              case 2 -> Action.reply(second);
              case 3 -> Action.reply(third);
              default -> Action.proceed();
            };
    try (ScriptedNextHop nextHop =
            limited(1, "452 4.5.3 Too many recipients").on(Step.FINAL_DOT, script).start();
        RelayPool pool = pool(nextHop, 4, counting)) {
      try (RelayTransaction transaction = begun(pool, 7)) {
        taken(transaction, "1@b.example", "2@b.example", "3@b.example");
        transaction.send(NOTHING, MESSAGE);
        assertEquals(forClient, said(transaction.finish()));
        assertEquals(
            List.of(TAKEN, second, third),
            transaction.outcomes().stream().map(Relaying::said).toList());
      }
      assertPoolIsWhole(pool, 4);
    }
    assertEquals(
        1 + (second.startsWith("2") || third.startsWith("2") ? 1 : 0), counting.inPart.get());
  }

  /** All dots after the first are on the wire before a reply to one of them is waited for. */
  @Test
  void laterDotsAreSentTogether() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    Function<Event, Action> script =
        event -> {
          if (event.connection() > 1) {
            both.countDown();
            return Action.await(both);
          }
          return Action.proceed();
        };
    try (ScriptedNextHop nextHop =
            limited(1, "452 4.5.3 Too many recipients").on(Step.FINAL_DOT, script).start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool, 7)) {
      taken(transaction, "1@b.example", "2@b.example", "3@b.example");
      transaction.send(NOTHING, MESSAGE);
      assertEquals(TAKEN, said(transaction.finish()));
    }
  }

  /** A message that cannot be read goes to nobody, and no connection is lost by it. */
  @Test
  void aMessageThatCannotBeReadGoesToNobody() throws IOException {
    AtomicInteger reads = new AtomicInteger();
    MessageBytes failing =
        new MessageBytes() {
          @Override
          public long size() {
            return MESSAGE.size();
          }

          @Override
          public HeaderSection header() {
            return MESSAGE.header();
          }

          @Override
          public long bodyOffset() {
            return MESSAGE.bodyOffset();
          }

          @Override
          public void forEachBlock(long from, BlockConsumer consumer) throws IOException {
            if (reads.incrementAndGet() == 2) {
              throw new IOException("disk");
            }
            MESSAGE.forEachBlock(from, consumer);
          }
        };
    try (ScriptedNextHop nextHop = limited(1, "452 4.5.3 Too many recipients").start();
        RelayPool pool = pool(nextHop, 4, RelayMetrics.NONE)) {
      try (RelayTransaction transaction = begun(pool, 7)) {
        taken(transaction, "1@b.example", "2@b.example");
        assertThrows(IOException.class, () -> transaction.send(NOTHING, failing));
      }
      assertPoolIsWhole(pool, 4);
      assertTrue(nextHop.messages().stream().allMatch(Message::taken));
    }
  }

  /** All parts together have the time of one. */
  @Test
  void allPartsTogetherHaveTheTimeOfOne() throws IOException {
    RelayTimeouts timeouts = Relaying.timeouts(BOUND, Duration.ofSeconds(3));
    try (ScriptedNextHop nextHop =
            limited(1, "452 4.5.3 Too many recipients")
                .on(
                    Step.FINAL_DOT,
                    event -> event.connection() > 1 ? Action.stall() : Action.proceed())
                .start();
        RelayPool pool =
            RelayPool.start(
                Relaying.configuration(nextHop.host(), nextHop.port(), 8, BOUND, 80, timeouts))) {
      // The connection that asked for the extensions is the first, and the first part takes it.
      pool.awaitExtensions(BOUND);
      try (RelayTransaction transaction = begun(pool, 7)) {
        taken(transaction, "1@b.example", "2@b.example", "3@b.example", "4@b.example");
        transaction.send(NOTHING, MESSAGE);
        long began = System.nanoTime();
        assertEquals(BROKEN, said(transaction.finish()));
        // three parts that stall: one total, not three
        assertTrue(System.nanoTime() - began < 6_000_000_000L);
        assertEquals(TAKEN, said(transaction.outcomes().getFirst()));
      }
    }
  }

  // ---- parts

  private static ScriptedNextHop.Builder limited(int most, String reply) {
    return ScriptedNextHop.builder()
        .on(
            Step.RCPT,
            event -> event.recipients() >= most ? Action.reply(reply) : Action.proceed());
  }

  private static RelayPool pool(ScriptedNextHop nextHop, int connections, RelayMetrics metrics) {
    RelayPool pool =
        RelayPool.start(Relaying.configuration(nextHop).withMaxConnections(connections), metrics);
    pool.awaitExtensions(BOUND);
    return pool;
  }

  private static RelayTransaction begun(RelayPool pool, int further) {
    RelayTransaction transaction = pool.open(BOUND, new OpenTransactions(further));
    transaction.mail(Relaying.sender("a@example.org"));
    return transaction;
  }

  private static void taken(RelayTransaction transaction, String... addresses) {
    for (RelayOutcome outcome : transaction.recipients(Relaying.recipients(addresses))) {
      assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
    }
  }

  /** Every permit is back: so many transactions can be open at once. */
  private static void assertPoolIsWhole(RelayPool pool, int connections) {
    List<RelayTransaction> open = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        RelayTransaction transaction = pool.open(Duration.ZERO);
        open.add(transaction);
        transaction.mail(Relaying.sender("a@example.org"));
        taken(transaction, "1@b.example");
      }
    } finally {
      open.forEach(RelayTransaction::close);
    }
  }

  private static Set<String> texts(List<Message> messages) {
    return new HashSet<>(messages.stream().map(Message::text).toList());
  }

  /** More than a socket buffers, so that a refusal is felt while it is sent. */
  private static byte[] large() {
    byte[] large = new byte[8_000_000];
    Arrays.fill(large, (byte) 'x');
    return large;
  }

  private static final class Counting implements RelayMetrics {
    private final AtomicInteger splits = new AtomicInteger();
    private final AtomicInteger inPart = new AtomicInteger();

    @Override
    public void transactionSplit(String nextHop) {
      splits.incrementAndGet();
    }

    @Override
    public void deliveredInPart(String nextHop, int taken) {
      inPart.addAndGet(taken);
    }
  }
}
