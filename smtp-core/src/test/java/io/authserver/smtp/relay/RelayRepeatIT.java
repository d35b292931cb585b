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
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of the table of {@link PooledTransaction}: what is repeated on a fresh connection. */
class RelayRepeatIT {
  /** The ways to die that are repeated, pipelined and not. */
  static Stream<Arguments> deaths() {
    return Stream.of("PIPELINING", "8BITMIME")
        .flatMap(
            extension ->
                Stream.of(
                    Arguments.of(extension, "end of stream", Action.close()),
                    Arguments.of(extension, "reset", Action.reset()),
                    Arguments.of(extension, "421", Action.replyAndClose("421 4.4.2 Idle")),
                    Arguments.of(extension, "421, left open", Action.reply("421 4.4.2 Idle"))));
  }

  // ---- the table, cell by cell

  /**
   * A cell of the table.
   *
   * @param row its row's number and step there
   * @param kept the column: a kept connection, or a fresh one
   * @param dies where, on the first connection that gets there
   * @param when which time
   */
  record Cell(
      String row, boolean kept, Step dies, Function<Event, Boolean> when, boolean repeated) {
    @Override
    public String toString() {
      return row + ", " + (kept ? "kept" : "fresh") + (repeated ? ": repeated" : ": temporary");
    }
  }

  static Stream<Cell> cells() {
    Function<Event, Boolean> always = event -> true;
    Function<Event, Boolean> second = event -> event.recipients() == 1;
    return Stream.of(
        new Cell("R2 greeting", false, Step.BANNER, always, false),
        new Cell("R2 EHLO", false, Step.EHLO, always, false),
        new Cell("R3 MAIL", true, Step.MAIL, always, true),
        new Cell("R3 MAIL", false, Step.MAIL, always, false),
        new Cell("R3 first recipient", true, Step.RCPT, always, true),
        new Cell("R3 first recipient", false, Step.RCPT, always, false),
        new Cell("R4 later recipient", true, Step.RCPT, second, true),
        new Cell("R4 later recipient", false, Step.RCPT, second, true),
        new Cell("R5 DATA", true, Step.DATA, always, true),
        new Cell("R5 DATA", false, Step.DATA, always, true),
        new Cell("R6 content", true, Step.CONTENT, always, false),
        new Cell("R6 content", false, Step.CONTENT, always, false),
        new Cell("R7 final dot", true, Step.FINAL_DOT, always, false),
        new Cell("R7 final dot", false, Step.FINAL_DOT, always, false));
  }

  /**
   * R1 is in the two tests that follow; a next hop that dies once takes the message once or not.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void eachCellOfTheTable(Cell cell) throws IOException {
    for (Arguments death : deaths().toList()) {
      String extension = (String) death.get()[0];
      java.util.concurrent.atomic.AtomicInteger died =
          new java.util.concurrent.atomic.AtomicInteger();
      boolean[] armed = {false};
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder()
                  .extensions(extension)
                  .on(
                      cell.dies(),
                      event ->
                          armed[0] && cell.when().apply(event) && died.getAndIncrement() == 0
                              ? (Action) death.get()[2]
                              : Action.proceed())
                  .start();
          RelayPool pool = Relaying.probed(keeping(nextHop, cell.kept()))) {
        armed[0] = true;
        RelayOutcome outcome;
        try (RelayTransaction transaction = begun(pool)) {
          outcome = transaction.recipients(Relaying.recipients("1@b.example")).getFirst();
          if (outcome instanceof RelayOutcome.Delivered) {
            outcome = transaction.recipients(Relaying.recipients("2@b.example")).getFirst();
          }
          if (outcome instanceof RelayOutcome.Delivered) {
            outcome = transaction.send(NOTHING, MESSAGE);
          }
          if (outcome instanceof RelayOutcome.Delivered) {
            outcome = transaction.finish();
          }
        }
        String what = cell + " " + death.get()[1] + ", " + outcome;
        assertTrue(died.get() > 0, what);
        assertEquals(cell.repeated(), outcome instanceof RelayOutcome.Delivered, what);
        assertEquals(cell.repeated(), !(outcome instanceof RelayOutcome.TemporaryFailure), what);
        // one that goes on after its 421 may have taken it: then our client hears of no delivery
        long taken = nextHop.messages().stream().filter(Message::taken).count();
        assertTrue(cell.repeated() ? taken == 1 : taken <= 1, what);
      }
    }
  }

  /**
   * A row about several recipients in one call, of which one is refused: 1, bad, 2 and 3.
   *
   * @param row its row's number and what happens
   * @param sessions how many the call takes
   * @param ends whether a session, counted from 1, ends at a recipient
   * @param unanswered who is a temporary failure in the end; the others but bad get the message
   */
  record Row(
      String row,
      int sessions,
      BiPredicate<Integer, String> ends,
      Action end,
      Set<String> unanswered) {
    @Override
    public String toString() {
      return row;
    }
  }

