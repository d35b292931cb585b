package io.authserver.smtp.relay;

import static io.authserver.smtp.relay.Relaying.BOUND;
import static io.authserver.smtp.relay.Relaying.MESSAGE;
import static io.authserver.smtp.relay.Relaying.NOTHING;
import static io.authserver.smtp.relay.Relaying.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.testing.ErrorLimit;
import io.authserver.smtp.testing.ErrorLimit.End;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Next hops that end session after session amid an envelope: what they have said stands, and the
 * rest goes on.
 *
 * <p>Symptom: of a list with 30 members that a next hop refused and 10 that it took nobody got the
 * message, at any try, where it ends a session after 20 errors (Postfix: smtpd_hard_error_limit).
 * Cause: with the connection all replies of it were forgotten, and the next one began from the
 * beginning, once.
 */
class RelaySessionsIT {
  private static final String TAKEN = "250 2.0.0 Taken";
  private static final String BROKEN =
      "451 4.4.2 Connection to the next hop broke; try again later";

  /** Whoever has "bad" in the address, in its own words. */
  private static Optional<String> bad(Event event) {
    return event.line().contains("bad")
        ? Optional.of("550 5.1.1 No " + address(event))
        : Optional.empty();
  }

  // ---- a limit of errors

  static Stream<Arguments> limits() {
    return Stream.of("PIPELINING", "8BITMIME")
        .flatMap(
            extension ->
                Stream.of(End.values())
                    .flatMap(
                        end ->
                            IntStream.of(20, 3, 1)
                                .mapToObj(limit -> Arguments.of(extension, end, limit))));
  }

  /** In any order: the refused first, last, by turns, shuffled. */
  @ParameterizedTest(name = "{0} {1} after {2}")
  @MethodSource("limits")
  void whoIsRefusedStaysRefusedAndTheOthersGetIt(String extension, End end, int limit)
      throws IOException {
    for (List<String> order : orders(30, 10)) {
      ErrorLimit errors = new ErrorLimit(limit, end, RelaySessionsIT::bad);
      Counting counting = new Counting();
      try (ScriptedNextHop nextHop =
              errors.into(ScriptedNextHop.builder().extensions(extension)).start();
          RelayPool pool = pool(nextHop, counting)) {
        try (RelayTransaction transaction = begun(pool)) {
          assertEquals(expected(order), asked(transaction, order));
          assertEquals(TAKEN, delivered(transaction));
        }
        assertDeliveredOnce(nextHop, good(order));
        assertEquals(30, errors.refused().size());
        // a reset may take replies back, which are asked for again then
        if (end != End.RESET) {
          assertEquals(Set.of(1), new HashSet<>(errors.refused().values()), "asked once for each");
          assertTrue(nextHop.connections() <= 2 + 30 / limit, "each used up its errors");
        }
        assertEquals(nextHop.connections() - 1, counting.repeated.get());
        assertPoolIsWhole(pool);
      }
    }
  }

