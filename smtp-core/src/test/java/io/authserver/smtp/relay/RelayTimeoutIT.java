package io.authserver.smtp.relay;

import static io.authserver.smtp.relay.Relaying.BOUND;
import static io.authserver.smtp.relay.Relaying.NOTHING;
import static io.authserver.smtp.relay.Relaying.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a next hop does or leaves undone takes longer than it may. */
class RelayTimeoutIT {
  private static final String TOO_LONG = "451 4.4.7 Next hop took too long; try again later";
  private static final String BROKEN =
      "451 4.4.2 Connection to the next hop broke; try again later";
  private static final Duration SHORT = Duration.ofMillis(150);

  /** Far above what is configured, far below what a missing timeout would take. */
  private static final Duration SOON = Duration.ofSeconds(8);

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"BANNER", "EHLO", "MAIL", "RCPT", "DATA", "FINAL_DOT"})
  void aStalledReplyEndsTheTransaction(Step step) {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(step, Action.stall()).start();
        RelayPool pool = pool(nextHop, Relaying.timeouts(SHORT, BOUND))) {
      assertTimeout(SOON, () -> assertEquals(BROKEN, said(Relaying.relay(pool))));
      // the connection is closed on our side too
      nextHop.closeConnections();
    }
  }

  /** A long wait has no timeout of its own: the pool's keeper ends it. */
  @Test
  void aStalledReplyEndsALongWaitToo() {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.FINAL_DOT, Action.stall()).start();
        RelayPool pool = pool(nextHop, Relaying.timeouts(Duration.ofMillis(2500), BOUND))) {
      assertTimeout(SOON, () -> assertEquals(BROKEN, said(Relaying.relay(pool))));
      nextHop.closeConnections();
    }
  }

  /** Each step has a time of its own: here all others are long, so it alone can have ended it. */
  @ParameterizedTest
  @CsvSource({
    "BANNER, BANNER",
    "EHLO, EHLO",
    "MAIL, MAIL",
    "RCPT, RCPT",
    "DATA, DATA",
    "CONTENT, CONTENT",
    "FINAL_DOT, FINAL_REPLY"
  })
  void eachStepHasATimeOfItsOwn(Step stalls, RelayStep step) throws IOException {
    byte[] large = new byte[30_000_000];
    Arrays.fill(large, (byte) 'x');
    MessageBytes message = step == RelayStep.CONTENT ? MessageBytes.of(large) : Relaying.MESSAGE;
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .extensions("8BITMIME")
                .receiveBuffer(4096)
                .on(stalls, Action.stall())
                .start();
        RelayPool pool = pool(nextHop, onlyShort(step))) {
      RelayOutcome outcome = assertTimeout(SOON, () -> Relaying.relay(pool, message));
      assertEquals(BROKEN, said(outcome));
      String cause = ((RelayOutcome.TemporaryFailure) outcome).cause();
      assertTrue(cause.startsWith("step=" + step + " failure=TIMEOUT"), cause);
    }
  }

  /** Nobody accepts: the kernel's own patience would be two minutes. */
  @Test
  void connectingHasATimeOfItsOwn() throws IOException {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        waiting.add(channel);
        boolean _ = channel.connect(full.getLocalSocketAddress());
      }
      NextHopConfiguration configuration =
          Relaying.configuration(
              full.getInetAddress().getHostAddress(),
              full.getLocalPort(),
              4,
              BOUND,
              80,
              onlyShort(RelayStep.CONNECT));
      try (RelayPool pool = RelayPool.start(configuration)) {
        RelayOutcome outcome = assertTimeout(SOON, () -> Relaying.relay(pool));
        assertEquals("451 4.4.1 Next hop does not answer; try again later", said(outcome));
        String cause = ((RelayOutcome.TemporaryFailure) outcome).cause();
        assertTrue(cause.startsWith("step=CONNECT failure=UNREACHABLE"), cause);
      }
    } finally {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
    }
  }

  /** Nothing depends on the reply to RSET but the connection, so it is closed instead. */
  @Test
  void aStalledRsetCostsTheConnectionAndLittleTime() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.RSET, Action.stall()).start();
        RelayPool pool = pool(nextHop, onlyShort(RelayStep.RCPT))) {
      assertTimeout(
          SOON,
          () -> {
            try (RelayTransaction transaction = pool.open(BOUND)) {
              transaction.mail(Relaying.sender("a@example.org"));
              transaction.recipients(Relaying.recipients("b@b.example"));
            }
          });
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
      assertTrue(nextHop.connections() >= 2);
    }
  }

  /** Times that are long but for one step's. */
  private static RelayTimeouts onlyShort(RelayStep step) {
    Function<RelayStep, Duration> time = each -> each == step ? SHORT : BOUND;
    return new RelayTimeouts(
        time.apply(RelayStep.CONNECT),
        time.apply(RelayStep.BANNER),
        time.apply(RelayStep.EHLO),
        step == RelayStep.MAIL || step == RelayStep.RCPT ? SHORT : BOUND,
        time.apply(RelayStep.DATA),
        time.apply(RelayStep.CONTENT),
        time.apply(RelayStep.FINAL_REPLY),
        BOUND);
  }

  /** A next hop that drips its reply gets no more time for each byte. */
  @Test
  void aDrippingReplyEndsTheTransaction() {
    Action drip = Action.slowly("250 " + "x".repeat(500), Duration.ofMillis(20));
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.MAIL, drip).start();
        RelayPool pool = pool(nextHop, Relaying.timeouts(SHORT, BOUND))) {
      assertTimeout(SOON, () -> assertEquals(BROKEN, said(Relaying.relay(pool))));
    }
  }

  /** It does not read: Java's own write would wait for ever. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNextHopThatDoesNotReadEndsTheTransaction(boolean byTotal) throws IOException {
    byte[] large = new byte[30_000_000];
    Arrays.fill(large, (byte) 'x');
    RelayTimeouts timeouts =
        byTotal
            ? Relaying.timeouts(Duration.ofSeconds(3), Duration.ofMillis(400))
            : Relaying.timeouts(SHORT, BOUND);
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().receiveBuffer(4096).on(Step.CONTENT, Action.stall()).start();
        RelayPool pool = pool(nextHop, timeouts);
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      transaction.recipients(Relaying.recipients("b@example.net"));
      RelayOutcome outcome =
          assertTimeout(SOON, () -> transaction.send(NOTHING, MessageBytes.of(large)));
      assertEquals(BROKEN, said(outcome));
      assertTrue(
          ((RelayOutcome.TemporaryFailure) outcome)
              .cause()
              .startsWith("step=CONTENT failure=TIMEOUT"),
          outcome::toString);
      assertEquals(BROKEN, said(transaction.finish()));
    }
  }

  /**
   * Each recipient in time, all together not: the total decides. Whether it ends while a reply is
   * read or between two of them is the machine's speed.
   */
  @Test
  void theTotalBoundsACall() {
    Action slow = Action.slowly("250 2.1.5 Ok", Duration.ofMillis(10));
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().extensions("8BITMIME").on(Step.RCPT, slow).start();
        RelayPool pool =
            pool(nextHop, Relaying.timeouts(Duration.ofSeconds(5), Duration.ofMillis(400)));
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.mail(Relaying.sender("a@example.org"));
      String[] many = new String[100];
      Arrays.setAll(many, i -> i + "@b.example");
      String said =
          assertTimeout(
              SOON, () -> said(transaction.recipients(Relaying.recipients(many)).getLast()));
      assertTrue(said.equals(BROKEN) || said.equals(TOO_LONG), said);
    }
  }

  /** The final dot is waited for within what DATA and the content have left. */
  @Test
  void theTotalBoundsTheMessage() {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.FINAL_DOT, Action.stall()).start();
        RelayPool pool =
            pool(nextHop, Relaying.timeouts(Duration.ofSeconds(60), Duration.ofMillis(300)))) {
      assertTimeout(SOON, () -> assertEquals(BROKEN, said(Relaying.relay(pool))));
    }
  }

  /** What a caller with several transactions has left bounds each of them. */
  @Test
  void aLimitBoundsAllFurtherSteps() {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.RCPT, Action.stall()).start();
        RelayPool pool = pool(nextHop, RelayTimeouts.DEFAULTS);
        RelayTransaction transaction = pool.open(BOUND)) {
      transaction.limit(Duration.ofMillis(200));
      transaction.mail(Relaying.sender("a@example.org"));
      assertTimeout(
          SOON,
          () ->
              assertEquals(
                  BROKEN,
                  said(transaction.recipients(Relaying.recipients("b@b.example")).getFirst())));
    }
  }

  /** A slow next hop that keeps within its times is served to the end. */
  @Test
  void slowIsNotStalled() throws IOException {
    Action slow = Action.slowly("250 2.1.0 Ok", Duration.ofMillis(5));
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.MAIL, slow).start();
        RelayPool pool = pool(nextHop, Relaying.timeouts())) {
      assertInstanceOf(RelayOutcome.Delivered.class, Relaying.relay(pool));
    }
  }

  @Test
  void theTotalStaysWithin240Seconds() {
    assertThrows(
        IllegalArgumentException.class, () -> Relaying.timeouts(SHORT, Duration.ofSeconds(241)));
    assertThrows(IllegalArgumentException.class, () -> Relaying.timeouts(Duration.ZERO, SHORT));
  }

  /** A pool without waiting for its probe, which a stall may keep busy. */
  private static RelayPool pool(ScriptedNextHop nextHop, RelayTimeouts timeouts) {
    return RelayPool.start(
        Relaying.configuration(nextHop.host(), nextHop.port(), 4, BOUND, 80, timeouts));
  }
}
