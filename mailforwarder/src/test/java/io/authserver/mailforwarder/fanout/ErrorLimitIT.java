package io.authserver.mailforwarder.fanout;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static io.authserver.mailforwarder.Envelopes.sender;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.Envelopes;
import io.authserver.mailforwarder.FakeAuthors;
import io.authserver.mailforwarder.FakeSite;
import io.authserver.mailforwarder.notify.NotificationComposer;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.message.MarkKey;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.NextHopConfiguration;
import io.authserver.smtp.relay.RelayPool;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import io.authserver.smtp.testing.ErrorLimit;
import io.authserver.smtp.testing.ErrorLimit.End;
import io.authserver.smtp.testing.ScriptedNextHop;
import io.authserver.smtp.testing.ScriptedNextHop.Action;
import io.authserver.smtp.testing.ScriptedNextHop.Event;
import io.authserver.smtp.testing.ScriptedNextHop.Message;
import io.authserver.smtp.testing.ScriptedNextHop.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A list before a next hop that ends a session after so many errors, as Postfix does.
 *
 * <p>Symptom: of a list with 30 members that it refuses and 10 that it takes, nobody got the
 * message; 451 at every try, until the queue gave up. Cause: what it had said before its 421 was
 * forgotten, by the relay within a try, and by the forwarder, which cannot remember what it hears
 * at RCPT, from try to try.
 */
final class ErrorLimitIT {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Pattern REPORTED = Pattern.compile("Final-Recipient: rfc822; (\\S+)");