  static Stream<Arguments> rows() {
    BiPredicate<Integer, String> always = (session, recipient) -> true;
    BiPredicate<Integer, String> once = (session, recipient) -> session == 1;
    BiPredicate<Integer, String> at1 = (session, recipient) -> recipient.equals("1");
    BiPredicate<Integer, String> at2 = (session, recipient) -> recipient.equals("2");
    Set<String> all = Set.of("1", "bad", "2", "3");
    Set<String> allButBad = Set.of("1", "2", "3");
    List<Row> rows = new ArrayList<>();
    for (Arguments death : deaths().limit(4).toList()) {
      String how = " by " + death.get()[1];
      Action end = (Action) death.get()[2];
      rows.add(new Row("R3 others first" + how, 4, at1, end, Set.of("1")));
      rows.add(new Row("R3 others first, once" + how, 2, always, end, all));
      rows.add(new Row("R8 dies after answers" + how, 2, at2.and(once), end, Set.of()));
      rows.add(
          new Row(
              "R8 dies after answers, on and on" + how,
              4,
              (session, recipient) ->
                  switch (session) {
                    case 1 -> recipient.equals("bad");
                    case 2 -> recipient.equals("3");
                    case 3 -> recipient.equals("bad");
                    default -> false;
                  },
              end,
              Set.of()));
      rows.add(new Row("R9 none answered" + how, 4, at2, end, Set.of("2")));
      rows.add(
          new Row(
              "R11 the last one dies" + how,
              4,
              at2.or((session, recipient) -> session == 4 && recipient.equals("3")),
              end,
              allButBad));
    }
    for (Action nonsense : List.of(Action.stall(), Action.raw("What?\r\n"))) {
      rows.add(new Row("R10 " + nonsense, 2, at2, nonsense, Set.of("2")));
      rows.add(new Row("R10 at once " + nonsense, 1, at1, nonsense, all));
    }
    return rows.stream()
        .flatMap(
            row ->
                Stream.of("PIPELINING", "8BITMIME").map(extension -> Arguments.of(extension, row)));
  }

