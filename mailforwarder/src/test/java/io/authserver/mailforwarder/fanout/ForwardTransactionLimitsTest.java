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
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A bound that is met refuses a recipient as a whole, before a next hop hears of it.
 *
 * <p>Symptom: one transaction with 600 extensions of the address of a list of 2,000 ended the
 * daemon with an OutOfMemoryError, and the queue brought the message again. Cause: an expansion was
 * made and kept for each extension, and targets were counted when all had been made.
 */
final class ForwardTransactionLimitsTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("s")));
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private final FakeSrsTokens tokens = new FakeSrsTokens();
  private final FakeSite site = new FakeSite().domain("ours.example");
  private final FakeNextHop local = new FakeNextHop("local");
  private final FakeNextHop remote = new FakeNextHop("remote");
  private final FakeOutcomeStore outcomes = new FakeOutcomeStore(() -> NOW);
  private final Map<String, Integer> refused = new HashMap<>();
  private final MemoryBudget working = new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES);

  private MailTransaction begin(int maxTargets) throws IOException {
    FanOutLimits defaults = FanOutLimits.DEFAULTS;
    MailTransaction transaction =
        new Forwarding(
                site,
                tokens,
                outcomes,
                _ -> true,
                () -> List.of(MarkKey.of(new byte[MarkKey.BYTES])),
                new FakeAuthors(),
                new Decider(SRS, null),
                new NextHops(local, remote, Optional.empty()),
                new FanOutLimits(
                    defaults.openTransactions(),
                    maxTargets,
                    Duration.ZERO,
                    defaults.reply(),
                    defaults.giveUpAfter()),
                new NotificationComposer("mx.ours.example", () -> new UUID(1, 2)),
                working,
                Envelopes.ENTRANCE,
                InstantSource.fixed(NOW),
                System::nanoTime,
                new ForwarderMetrics() {
                  @Override
                  public void refused(String reason) {
                    refused.merge(reason, 1, Integer::sum);
                  }
                })
            .begin(new ClientSession("s1", ADDRESS, ADDRESS, "client", true, null, null));
    assertTrue(transaction.onMail(sender("x@out.example")).isPositive());
    return transaction;
  }

  private static List<Reply> rcpt(MailTransaction transaction, List<String> addresses)
      throws IOException {
    return transaction.onRecipients(addresses.stream().map(a -> recipient(a)).toList());
  }

  private static String codes(List<Reply> replies) {
    return replies.stream()
        .map(reply -> reply.code() + " " + reply.enhancedStatusCode())
        .distinct()
        .toList()
        .toString();
  }

  private static Reply data(MailTransaction transaction) throws IOException {
    byte[] bytes = "From: a@out.example\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] trace = "Received: by us; now\r\n".getBytes(StandardCharsets.US_ASCII);
    return transaction
        .onMessage(new ReceivedMessage("m1", MessageBytes.of(bytes), trace))
        .getFirst();
  }

  private void list(String name, String prefix, int members) {
    site.list(
        name + "@ours.example",
        IntStream.range(0, members)
            .mapToObj(i -> prefix + i + "@far.example")
            .toArray(String[]::new));
  }

  private static List<String> extensions(String list, int count) {
    return IntStream.range(0, count).mapToObj(i -> list + "+" + i + "@ours.example").toList();
  }

  @Test
  void aListIsExpandedOnceHoweverOftenItIsNamed() throws IOException {
    list("big", "m", 2000);
    try (MailTransaction once = begin(20_000)) {
      assertEquals("[250 2.1.5]", codes(rcpt(once, extensions("big", 1))));
      long first = working.used();
      try (MailTransaction often = begin(20_000)) {
        assertEquals("[250 2.1.5]", codes(rcpt(often, extensions("big", 600))));
        assertEquals(first + 599 * Room.RECIPIENT_BYTES, working.used() - first);
        assertEquals(250, data(often).code());
      }
    }
    assertEquals(0, working.used());
    List<String> to = new ArrayList<>();
    remote.taken().forEach(taken -> to.addAll(taken.forwardPaths()));
    assertEquals(2000, to.size());
    assertEquals(2000, to.stream().distinct().count());
  }

  @Test
  void aListThatIsTooLargeIsRefusedForGood() throws IOException {
    list("fits", "m", 50);
    list("over", "n", 51);
    try (MailTransaction transaction = begin(50)) {
      List<Reply> replies = rcpt(transaction, List.of("over@ours.example", "fits@ours.example"));
      assertEquals(
          "550 5.2.4 This list stands for 51 addresses; the limit is 50",
          replies.getFirst().toString());
      assertEquals(250, replies.get(1).code());
      assertEquals(250, data(transaction).code());
    }
    assertEquals(50, remote.taken().getFirst().forwardPaths().size());
    assertEquals(Map.of("list_over_max_targets", 1), refused);
  }

  @Test
  void whatTheNextTransactionHasRoomForIsRefusedForNow() throws IOException {
    list("a", "m", 40);
    list("b", "n", 20);
    list("overlap", "m", 45);
    try (MailTransaction transaction = begin(50)) {
      List<Reply> replies =
          rcpt(transaction, List.of("a@ours.example", "b@ours.example", "overlap@ours.example"));
      assertEquals("250 2.1.5 Recipient ok", replies.getFirst().toString());
      assertEquals(
          "452 4.5.3 Too many addresses for one message; the limit is 50",
          replies.get(1).toString());
      assertEquals(250, replies.get(2).code(), "only what is not there yet counts");
      assertEquals(250, data(transaction).code());
    }
    assertEquals(45, remote.taken().stream().mapToInt(t -> t.forwardPaths().size()).sum());
    try (MailTransaction next = begin(50)) {
      assertEquals("[250 2.1.5]", codes(rcpt(next, List.of("b@ours.example"))));
    }
    assertEquals(Map.of("message_over_max_targets", 1), refused);
  }

  @Test
  void listsThatShareMembersHaveABoundTogether() throws IOException {
    IntStream.range(0, 7).forEach(i -> list("l" + i, "m", 45));
    try (MailTransaction transaction = begin(50)) {
      List<Reply> replies =
          rcpt(
              transaction, IntStream.range(0, 7).mapToObj(i -> "l" + i + "@ours.example").toList());
      assertEquals("[250 2.1.5]", codes(replies.subList(0, 5)));
      assertEquals("[452 4.5.3]", codes(replies.subList(5, 7)));
      assertTrue(replies.get(5).toString().endsWith("the limit is 250"), replies.get(5)::toString);
      assertEquals(250, data(transaction).code());
    }
    assertEquals(45, remote.taken().stream().mapToInt(t -> t.forwardPaths().size()).sum());
    assertEquals(Map.of("message_over_max_parts", 2), refused);
  }

  @Test
  void withoutWorkingMemoryARecipientWaits() throws IOException {
    list("big", "m", 2000);
    long left = Room.RECIPIENT_BYTES + 2000 * (Room.PART_BYTES + Room.TARGET_BYTES);
    assertTrue(working.tryReserve(working.capacity() - left + 1));
    try (MailTransaction transaction = begin(20_000)) {
      List<Reply> replies = rcpt(transaction, List.of("big@ours.example", "x@far.example"));
      assertEquals(
          "451 4.3.1 Not enough working memory for this address now; try again later",
          replies.getFirst().toString());
      assertEquals(250, replies.get(1).code());
    }
    assertEquals(Map.of("working_memory", 1), refused);
    working.release(1);
    try (MailTransaction transaction = begin(20_000)) {
      assertEquals("[250 2.1.5]", codes(rcpt(transaction, List.of("big@ours.example"))));
    }
  }

  /** A token that leads to itself: only somebody who writes into the database can make one. */
  @Test
  void returnAddressesWithinReturnAddressesHaveABound() throws Exception {
    Srs.Rewritten made = SRS.rewrite("x".repeat(70), "out.example", NOW);
    String address = made.localPart() + "@ours.example";
    tokens.keep(Map.of(made.token().token(), address));
    try (MailTransaction transaction = begin(50)) {
      assertEquals(
          "554 5.4.6 More than 4 return addresses of ours in one",
          rcpt(transaction, List.of(address)).getFirst().toString());
    }
    assertEquals(Map.of("srs_over_max_reversals", 1), refused);
  }

  /** What one extension's try has delivered the next one's does not deliver again. */
  @Test
  void whatIsRememberedOfAListDoesNotDependOnTheExtension() throws IOException {
    list("team", "m", 3);
    remote.refuse("<m1@far.example>", "451 4.7.1 later");
    try (MailTransaction transaction = begin(50)) {
      assertEquals("[250 2.1.5]", codes(rcpt(transaction, extensions("team", 2))));
      assertEquals(451, data(transaction).code());
    }
    remote.accept("<m1@far.example>");
    try (MailTransaction transaction = begin(50)) {
      assertEquals("[250 2.1.5]", codes(rcpt(transaction, List.of("Team+1@ours.example"))));
      assertEquals(250, data(transaction).code());
    }
    assertEquals(
        List.of(List.of("<m0@far.example>", "<m2@far.example>"), List.of("<m1@far.example>")),
        remote.taken().stream().map(FakeNextHop.Taken::forwardPaths).toList());
  }

  /** Recipients that ask for other notifications share nothing but the copies. */
  @Test
  void aRefusalIsToldOnceForWhoWantsToKnow() throws IOException {
    list("team", "m", 2);
    site.user("postmaster@ours.example");
    remote.refuse("<m1@far.example>", "550 5.1.1 no");
    try (MailTransaction transaction = begin(50)) {
      transaction.onRecipients(
          List.of(
              recipient("team+1@ours.example", "NEVER"),
              recipient("team+2@ours.example", "FAILURE"),
              recipient("team+3@ours.example", "FAILURE")));
      assertEquals(250, data(transaction).code());
    }
    List<FakeNextHop.Taken> told =
        local.taken().stream().filter(taken -> taken.reversePath().equals("<>")).toList();
    assertEquals(1, told.size());
    assertEquals(List.of("<postmaster@ours.example>"), told.getFirst().forwardPaths());
    assertTrue(told.getFirst().bytes().contains("team+2@ours.example"));
  }
}
