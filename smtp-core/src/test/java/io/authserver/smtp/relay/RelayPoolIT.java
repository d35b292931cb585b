package io.authserver.smtp.relay;

import static io.authserver.smtp.relay.Relaying.BOUND;
import static io.authserver.smtp.relay.Relaying.MESSAGE;
import static io.authserver.smtp.relay.Relaying.NOTHING;
import static io.authserver.smtp.relay.Relaying.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The pool: its bounds, who gets what is free, and what is kept for how long. */
class RelayPoolIT {
  private static final String EXHAUSTED =
      "451 4.3.2 Too many connections to the next hop; try again later";

  @Test
  void oneConnectionServesManyMessages() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      for (int i = 0; i < 10; i++) {
        assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
      }
      assertEquals(1, nextHop.connections());
      assertTrue(nextHop.commands(1).stream().noneMatch("RSET"::equals));
    }
  }

  /** OpenSMTPD counts MAIL commands, so ours that come to nothing count as well. */
  @Test
  void aConnectionServesSoManyMailsAndIsLeftWithQuit() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 4, BOUND, 3))) {
      try (RelayTransaction transaction = begun(pool)) {
        transaction.abort();
      }
      for (int i = 0; i < 5; i++) {
        assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
      }
      assertEquals(2, nextHop.connections());
      nextHop.awaitOpenConnections(0, BOUND);
      assertEquals("QUIT", nextHop.commands(1).getLast());
      assertEquals("QUIT", nextHop.commands(2).getLast());
    }
  }

  @Test
  void noneFreeIsATemporaryFailureAtEachStep() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 2, BOUND, 80));
        RelayTransaction first = begun(pool);
        RelayTransaction second = begun(pool);
        RelayTransaction third = pool.open(Duration.ZERO)) {
      third.mail(Relaying.sender("a@example.org"));
      assertEquals(
          EXHAUSTED, said(third.recipients(Relaying.recipients("b@b.example")).getFirst()));
      assertEquals(EXHAUSTED, said(third.send(NOTHING, MESSAGE)));
      assertEquals(EXHAUSTED, said(third.finish()));
      assertEquals(2, nextHop.openConnections());
      second.close();
      third.abort();
      third.mail(Relaying.sender("a@example.org"));
      assertInstanceOf(
          RelayOutcome.Delivered.class,
          third.recipients(Relaying.recipients("b@b.example")).getFirst());
      first.close();
    }
  }

  @Test
  void waitingEndsInTime() {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 1, BOUND, 80));
        RelayTransaction first = begun(pool);
        RelayTransaction second = pool.open(Duration.ofMillis(50))) {
      second.mail(Relaying.sender("a@example.org"));
      assertEquals(
          EXHAUSTED, said(second.recipients(Relaying.recipients("b@b.example")).getFirst()));
      first.abort();
    }
  }

  /** The longest waiting is served first. */
  @Test
  void waitingIsFair() throws Exception {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 1, BOUND, 80));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Integer> served = Collections.synchronizedList(new ArrayList<>());
      List<Future<?>> waiting = new ArrayList<>();
      RelayTransaction holder = begun(pool);
      for (int i = 0; i < 20; i++) {
        int number = i;
        waiting.add(
            threads.submit(
                () -> {
                  try (RelayTransaction transaction = begun(pool)) {
                    served.add(number);
                    return transaction.finish();
                  } catch (IllegalStateException e) {
                    // nothing was sent, so there is nothing to finish
                    return null;
                  }
                }));
        Relaying.awaitTrue(() -> pool.waiting() == number + 1, "waits");
      }
      holder.close();
      for (Future<?> each : waiting) {
        each.get(BOUND.toSeconds(), TimeUnit.SECONDS);
      }
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        expected.add(i);
      }
      assertEquals(expected, served);
      assertEquals(1, nextHop.connections());
    }
  }

  /** Many threads, few connections, a next hop that drops some: every message arrives. */
  @Test
  void manyThreadsShareFewConnections() throws Exception {
    AtomicInteger mails = new AtomicInteger();
    Counting counting = new Counting();
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(
                    Step.MAIL,
                    event -> {
                      boolean dies = event.message() > 0 && mails.incrementAndGet() % 50 == 0;
                      return dies ? Action.replyAndClose("421 4.4.2 Idle") : Action.proceed();
                    })
                .start();
        RelayPool pool = RelayPool.start(configuration(nextHop, 4, BOUND, 20), counting);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> results = new ArrayList<>();
      for (int thread = 0; thread < 20; thread++) {
        int number = thread;
        results.add(threads.submit(() -> relayMany(pool, number)));
      }
      Set<String> sent = new HashSet<>();
      for (Future<List<String>> result : results) {
        sent.addAll(result.get(30, TimeUnit.SECONDS));
      }
      Set<String> arrived = new HashSet<>();
      nextHop.messages().forEach(message -> arrived.add(message.text()));
      assertEquals(sent, arrived);
      assertEquals(400, nextHop.messages().size());
      assertTrue(counting.most.get() <= 4, () -> "open at once: " + counting.most);
      assertTrue(!counting.repeated.isEmpty(), "some were repeated");
    }
  }

  private static List<String> relayMany(RelayPool pool, int thread) throws IOException {
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String text = "X: " + thread + "." + i + "\r\n";
      RelayOutcome outcome = Relaying.relay(pool, Relaying.message(text));
      assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
      sent.add(text);
    }
    return sent;
  }

  @Test
  void idleConnectionsAreClosedWithQuit() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 4, Duration.ofMillis(40), 80))) {
      Relaying.relay(pool);
      nextHop.awaitOpenConnections(0, BOUND);
      assertEquals("QUIT", nextHop.commands(1).getLast());
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
    }
  }

  @Test
  void aClosedPoolFinishesWhatIsUnderWay() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting()) {
      RelayPool pool = Relaying.probed(configuration(nextHop, 4, BOUND, 80));
      try (RelayTransaction transaction = begun(pool)) {
        pool.close();
        assertEquals(EXHAUSTED, said(Relaying.relay(pool)));
        transaction.send(NOTHING, MESSAGE);
        assertInstanceOf(RelayOutcome.Delivered.class, transaction.finish());
      }
      nextHop.awaitOpenConnections(0, BOUND);
    }
  }

  // ---- abort

  @Test
  void abortKeepsTheConnectionByRset() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 4, BOUND, 80))) {
      try (RelayTransaction transaction = begun(pool)) {
        transaction.abort();
        // the same transaction may begin anew, on the connection that it has
        transaction.mail(Relaying.sender("other@example.org"));
        transaction.recipients(Relaying.recipients("c@b.example"));
        transaction.send(NOTHING, MESSAGE);
        assertInstanceOf(RelayOutcome.Delivered.class, transaction.finish());
      }
      assertEquals("<other@example.org>", nextHop.awaitMessage(BOUND).reversePath());
      assertEquals(1, nextHop.connections());
      assertEquals(List.of("<c@b.example>"), nextHop.messages().getFirst().forwardPaths());
    }
  }

  @Test
  void abortWithinTheContentClosesTheConnection() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(configuration(nextHop, 4, BOUND, 80))) {
      try (RelayTransaction transaction = begun(pool)) {
        transaction.send(NOTHING, MESSAGE);
      }
      nextHop.awaitOpenConnections(0, BOUND);
      assertTrue(nextHop.messages().isEmpty());
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
    }
  }

  @Test
  void aRefusedRsetClosesTheConnection() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.RSET, Action.reply("500 5.5.1 No")).start();
        RelayPool pool = Relaying.probed(configuration(nextHop, 4, BOUND, 80))) {
      begun(pool).close();
      nextHop.awaitOpenConnections(0, BOUND);
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
    }
  }

  // ---- metrics

  @Test
  void countsWhatHappens() throws IOException {
    Counting counting = new Counting();
    try (ScriptedNextHop nextHop =
        ScriptedNextHop.builder().onConnection(1, Step.MAIL, Action.close()).start()) {
      try (RelayPool pool = RelayPool.start(configuration(nextHop, 1, BOUND, 80), counting)) {
        assertTrue(pool.awaitExtensions(BOUND).isPresent());
        Relaying.relay(pool);
        Relaying.relay(pool);
        try (RelayTransaction first = begun(pool);
            RelayTransaction second = pool.open(Duration.ZERO)) {
          second.mail(Relaying.sender(""));
          second.recipients(Relaying.recipients("b@b.example"));
          first.abort();
        }
      }
    }
    assertEquals(2, counting.opened.get());
    assertEquals(2, counting.closed.get());
    assertEquals(3, counting.reused.get());
    assertEquals(List.of(RelayStep.MAIL), counting.repeated);
    assertEquals(List.of(RelayStep.POOL), counting.failures);
    assertEquals(List.of(250, 250), counting.messages);
  }

  /** Remembers what it was told. */
  private static final class Counting implements RelayMetrics {
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger reused = new AtomicInteger();
    private final List<RelayStep> repeated = Collections.synchronizedList(new ArrayList<>());
    private final List<RelayStep> failures = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> messages = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void connectionOpened(String nextHop, Duration took) {
      most.accumulateAndGet(opened.incrementAndGet() - closed.get(), Math::max);
    }

    @Override
    public void connectionClosed(String nextHop) {
      closed.incrementAndGet();
    }

    @Override
    public void connectionReused(String nextHop) {
      reused.incrementAndGet();
    }

    @Override
    public void transactionRepeated(String nextHop, RelayStep step) {
      repeated.add(step);
    }

    @Override
    public void failure(String nextHop, RelayStep step) {
      failures.add(step);
    }

    @Override
    public void messageAnswered(String nextHop, int replyCode, Duration took) {
      messages.add(replyCode);
    }
  }

  // ---- parts

  private static NextHopConfiguration configuration(
      ScriptedNextHop nextHop, int maxConnections, Duration idle, int maxMessages) {
    return Relaying.configuration(
        nextHop.host(), nextHop.port(), maxConnections, idle, maxMessages, Relaying.timeouts());
  }

  /** A transaction with a recipient that was taken. */
  private static RelayTransaction begun(RelayPool pool) {
    RelayTransaction transaction = pool.open(BOUND);
    transaction.mail(Relaying.sender("a@example.org"));
    RelayOutcome outcome = transaction.recipients(Relaying.recipients("b@b.example")).getFirst();
    assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
    return transaction;
  }
}