  /** In both columns: for these rows a kept connection is as good as a fresh one. */
  @ParameterizedTest(name = "{1}, {0}")
  @MethodSource("rows")
  void eachRowAboutSeveralRecipients(String extension, Row row) throws IOException {
    for (boolean kept : List.of(true, false)) {
      // the probe's connection is the first, and the first session is on it if it is kept
      int before = kept ? 0 : 1;
      Function<Event, Action> script =
          event -> {
            String who = event.line().replaceAll(".*<|@.*", "");
            return row.ends().test(event.connection() - before, who)
                ? row.end()
                : who.equals("bad") ? Action.reply("550 5.1.1 Bad") : Action.proceed();
          };
      RelayTimeouts timeouts =
          new RelayTimeouts(BOUND, BOUND, BOUND, patience(row.end()), BOUND, BOUND, BOUND, BOUND);
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder().extensions(extension).on(Step.RCPT, script).start();
          RelayPool pool = Relaying.probed(keeping(nextHop, kept).withTimeouts(timeouts));
          RelayTransaction transaction = begun(pool)) {
        List<String> who = List.of("1", "bad", "2", "3");
        List<RelayOutcome> outcomes =
            transaction.recipients(
                Relaying.recipients("1@b.example", "bad@b.example", "2@b.example", "3@b.example"));
        String what = extension + (kept ? ", kept: " : ", fresh: ") + outcomes;
        for (int i = 0; i < who.size(); i++) {
          Class<?> expected =
              row.unanswered().contains(who.get(i))
                  ? RelayOutcome.TemporaryFailure.class
                  : who.get(i).equals("bad")
                      ? RelayOutcome.PermanentFailure.class
                      : RelayOutcome.Delivered.class;
          assertEquals(expected, outcomes.get(i).getClass(), what);
        }
        assertEquals(row.sessions(), nextHop.connections() - before, what);
        Set<String> taken =
            new HashSet<>(List.of("<1@b.example>", "<2@b.example>", "<3@b.example>"));
        row.unanswered().forEach(each -> taken.remove("<" + each + "@b.example>"));
        if (!taken.isEmpty()) {
          finish(transaction);
          assertEquals(taken, new HashSet<>(nextHop.awaitMessage(BOUND).forwardPaths()));
        }
        assertEquals(taken.isEmpty() ? 0 : 1, nextHop.messages().size());
      }
    }
  }

  private static Duration patience(Action end) {
    return end instanceof Action.Stall ? Duration.ofSeconds(1) : BOUND;
  }

  // ---- taking it from the pool

  /** Nothing was written: a dead one costs nothing, and is no repeat. */
  @Test
  void aConnectionThatDiedInThePoolIsPassedOver() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      delivered(pool);
      nextHop.closeConnections();
      delivered(pool);
      assertEquals(2, nextHop.connections());
    }
  }

  /** A 421 that came while the connection was idle (RFC 5321 §3.8) is noticed in the same way. */
  @Test
  void aConnectionThatSpokeInThePoolIsPassedOver() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .once(Step.AFTER_MESSAGE, Action.replyAndClose("421 4.4.2 Idle"))
                .start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      delivered(pool);
      nextHop.awaitOpenConnections(0, BOUND);
      delivered(pool);
      assertEquals(2, nextHop.connections());
    }
  }

  // ---- MAIL, first recipients

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void atMailOnAKeptConnectionItIsRepeated(String extension, String name, Action death)
      throws IOException {
    try (ScriptedNextHop nextHop = dying(extension, Step.MAIL, event -> true, death);
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      delivered(pool);
      assertEquals(2, nextHop.connections());
      assertEquals(1, nextHop.messages().size());
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void atTheFirstRecipientsOnAKeptConnectionItIsRepeated(
      String extension, String name, Action death) throws IOException {
    try (ScriptedNextHop nextHop =
            dying(extension, Step.RCPT, event -> event.recipients() == 1, death);
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = begun(pool)) {
      take(transaction, "1@b.example", "2@b.example");
      finish(transaction);
      assertEquals(
          List.of("<1@b.example>", "<2@b.example>"), nextHop.awaitMessage(BOUND).forwardPaths());
    }
  }

  /** The fresh connection's own death is final: once is enough. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void onAFreshConnectionItIsNotRepeated(String extension, String name, Action death)
      throws IOException {
    for (Step step : List.of(Step.MAIL, Step.RCPT)) {
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder().extensions(extension).on(step, death).start();
          RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
        // kept (the probe's), then fresh
        assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
        assertEquals(2, nextHop.connections());
        // fresh at once
        assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
        assertEquals(3, nextHop.connections());
      }
    }
  }

  /** What was heard stands, although the connection died right after it, and again. */
  @Test
  void anAnswerBeforeTheDeathStands() {
    Function<Event, Action> script =
        event ->
            event.line().contains("never")
                ? Action.reply("550 5.1.1 Never")
                : event.line().contains("last") ? Action.close() : Action.proceed();
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.RCPT, script).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = begun(pool)) {
      List<RelayOutcome> outcomes =
          transaction.recipients(
              Relaying.recipients("1@b.example", "never@b.example", "last@b.example"));
      assertInstanceOf(RelayOutcome.Delivered.class, outcomes.get(0));
      assertEquals("550 5.1.1 Never", said(outcomes.get(1)));
      assertInstanceOf(RelayOutcome.TemporaryFailure.class, outcomes.get(2));
    }
  }

  // ---- later recipients, kept and fresh

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void atLaterRecipientsTheEnvelopeIsToldAgain(String extension, String name, Action death)
      throws IOException {
    for (boolean kept : List.of(true, false)) {
      Function<Event, Boolean> third = event -> event.line().contains("3@");
      try (ScriptedNextHop nextHop = dying(extension, Step.RCPT, third, death);
          RelayPool pool = Relaying.probed(keeping(nextHop, kept));
          RelayTransaction transaction = begun(pool)) {
        take(transaction, "1@b.example");
        take(transaction, "2@b.example");
        take(transaction, "3@b.example");
        finish(transaction);
        Message message = nextHop.awaitMessage(BOUND);
        assertEquals(
            List.of("<1@b.example>", "<2@b.example>", "<3@b.example>"), message.forwardPaths());
        assertEquals(nextHop.connections(), message.connection());
      }
    }
  }

  /** Our client was told 250 for a recipient that the fresh connection refuses: nothing is sent. */
  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "8BITMIME"})
  void aChangedAnswerIsATemporaryFailure(String extension) throws IOException {
    Function<Event, Action> script =
        event ->
            event.connection() == 1
                ? (event.line().contains("2@") ? Action.close() : Action.proceed())
                : (event.line().contains("1@") ? Action.reply("550 5.1.1 Gone") : Action.proceed());
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().extensions(extension).on(Step.RCPT, script).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = begun(pool)) {
      take(transaction, "1@b.example");
      String expected = "451 4.4.2 Next hop changed its mind; try again later";
      assertEquals(
          expected, said(transaction.recipients(Relaying.recipients("2@b.example")).getFirst()));
      assertEquals(expected, said(transaction.send(NOTHING, MESSAGE)));
      assertTrue(nextHop.messages().isEmpty());
    }
  }

  /** One that was refused is not asked for again: our client has its answer. */
  @Test
  void refusedRecipientsAreNotToldAgain() throws IOException {
    Function<Event, Action> script =
        event ->
            event.line().contains("never")
                ? Action.reply("550 5.1.1 Never")
                : event.line().contains("2@") && event.connection() == 1
                    ? Action.close()
                    : Action.proceed();
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.RCPT, script).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop));
        RelayTransaction transaction = begun(pool)) {
      transaction.recipients(Relaying.recipients("1@b.example", "never@b.example"));
      take(transaction, "2@b.example");
      finish(transaction);
      assertTrue(nextHop.commands(2).stream().noneMatch(line -> line.contains("never")));
    }
  }

  // ---- DATA, kept and fresh

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void atDataTheEnvelopeIsToldAgain(String extension, String name, Action death)
      throws IOException {
    for (boolean kept : List.of(true, false)) {
      try (ScriptedNextHop nextHop = dying(extension, Step.DATA, event -> true, death);
          RelayPool pool = Relaying.probed(keeping(nextHop, kept));
          RelayTransaction transaction = begun(pool)) {
        take(transaction, "1@b.example");
        finish(transaction);
        assertEquals(List.of("<1@b.example>"), nextHop.awaitMessage(BOUND).forwardPaths());
      }
    }
  }

  /** One repeat a transaction, wherever it was. */
  @Test
  void asOftenAsOnce() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.DATA, Action.close()).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
      assertEquals(2, nextHop.connections());
    }
  }

  // ---- content and final dot, kept and fresh: never

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("deaths")
  void onceContentHasBegunNothingIsRepeated(String extension, String name, Action death)
      throws IOException {
    for (Step step : List.of(Step.CONTENT, Step.FINAL_DOT)) {
      for (boolean kept : List.of(true, false)) {
        try (ScriptedNextHop nextHop =
                ScriptedNextHop.builder().extensions(extension).on(step, death).start();
            RelayPool pool = Relaying.probed(keeping(nextHop, kept))) {
          int before = nextHop.connections();
          assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
          assertEquals(kept ? before : before + 1, nextHop.connections(), step.toString());
        }
      }
    }
  }

  // ---- what is not repeated on any connection

  @Test
  void nonsenseIsNotRepeated() throws IOException {
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().on(Step.MAIL, Action.raw("hello\r\n")).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
      assertEquals(1, nextHop.connections());
    }
  }

  @Test
  void aTimeoutIsNotRepeated() throws IOException {
    RelayTimeouts timeouts =
        new RelayTimeouts(BOUND, BOUND, BOUND, Duration.ofMillis(100), BOUND, BOUND, BOUND, BOUND);
    try (ScriptedNextHop nextHop = ScriptedNextHop.builder().on(Step.MAIL, Action.stall()).start();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop).withTimeouts(timeouts))) {
      assertInstanceOf(RelayOutcome.TemporaryFailure.class, Relaying.relay(pool));
      assertEquals(1, nextHop.connections());
    }
  }

  /** A next hop that comes back: one repeat, or none, but no mail is refused after it. */
  @Test
  void aRestartOfTheNextHopIsNotNoticed() throws IOException {
    try (ScriptedNextHop nextHop = ScriptedNextHop.accepting();
        RelayPool pool = Relaying.probed(Relaying.configuration(nextHop))) {
      delivered(pool);
      nextHop.stop();
      assertEquals(
          "451 4.4.1 Next hop does not answer; try again later", said(Relaying.relay(pool)));
      nextHop.restart();
      delivered(pool);
      try (RelayTransaction transaction = begun(pool)) {
        take(transaction, "1@b.example");
        nextHop.stop();
        nextHop.restart();
        take(transaction, "2@b.example");
        finish(transaction);
      }
      assertEquals(3, nextHop.messages().size());
    }
  }

  // ---- parts

  /** Dies at a step on the first connection that gets there, and is well on every other. */
  private static ScriptedNextHop dying(
      String extension, Step step, Function<Event, Boolean> when, Action death) {
    java.util.concurrent.atomic.AtomicBoolean died =
        new java.util.concurrent.atomic.AtomicBoolean();
    return ScriptedNextHop.builder()
        .extensions(extension)
        .on(step, event -> when.apply(event) && !died.getAndSet(true) ? death : Action.proceed())
        .start();
  }

  private static NextHopConfiguration keeping(ScriptedNextHop nextHop, boolean kept) {
    return Relaying.configuration(
        nextHop.host(), nextHop.port(), 4, kept ? BOUND : Duration.ZERO, 80, Relaying.timeouts());
  }

  private static RelayTransaction begun(RelayPool pool) {
    RelayTransaction transaction = pool.open(BOUND);
    transaction.mail(Relaying.sender("a@example.org"));
    return transaction;
  }

  private static void take(RelayTransaction transaction, String... addresses) {
    for (RelayOutcome outcome : transaction.recipients(Relaying.recipients(addresses))) {
      assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
    }
  }

  private static void finish(RelayTransaction transaction) throws IOException {
    RelayOutcome sent = transaction.send(NOTHING, MESSAGE);
    assertInstanceOf(RelayOutcome.Delivered.class, sent, sent::toString);
    RelayOutcome outcome = transaction.finish();
    assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
  }

  private static void delivered(RelayPool pool) throws IOException {
    RelayOutcome outcome = Relaying.relay(pool);
    assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
  }
}