  private final FakeOutcomeStore outcomes = new FakeOutcomeStore(InstantSource.fixed(NOW));
  private final ScriptedNextHop local = ScriptedNextHop.accepting();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(local));

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  static Stream<Arguments> nextHops() {
    return Stream.of("PIPELINING", "8BITMIME")
        .flatMap(
            extension ->
                Stream.of(End.SAID, End.SAID_AT_ONCE, End.CLOSED)
                    .map(end -> Arguments.of(extension, end)));
  }

  /** The ten get it once, the thirty are reported once, and our client is told 250. */
  @ParameterizedTest
  @MethodSource("nextHops")
  void theGoodGetItAndTheRefusedAreReported(String extension, End end) throws IOException {
    for (long seed = 0; seed < 3; seed++) {
      List<String> members = members(30, 10);
      Collections.shuffle(members, new Random(seed));
      int before = local.messages().size();
      ErrorLimit errors = new ErrorLimit(20, end, ErrorLimitIT::refusal);
      ScriptedNextHop remote =
          opened(errors.into(ScriptedNextHop.builder().extensions(extension)).start());
      assertEquals(List.of("250 2.1.5", "250 2.0.0"), sent(forwarding(remote, members)));
      assertEquals(good(members), delivered(remote));
      assertEquals(bad(members), reported(before));
      assertEquals(Set.of(1), new HashSet<>(errors.refused().values()), "asked once for each");
      assertEquals(0, outcomes.stores(), "nothing has to be remembered");
    }
  }

  /**
   * After 20 errors it takes no connection for a while: the first try ends with 451, since nobody
   * knows about the rest; the second one asks about the rest alone.
   */
  @ParameterizedTest
  @MethodSource("nextHops")
  void theNextTryGoesOnWithTheRest(String extension, End end) throws IOException {
    List<String> members = members(30, 10);
    ErrorLimit errors = new ErrorLimit(20, end, ErrorLimitIT::refusal);
    AtomicBoolean angry = new AtomicBoolean(true);
    ScriptedNextHop remote =
        opened(
            errors
                .into(ScriptedNextHop.builder().extensions(extension))
                .on(
                    Step.BANNER,
                    event ->
                        angry.get() && !errors.refused().isEmpty()
                            ? Action.replyAndClose("421 4.7.0 Come back later")
                            : Action.proceed())
                .start());
    Forwarding forwarding = forwarding(remote, members);
    assertEquals(List.of("250 2.1.5", "451 4.7.0"), sent(forwarding));
    assertEquals(Set.copyOf(bad(members).subList(0, 20)), asked(errors));
    assertTrue(remote.messages().isEmpty() && local.messages().isEmpty());

    angry.set(false);
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), sent(forwarding));
    assertEquals(good(members), delivered(remote));
    assertEquals(bad(members), reported(0));
    Message message = remote.messages().getFirst();
    for (String known : bad(members).subList(0, 20)) {
      assertTrue(
          remote.commands(message.connection()).stream()
              .noneMatch(line -> line.contains("<" + known + ">")),
          "the session that took the message was not asked about " + known);
    }
    // and once more, for a client that did not hear our 250
    assertEquals(List.of("250 2.1.5", "250 2.0.0"), sent(forwarding));
    assertEquals(good(members), delivered(remote));
    assertEquals(bad(members), reported(0));
  }

  /** More than a try can ask about: each one comes further, and the last one is done. */
  @Test
  void eachTryComesFurther() throws IOException {
    List<String> members = members(250, 5);
    ErrorLimit errors = new ErrorLimit(1, End.SAID, ErrorLimitIT::refusal);
    ScriptedNextHop remote = opened(errors.into(ScriptedNextHop.builder()).start());
    Forwarding forwarding = forwarding(remote, members);
    int known = 0;
    int tries = 0;
    String reply;
    do {
      reply = sent(forwarding).getLast();
      assertTrue(errors.refused().size() > known, "try " + tries + " comes no further");
      known = errors.refused().size();
      tries++;
    } while (reply.startsWith("451"));
    assertEquals("250 2.0.0", reply);
    assertTrue(tries > 1, "a try is bounded");
    assertEquals(good(members), delivered(remote));
    assertEquals(bad(members), reported(0));
  }

  /** What another transaction has heard brings no try further: the body need not come for it. */
  @Test
  void aRefusalInAnotherTransactionIsNoReasonToTakeTheMessage() throws IOException {
    ErrorLimit errors =
        new ErrorLimit(
            20,
            End.SAID,
            event ->
                event.line().contains("far.example")
                    ? Optional.of("421 4.3.2 Closing")
                    : Optional.of("550 5.1.1 unknown"));
    ScriptedNextHop remote = opened(errors.into(ScriptedNextHop.builder()).start());
    List<String> members = List.of("boss@ours.example", "good0@far.example");
    assertEquals(List.of("451 4.3.2"), sent(forwarding(remote, members)));
    assertEquals(Set.of("boss@ours.example"), asked(errors));
  }

  // ---- parts

  private static List<String> members(int bad, int good) {
    List<String> members = new ArrayList<>();
    IntStream.range(0, bad).forEach(i -> members.add("bad" + i + "@far.example"));
    IntStream.range(0, good).forEach(i -> members.add("good" + i + "@far.example"));
    return members;
  }

  private static List<String> good(List<String> members) {
    return members.stream().filter(member -> member.startsWith("good")).sorted().toList();
  }

  private static List<String> bad(List<String> members) {
    return members.stream().filter(member -> member.startsWith("bad")).toList();
  }

  private static Optional<String> refusal(Event event) {
    return event.line().contains("<bad")
        ? Optional.of("550 5.1.1 " + path(event.line()) + " unknown")
        : Optional.empty();
  }

  private static String path(String command) {
    return command.substring(command.indexOf('<') + 1, command.indexOf('>'));
  }

  private static Set<String> asked(ErrorLimit errors) {
    return errors.refused().keySet().stream()
        .map(ErrorLimitIT::path)
        .collect(Collectors.toUnmodifiableSet());
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private Forwarding forwarding(ScriptedNextHop remote, List<String> members) {
    FakeSite site =
        new FakeSite()
            .domain("ours.example")
            .user("boss@ours.example")
            .ownedList(
                "big@ours.example", null, "boss@ours.example", members.toArray(String[]::new));
    return new Forwarding(
        site,
        new FakeSrsTokens(),
        outcomes,
        _ -> true,
        () -> List.of(MarkKey.of(new byte[MarkKey.BYTES])),
        new FakeAuthors(),
        new Decider(new Srs(List.of(SrsSecret.of("s"))), null),
        new NextHops(pool(local), pool(remote), Optional.empty()),
        FanOutLimits.DEFAULTS,
        new NotificationComposer("mx.ours.example", UUID::randomUUID),
        new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES),
        Envelopes.ENTRANCE,
        InstantSource.fixed(NOW),
        System::nanoTime,
        ForwarderMetrics.NONE);
  }

  private RelayPool pool(ScriptedNextHop hop) {
    RelayPool pool =
        opened(RelayPool.start(NextHopConfiguration.of(hop.host(), hop.port(), "mx.ours.example")));
    pool.awaitExtensions(SOON);
    return pool;
  }

  /** Sends the message to the list; returns the replies to RCPT and to the final dot. */
  private static List<String> sent(Forwarding forwarding) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    try (MailTransaction transaction =
        forwarding.begin(new ClientSession("s1", address, address, "client", true, null, null))) {
      transaction.onMail(sender("x@out.example"));
      List<Reply> replies =
          new ArrayList<>(transaction.onRecipients(List.of(recipient("big@ours.example"))));
      if (replies.getFirst().isPositive()) {
        byte[] bytes = "From: x@out.example\r\n\r\nHello\r\n".getBytes(StandardCharsets.US_ASCII);
        replies.addAll(
            transaction.onMessage(
                new ReceivedMessage(
                    "m1",
                    MessageBytes.of(bytes),
                    "Received: x\r\n".getBytes(StandardCharsets.US_ASCII))));
      }
      return replies.stream().map(r -> r.code() + " " + r.enhancedStatusCode()).toList();
    }
  }

  private static List<String> delivered(ScriptedNextHop remote) {
    return remote.messages().stream()
        .flatMap(message -> message.forwardPaths().stream())
        .map(ErrorLimitIT::path)
        .sorted()
        .toList();
  }

  /** Returns who was reported to the list's owner, in the order of the notifications. */
  private List<String> reported(int before) {
    List<String> reported = new ArrayList<>();
    for (Message message : local.messages().subList(before, local.messages().size())) {
      Matcher matcher = REPORTED.matcher(message.text());
      while (matcher.find()) {
        reported.add(matcher.group(1));
      }
    }
    return reported;
  }
}