  /** As OpenSMTPD tells them, one by one, each answered before the next one comes. */
  @ParameterizedTest
  @EnumSource(End.class)
  void oneByOneAsWell(End end) throws IOException {
    for (List<String> order : orders(30, 10)) {
      ErrorLimit errors = new ErrorLimit(4, end, RelaySessionsIT::bad);
      try (ScriptedNextHop nextHop =
              errors.into(ScriptedNextHop.builder().likeOpenSmtpd()).start();
          RelayPool pool = pool(nextHop, RelayMetrics.NONE);
          RelayTransaction transaction = begun(pool)) {
        List<String> replies = new ArrayList<>();
        for (String recipient : order) {
          replies.addAll(asked(transaction, List.of(recipient)));
        }
        assertEquals(expected(order), replies);
        assertEquals(TAKEN, delivered(transaction));
        assertDeliveredOnce(nextHop, good(order));
        assertEquals(Set.of(1), new HashSet<>(errors.refused().values()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "8BITMIME"})
  void aNextHopThatRefusesEverybodyIsHeardToTheEnd(String extension) {
    List<String> order = IntStream.range(0, 130).mapToObj(i -> i + "bad@b.example").toList();
    ErrorLimit errors = new ErrorLimit(20, End.SAID, RelaySessionsIT::bad);
    try (ScriptedNextHop nextHop =
            errors.into(ScriptedNextHop.builder().extensions(extension)).start();
        RelayPool pool = pool(nextHop, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool)) {
      assertEquals(expected(order), asked(transaction, order));
      assertEquals(expected(List.of("good@b.example")), asked(transaction, "good@b.example"));
    }
  }

  /** So many sessions, and no more; who was taken goes on, and who is left comes in another try. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sessionsAreBounded(boolean withTaken) throws IOException {
    List<String> order = new ArrayList<>();
    if (withTaken) {
      order.add("good@b.example");
    }
    IntStream.range(0, 130).forEach(i -> order.add(i + "bad@b.example"));
    ErrorLimit errors = new ErrorLimit(1, End.SAID, RelaySessionsIT::bad);
    Counting counting = new Counting();
    try (ScriptedNextHop nextHop = errors.into(ScriptedNextHop.builder()).start();
        RelayPool pool = pool(nextHop, counting)) {
      try (RelayTransaction transaction = begun(pool)) {
        List<RelayOutcome> outcomes = transaction.recipients(recipients(order));
        int unanswered = 0;
        for (int i = 0; i < order.size(); i++) {
          if (said(outcomes.get(i)).startsWith("451")) {
            unanswered++;
            assertUnanswered(
                "451 4.4.2 Next hop ended too many sessions; try again later", outcomes.get(i));
          } else {
            assertEquals(expected(order).get(i), said(outcomes.get(i)));
          }
        }
        assertEquals(130 - Envelope.MOST_SESSIONS, unanswered);
        assertEquals(unanswered, counting.unanswered.get());
        assertEquals(Envelope.MOST_SESSIONS, errors.refused().size());
        if (withTaken) {
          assertEquals(TAKEN, delivered(transaction));
          assertDeliveredOnce(nextHop, List.of("good@b.example"));
        }
      }
      // the last one, of who was taken, comes on top
      int sessions = Envelope.MOST_SESSIONS + (withTaken ? 1 : 0);
      assertEquals(sessions, nextHop.connections());
      assertEquals(sessions - 1, counting.repeated.get());
      assertPoolIsWhole(pool);
    }
  }

  /** Recipients over a next hop's limit, which are errors to it as well, in further parts. */
  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "8BITMIME"})
  void recipientsThatAreSplitAreHeardAsWell(String extension) throws IOException {
    for (List<String> order : orders(30, 10)) {
      Function<Event, Optional<String>> script =
          event ->
              bad(event)
                  .or(
                      () ->
                          event.recipients() >= 4
                              ? Optional.of("452 4.5.3 Too many recipients")
                              : Optional.empty());
      ErrorLimit errors = new ErrorLimit(6, End.SAID, script);
      try (ScriptedNextHop nextHop =
              errors.into(ScriptedNextHop.builder().extensions(extension)).start();
          RelayPool pool = pool(nextHop, RelayMetrics.NONE)) {
        try (RelayTransaction transaction = begun(pool)) {
          assertEquals(expected(order), asked(transaction, order));
          assertEquals(TAKEN, delivered(transaction));
          assertEquals(
              Collections.nCopies(10, TAKEN),
              transaction.outcomes().stream().map(Relaying::said).toList());
        }
        assertDeliveredOnce(nextHop, good(order));
        assertEquals(3, nextHop.messages().size());
        errors
            .refused()
            .forEach(
                (line, times) -> assertTrue(!line.contains("bad") || times == 1, line + times));
        assertPoolIsWhole(pool);
      }
    }
  }

  // ---- no progress

  /** One that ends every session at once is not asked on and on, whatever the number. */
  @ParameterizedTest
  @CsvSource({"BANNER, 1", "MAIL, 1", "RCPT, 2"})
  void aNextHopThatIsClosingIsNotPressed(Step step, int fresh) {
    List<String> order = good(orders(0, 40).getFirst());
    for (Action end : List.of(Action.replyAndClose("421 4.3.2 Closing"), Action.close())) {
      boolean[] closing = {false};
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder()
                  .on(step, event -> closing[0] ? end : Action.proceed())
                  .start();
          RelayPool pool = pool(keeping(nextHop, false), RelayMetrics.NONE)) {
        closing[0] = true;
        try (RelayTransaction transaction = begun(pool)) {
          for (RelayOutcome outcome : transaction.recipients(recipients(order))) {
            assertInstanceOf(RelayOutcome.TemporaryFailure.class, outcome);
          }
          // nor does another call begin it all again
          asked(transaction, "late@b.example");
        }
        assertEquals(1 + fresh, nextHop.connections(), step + ", the probe's among them");
        closing[0] = false;
        assertPoolIsWhole(pool);
      }
    }
  }

  /** It takes only so many recipients in a session and then ends it: those get the message. */
  @ParameterizedTest
  @CsvSource({"421 4.7.0 Enough, 8", "421 4.5.3 Too many recipients, 20"})
  void aNextHopThatEndsASessionAfterSoManyRecipients(String words, int delivered)
      throws IOException {
    List<String> order = good(orders(0, 20).getFirst());
    for (String extension : List.of("PIPELINING", "8BITMIME")) {
      Function<Event, Optional<String>> script =
          event -> event.recipients() >= 8 ? Optional.of(words) : Optional.empty();
      ErrorLimit errors = new ErrorLimit(20, End.SAID, script);
      try (ScriptedNextHop nextHop =
              errors.into(ScriptedNextHop.builder().extensions(extension)).start();
          RelayPool pool = pool(nextHop, RelayMetrics.NONE);
          RelayTransaction transaction = begun(pool)) {
        List<RelayOutcome> outcomes = transaction.recipients(recipients(order));
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
          if (outcomes.get(i) instanceof RelayOutcome.Delivered) {
            taken.add(order.get(i));
          } else {
            assertUnanswered(words.replace("421", "451"), outcomes.get(i));
          }
        }
        assertEquals(delivered, taken.size());
        assertEquals(TAKEN, delivered(transaction));
        assertDeliveredOnce(nextHop, taken);
      }
    }
  }

  /** A recipient that ends every session: the others get it, wherever it stands among them. */
  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "8BITMIME"})
  void aRecipientThatEndsEverySessionIsAlone(String extension) throws IOException {
    Map<Action, String> ends =
        Map.of(
            Action.replyAndClose("421 4.7.1 Not him"), "451 4.7.1 Not him",
            Action.close(), BROKEN,
            Action.reset(), BROKEN);
    for (Action end : ends.keySet()) {
      for (int at : new int[] {0, 3, 9}) {
        for (boolean kept : List.of(true, false)) {
          List<String> order = new ArrayList<>(good(orders(0, 9).getFirst()));
          order.add(at, "poison@b.example");
          try (ScriptedNextHop nextHop = ending(extension, end);
              RelayPool pool = pool(keeping(nextHop, kept), RelayMetrics.NONE);
              RelayTransaction transaction = begun(pool)) {
            List<RelayOutcome> outcomes = transaction.recipients(recipients(order));
            for (int i = 0; i < order.size(); i++) {
              RelayOutcome outcome = outcomes.get(i);
              if (i == at) {
                assertUnanswered(String.valueOf(ends.get(end)), outcome);
              } else {
                assertInstanceOf(RelayOutcome.Delivered.class, outcome, outcome::toString);
              }
            }
            assertEquals(TAKEN, delivered(transaction));
            assertDeliveredOnce(nextHop, good(order));
            assertTrue(nextHop.connections() <= 6, () -> "sessions: " + nextHop.connections());
          }
        }
      }
    }
  }

  /** The same, one by one: those before it and those after it get the message. */
  @Test
  void aRecipientThatEndsEverySessionIsAloneOneByOne() throws IOException {
    try (ScriptedNextHop nextHop = ending("8BITMIME", Action.replyAndClose("421 4.7.1 Not him"));
        RelayPool pool = pool(nextHop, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool)) {
      assertEquals(List.of("250 2.1.5 Ok"), asked(transaction, "1@b.example"));
      for (int i = 0; i < 3; i++) {
        assertEquals(List.of("451 4.7.1 Not him"), asked(transaction, "poison@b.example"));
      }
      assertEquals(List.of("250 2.1.5 Ok"), asked(transaction, "2@b.example"));
      assertEquals(TAKEN, delivered(transaction));
      assertDeliveredOnce(nextHop, List.of("1@b.example", "2@b.example"));
    }
  }

  // ---- timeouts and nonsense

  /** Asked about once: the others go on without it. */
  @ParameterizedTest
  @CsvSource({"PIPELINING, true", "8BITMIME, true", "PIPELINING, false", "8BITMIME, false"})
  void aRecipientWithoutAnAnswerIsAlone(String extension, boolean silent) throws IOException {
    RelayTimeouts timeouts =
        new RelayTimeouts(
            BOUND,
            BOUND,
            BOUND,
            silent ? Duration.ofSeconds(1) : BOUND,
            BOUND,
            BOUND,
            BOUND,
            BOUND);
    Action nothing = silent ? Action.stall() : Action.raw("What?\r\n");
    List<String> order =
        List.of("1@b.example", "0bad@b.example", "poison@b.example", "2@b.example");
    Function<Event, Action> script =
        event ->
            event.line().contains("poison")
                ? nothing
                : bad(event).map(Action::reply).orElse(Action.proceed());
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().extensions(extension).on(Step.RCPT, script).start();
        RelayPool pool =
            pool(Relaying.configuration(nextHop).withTimeouts(timeouts), RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool)) {
      List<RelayOutcome> outcomes = transaction.recipients(recipients(order));
      assertEquals("250 2.1.5 Ok", said(outcomes.get(0)));
      assertEquals("550 5.1.1 No 0bad@b.example", said(outcomes.get(1)));
      assertUnanswered(BROKEN, outcomes.get(2));
      assertEquals("250 2.1.5 Ok", said(outcomes.get(3)));
      // of an earlier call, the same
      assertEquals(List.of(BROKEN), asked(transaction, "poison@b.example"));
      assertEquals(TAKEN, delivered(transaction));
      assertDeliveredOnce(nextHop, List.of("1@b.example", "2@b.example"));
    }
  }

  /** The time to ask is over: who was taken by then goes on, on whatever connection. */
  @ParameterizedTest
  @CsvSource({"8BITMIME, 1", "PIPELINING, 2"})
  void whenTheTimeToAskIsOverWhoWasTakenGoesOn(String extension, int connections)
      throws IOException {
    AskingTime over = new AskingTime(Deadline.after(Duration.ZERO), Deadline.after(BOUND));
    Function<Event, Action> script =
        event ->
            event.line().contains("silent")
                ? Action.stall()
                : bad(event).map(Action::reply).orElse(Action.proceed());
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder().extensions(extension).on(Step.RCPT, script).start();
        RelayPool pool = pool(nextHop, RelayMetrics.NONE)) {
      Envelope envelope = new Envelope(pool, BOUND);
      envelope.mail(Relaying.sender("a@example.org"));
      // while nobody is taken, the whole time is there to ask
      RecipientBatch bad = new RecipientBatch(Relaying.recipients("0bad@b.example"));
      envelope.offer(bad, over);
      assertEquals("550 5.1.1 No 0bad@b.example", said(bad.outcomes().getFirst()));
      RecipientBatch batch =
          new RecipientBatch(Relaying.recipients("1@b.example", "silent@b.example", "2@b.example"));
      envelope.offer(batch, over);
      List<RelayOutcome> outcomes = batch.outcomes();
      assertEquals("250 2.1.5 Ok", said(outcomes.getFirst()));
      // one by one it is not even asked; pipelined it was, and the answer is not waited for
      String late = "451 4.4.7 Next hop took too long; try again later";
      String expected = connections == 1 ? late : BROKEN;
      assertUnanswered(expected, outcomes.get(1));
      assertUnanswered(expected, outcomes.get(2));
      assertNull(envelope.data(1, Deadline.after(BOUND)));
      assertEquals(
          List.of("MAIL FROM:<a@example.org>", "RCPT TO:<1@b.example>", "DATA"),
          nextHop.commands(connections).stream()
              .filter(line -> !line.startsWith("EHLO") && !line.contains("bad"))
              .toList());
      assertEquals(connections, nextHop.connections());
      envelope.drop();
    }
  }

  // ---- other answers

  /** What was taken in this call and is refused in its next session: our client may ask again. */
  @ParameterizedTest
  @ValueSource(strings = {"PIPELINING", "8BITMIME"})
  void aChangedAnswerWithinACallIsThatRecipientsAlone(String extension) throws IOException {
    Function<Event, Optional<String>> script =
        event ->
            event.connection() > 1 && event.line().contains("1@")
                ? Optional.of("550 5.7.1 Had enough")
                : bad(event);
    ErrorLimit errors = new ErrorLimit(2, End.SAID, script);
    try (ScriptedNextHop nextHop =
            errors.into(ScriptedNextHop.builder().extensions(extension)).start();
        RelayPool pool = pool(nextHop, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool)) {
      List<String> order =
          List.of("1@b.example", "2@b.example", "0bad@b.example", "1bad@b.example", "3@b.example");
      List<String> replies = new ArrayList<>(expected(order));
      replies.set(0, "451 4.4.2 Next hop changed its mind; try again later");
      assertEquals(replies, asked(transaction, order));
      assertEquals(TAKEN, delivered(transaction));
      assertDeliveredOnce(nextHop, List.of("2@b.example", "3@b.example"));
    }
  }

  /**
   * It takes the sender no more, for good: nobody who was not refused before is refused by that.
   */
  @Test
  void aSenderWhoIsRefusedAfterAnswersIsATemporaryFailure() {
    List<String> order = List.of("1@b.example", "0bad@b.example", "2@b.example");
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .extensions("8BITMIME")
                .on(
                    Step.MAIL,
                    event ->
                        event.connection() > 1
                            ? Action.reply("554 5.7.1 You are blocked")
                            : Action.proceed())
                .on(
                    Step.RCPT,
                    event ->
                        event.line().contains("2@")
                            ? Action.close()
                            : bad(event).map(Action::reply).orElse(Action.proceed()))
                .start();
        RelayPool pool = pool(nextHop, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool)) {
      String changed = "451 4.4.2 Next hop changed its mind; try again later";
      assertEquals(
          List.of(changed, "550 5.1.1 No 0bad@b.example", changed), asked(transaction, order));
    }
  }

  /** A refusal of the sender is that of every recipient, although the connection ends with it. */
  @Test
  void aRefusalOfMailBeforeTheEndStands() throws IOException {
    for (Action refusal :
        List.of(
            Action.replyAndClose("550 5.7.1 Not you"),
            Action.replyAndClose("550 5.7.1 Not you\r\n421 4.3.2 Bye"))) {
      try (ScriptedNextHop nextHop =
              ScriptedNextHop.builder()
                  .on(Step.MAIL, event -> event.line().contains("<a@") ? refusal : Action.proceed())
                  .start();
          RelayPool pool = pool(nextHop, RelayMetrics.NONE)) {
        try (RelayTransaction transaction = begun(pool)) {
          assertEquals(
              List.of("550 5.7.1 Not you", "550 5.7.1 Not you"),
              asked(transaction, "1@b.example", "2@b.example"));
        }
        try (RelayTransaction transaction = pool.open(BOUND)) {
          transaction.mail(Relaying.sender("b@example.org"));
          asked(transaction, "1@b.example");
          assertEquals(TAKEN, delivered(transaction), "the connection is not used again");
        }
      }
    }
  }

  /** MAIL has to be said again, with SMTPUTF8, and the connection dies at any command of that. */
  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"RSET", "MAIL", "RCPT"})
  void aSecondMailThatDiesIsToldAgain(Step step) throws IOException {
    AtomicInteger died = new AtomicInteger();
    AtomicBoolean again = new AtomicBoolean();
    Function<Event, Action> script =
        event ->
            event.step() == step && again.get() && died.getAndIncrement() == 0
                ? Action.replyAndClose("421 4.3.2 Bye")
                : event.step() == Step.RCPT
                    ? bad(event).map(Action::reply).orElse(Action.proceed())
                    : Action.proceed();
    try (ScriptedNextHop nextHop =
            ScriptedNextHop.builder()
                .on(Step.RSET, script)
                .on(Step.MAIL, script)
                .on(Step.RCPT, script)
                .start();
        RelayPool pool = pool(nextHop, RelayMetrics.NONE);
        RelayTransaction transaction = begun(pool)) {
      List<String> first = List.of("1@b.example", "0bad@b.example", "2@b.example");
      assertEquals(expected(first), asked(transaction, first));
      again.set(true);
      List<String> second = List.of("1bad@\u00fc.example", "\u00fc@b.example");
      List<String> replies = asked(transaction, second);
      assertTrue(replies.getFirst().startsWith("550 5.1.1 No 1bad@"), replies::toString);
      assertEquals("250 2.1.5 Ok", replies.getLast());
      assertEquals(TAKEN, delivered(transaction));
      assertEquals(
          Set.of(2), Set.of(nextHop.connections()), "one connection in place of the first");
      assertEquals(3, nextHop.awaitMessage(BOUND).forwardPaths().size());
      assertTrue(
          nextHop.commands(2).stream().noneMatch(line -> line.contains("0bad")),
          "refused, told no more");
    }
  }

  // ---- by chance

  /**
   * Next hops of all kinds, from fixed seeds: whoever is refused hears his own reply and is asked
   * about no more; whoever is taken gets the message once; whoever has no answer is temporary, and
   * that is nobody but who ends sessions himself.
   */
  @Test
  void nextHopsByChance() throws IOException {
    for (int seed = 0; seed < 100; seed++) {
      new ByChance(seed).run();
    }
  }

  /** One of them. */
  private static final class ByChance {
    private final int seed;
    private final Random random;
    private final List<String> order = new ArrayList<>();
    private final ErrorLimit errors;
    private final String poison;
    private final boolean poisoned;
    private final End end;

    ByChance(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
      int size = 1 + random.nextInt(60);
      int kinds = 1 + random.nextInt(4);
      for (int i = 0; i < size; i++) {
        String kind = List.of("good", "bad", "later", "bad").get(random.nextInt(kinds));
        order.add(i + kind + "@b.example");
      }
      poison = random.nextBoolean() ? "421 4.7.1 Not him" : "";
      poisoned = random.nextBoolean();
      if (poisoned) {
        order.add(random.nextInt(order.size() + 1), "poison@b.example");
      }
      end = List.of(End.values()).get(random.nextInt(4));
      errors = new ErrorLimit(1 + random.nextInt(20), end, this::refusal);
    }

    private Optional<String> refusal(Event event) {
      return event.line().contains("poison")
          ? Optional.of(poison)
          : event.line().contains("later")
              ? Optional.of("450 4.2.0 Later " + address(event))
              : bad(event);
    }

    void run() throws IOException {
      ScriptedNextHop.Builder builder =
          errors
              .into(ScriptedNextHop.builder())
              .extensions(random.nextBoolean() ? "PIPELINING" : "8BITMIME");
      try (ScriptedNextHop nextHop = builder.start();
          RelayPool pool = pool(keeping(nextHop, random.nextBoolean()), RelayMetrics.NONE)) {
        List<RelayOutcome> outcomes = new ArrayList<>();
        try (RelayTransaction transaction = begun(pool)) {
          while (outcomes.size() < order.size()) {
            List<String> left = order.subList(outcomes.size(), order.size());
            // a poison that is alone in its call before anybody is taken ends the transaction
            int size = poisoned ? left.size() : 1 + random.nextInt(left.size());
            outcomes.addAll(transaction.recipients(recipients(left.subList(0, size))));
          }
          check(outcomes);
          if (!good(order).isEmpty()) {
            assertEquals(TAKEN, delivered(transaction), this::toString);
            assertDeliveredOnce(nextHop, good(order));
          }
        }
        if (end != End.RESET) {
          errors.refused().forEach((line, times) -> assertEquals(1, times, this + " " + line));
        }
        assertPoolIsWhole(pool);
      }
    }

    private void check(List<RelayOutcome> outcomes) {
      for (int i = 0; i < order.size(); i++) {
        String address = order.get(i);
        RelayOutcome outcome = outcomes.get(i);
        if (address.contains("poison")) {
          assertUnanswered(
              poison.isEmpty() ? BROKEN : poison.replace("421", "451"), outcome, this::toString);
          continue;
        }
        String expected =
            address.contains("bad")
                ? "550 5.1.1 No " + address
                : address.contains("later") ? "450 4.2.0 Later " + address : "250 2.1.5 Ok";
        assertEquals(expected, said(outcome), () -> this + " " + address);
      }
    }

    @Override
    public String toString() {
      return "seed " + seed + " " + order;
    }
  }

  // ---- parts

  private static final class Counting implements RelayMetrics {
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();

    @Override
    public void recipientsUnanswered(String nextHop, int recipients) {
      unanswered.addAndGet(recipients);
    }

    @Override
    public void transactionRepeated(String nextHop, RelayStep step) {
      repeated.incrementAndGet();
    }
  }

  /** Refused and good addresses: the refused first, last, by turns, and shuffled. */
  private static List<List<String>> orders(int bad, int good) {
    List<String> refused = IntStream.range(0, bad).mapToObj(i -> i + "bad@b.example").toList();
    List<String> taken = IntStream.range(0, good).mapToObj(i -> i + "good@b.example").toList();
    List<String> first = new ArrayList<>(refused);
    first.addAll(taken);
    List<String> last = new ArrayList<>(taken);
    last.addAll(refused);
    List<String> byTurns = new ArrayList<>();
    for (int i = 0; i < Math.max(bad, good); i++) {
      if (i < good) {
        byTurns.add(taken.get(i));
      }
      if (i < bad) {
        byTurns.add(refused.get(i));
      }
    }
    List<String> shuffled = new ArrayList<>(first);
    Collections.shuffle(shuffled, new Random(11));
    return List.of(first, last, byTurns, shuffled);
  }

  private static List<String> good(List<String> order) {
    return order.stream().filter(address -> address.contains("good")).toList();
  }

  private static List<String> expected(List<String> order) {
    return order.stream()
        .map(address -> address.contains("bad") ? "550 5.1.1 No " + address : "250 2.1.5 Ok")
        .toList();
  }

  private static String address(Event event) {
    return event.line().substring(event.line().indexOf('<') + 1, event.line().indexOf('>'));
  }

  private static List<Recipient> recipients(List<String> addresses) {
    return Relaying.recipients(addresses.toArray(String[]::new));
  }

  private static List<String> asked(RelayTransaction transaction, String... addresses) {
    return asked(transaction, List.of(addresses));
  }

  private static List<String> asked(RelayTransaction transaction, List<String> addresses) {
    return transaction.recipients(recipients(addresses)).stream().map(Relaying::said).toList();
  }

  private static String delivered(RelayTransaction transaction) throws IOException {
    RelayOutcome sent = transaction.send(NOTHING, MESSAGE);
    return sent instanceof RelayOutcome.Delivered ? said(transaction.finish()) : said(sent);
  }

  private static void assertDeliveredOnce(ScriptedNextHop nextHop, List<String> addresses) {
    List<String> paths = new ArrayList<>();
    for (Message message : nextHop.messages()) {
      assertTrue(message.taken());
      paths.addAll(message.forwardPaths());
    }
    assertEquals(
        addresses.stream().map(address -> "<" + address + ">").sorted().toList(),
        paths.stream().sorted().toList());
  }

  private static void assertUnanswered(String reply, RelayOutcome outcome) {
    assertUnanswered(reply, outcome, outcome::toString);
  }

  private static void assertUnanswered(String reply, RelayOutcome outcome, Supplier<String> what) {
    assertEquals(reply, said(outcome), what);
    RelayOutcome.TemporaryFailure failure =
        assertInstanceOf(RelayOutcome.TemporaryFailure.class, outcome, what);
    assertFalse(failure.answered(), what);
  }

  private static ScriptedNextHop ending(String extension, Action end) {
    return ScriptedNextHop.builder()
        .extensions(extension)
        .on(Step.RCPT, event -> event.line().contains("poison") ? end : Action.proceed())
        .start();
  }

  private static NextHopConfiguration keeping(ScriptedNextHop nextHop, boolean kept) {
    return Relaying.configuration(
        nextHop.host(), nextHop.port(), 4, kept ? BOUND : Duration.ZERO, 80, Relaying.timeouts());
  }

  private static RelayPool pool(ScriptedNextHop nextHop, RelayMetrics metrics) {
    return pool(Relaying.configuration(nextHop), metrics);
  }

  private static RelayPool pool(NextHopConfiguration configuration, RelayMetrics metrics) {
    RelayPool pool = RelayPool.start(configuration, metrics);
    pool.awaitExtensions(BOUND);
    return pool;
  }

  private static RelayTransaction begun(RelayPool pool) {
    RelayTransaction transaction = pool.open(BOUND, new OpenTransactions(3));
    transaction.mail(Relaying.sender("a@example.org"));
    return transaction;
  }

  /** Every permit is back: as many transactions as it has connections can be open at once. */
  private static void assertPoolIsWhole(RelayPool pool) {
    List<RelayTransaction> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        RelayTransaction transaction = pool.open(Duration.ZERO);
        open.add(transaction);
        transaction.mail(Relaying.sender("a@example.org"));
        assertEquals(List.of("250 2.1.5 Ok"), asked(transaction, "whole@b.example"));
      }
    } finally {
      open.forEach(RelayTransaction::close);
    }
  }
}
