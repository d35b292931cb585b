package io.authserver.mailforwarder.fanout;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static io.authserver.mailforwarder.Envelopes.sender;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/**
 * Large random sites: lists that share members, lists within lists, up to 20,000 members,
 * extensions, limits of all sizes. Of each recipient that the client need not keep, every person
 * gets the message once, or somebody is told that he does not; or it is refused as a whole.
 */
final class ForwardingBigSiteTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("s")));
  private static final int LISTS = 14;
  private static final String OWNER = "boss@ours.example";

  private final Map<String, List<String>> members = new LinkedHashMap<>();
  private final FakeSite site =
      new FakeSite().domain("ours.example").user(OWNER).user("postmaster@ours.example");
  private final FakeNextHop local = new FakeNextHop("local");
  private final FakeNextHop remote = new FakeNextHop("remote");
  private final Set<String> gone = new LinkedHashSet<>();
  private final Set<String> slow = new LinkedHashSet<>();
  private final MemoryBudget working = new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES);
  private final Set<String> owned = new LinkedHashSet<>();
  private boolean inParts;
  private Instant now = Instant.parse("2026-03-04T05:06:07Z");
  private final FakeOutcomeStore outcomes = new FakeOutcomeStore(() -> now);

  @RepeatedTest(25)
  void everyPersonGetsItOrSomebodyIsTold(RepetitionInfo repetition) throws IOException {
    run(new SplittableRandom(repetition.getCurrentRepetition()), 400);
  }

  @Test
  void soItIsWithTwentyThousandMembers() throws IOException {
    run(new SplittableRandom(77), 20_000);
  }

  private void run(SplittableRandom random, int most) throws IOException {
    build(random, most);
    int limit = random.nextInt(3) == 0 ? 1 + random.nextInt(most) : 20_000;
    Set<String> queued = new LinkedHashSet<>();
    while (queued.size() < 12) {
      String list = "l" + random.nextInt(LISTS);
      queued.add(list + (random.nextBoolean() ? "+" + random.nextInt(100) : "") + "@ours.example");
    }
    Set<String> all = new LinkedHashSet<>(queued);
    Map<String, Reply> refused = new HashMap<>();
    int tries = 0;
    while (!queued.isEmpty()) {
      tries++;
      assertTrue(tries <= 40, () -> "never ends: " + queued);
      attempt(queued, refused, limit);
      now = now.plusSeconds(400);
      if (tries == 2) {
        slow.forEach(address -> remote.accept("<" + address + ">"));
      }
    }
    check(all, refused, limit);
    assertEquals(0, working.used());
  }

  private void build(SplittableRandom random, int most) {
    for (int i = 0; i < LISTS; i++) {
      List<String> own = new ArrayList<>();
      int size = i == 0 ? most - 40 : 1 + random.nextInt(most / 4);
      int from = random.nextInt(most);
      for (int j = 0; j < size; j++) {
        own.add("p" + (from + j) % (2 * most) + "@far.example");
      }
      // Chains, shared lists and circles.
      for (int j = 0; j < random.nextInt(4); j++) {
        own.add("l" + random.nextInt(LISTS) + "@ours.example");
      }
      if (random.nextBoolean()) {
        own.add("l" + (i + 1) % LISTS + "@ours.example");
      }
      String address = "l" + i + "@ours.example";
      boolean hasOwner = random.nextInt(3) == 0;
      if (hasOwner) {
        owned.add(address);
      }
      members.put(address, own.stream().distinct().toList());
      site.ownedList(
          address, null, hasOwner ? OWNER : null, members.get(address).toArray(String[]::new));
    }
    for (int i = 0; i < 2 * most; i++) {
      String address = "p" + i + "@far.example";
      int chance = random.nextInt(20);
      if (chance == 0) {
        gone.add(address);
        remote.refuse("<" + address + ">", "550 5.1.1 no such user");
      } else if (chance == 1) {
        slow.add(address);
        remote.refuse("<" + address + ">", "451 4.7.1 later");
      }
    }
  }

  /** Who is meant, by a reading of its own: everybody who can be reached. */
  private Set<String> people(String recipient) {
    Set<String> people = new LinkedHashSet<>();
    Set<String> seen = new LinkedHashSet<>();
    people(withoutExtension(recipient), seen, people);
    return people;
  }

  private void people(String address, Set<String> seen, Set<String> people) {
    List<String> list = members.get(address);
    if (list == null) {
      people.add(address);
    } else if (seen.add(address)) {
      list.forEach(member -> people(member, seen, people));
    }
  }

  private static String withoutExtension(String address) {
    return address.replaceFirst("\\+[0-9]*@", "@");
  }

  private void attempt(Set<String> queued, Map<String, Reply> refused, int limit)
      throws IOException {
    Forwarding forwarding =
        new Forwarding(
            site,
            new FakeSrsTokens(),
            outcomes,
            _ -> true,
            () -> List.of(MarkKey.of(new byte[MarkKey.BYTES])),
            new FakeAuthors(),
            new Decider(SRS, null),
            new NextHops(local, remote, Optional.empty()),
            new FanOutLimits(
                3, limit, Duration.ofSeconds(5), Duration.ofSeconds(200), Duration.ofHours(24)),
            new NotificationComposer("mx.ours.example", () -> new UUID(1, 2)),
            working,
            Envelopes.ENTRANCE,
            () -> now,
            System::nanoTime,
            ForwarderMetrics.NONE);
    byte[] message = "From: a@out.example\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] trace = "Received: by us; now\r\n".getBytes(StandardCharsets.US_ASCII);
    List<String> taken = new ArrayList<>();
    try (MailTransaction transaction =
        forwarding.begin(new ClientSession("s", ADDRESS, ADDRESS, "client", true, null, null))) {
      transaction.onMail(sender("x@out.example"));
      for (String name : List.copyOf(queued)) {
        Reply reply = transaction.onRecipients(List.of(recipient(name))).getFirst();
        if (reply.isPositive()) {
          taken.add(name);
        } else if (reply.isPermanent()) {
          refused.put(name, reply);
          queued.remove(name);
        } else {
          inParts |= reply.code() == 452;
        }
      }
      if (taken.isEmpty()) {
        return;
      }
      Reply reply =
          transaction
              .onMessage(new ReceivedMessage("m", MessageBytes.of(message), trace))
              .getFirst();
      if (!reply.isTemporary()) {
        queued.removeAll(taken);
        if (reply.isPermanent()) {
          taken.forEach(name -> refused.put(name, reply));
        }
      }
    }
  }

  private void check(Set<String> all, Map<String, Reply> refused, int limit) {
    Map<String, Integer> times = new HashMap<>();
    remote.taken().stream()
        .flatMap(taken -> taken.forwardPaths().stream())
        .forEach(path -> times.merge(path.substring(1, path.length() - 1), 1, Integer::sum));
    StringBuilder told = new StringBuilder();
    local.taken().stream()
        .filter(taken -> taken.reversePath().equals("<>"))
        .forEach(
            taken -> {
              assertNotEquals(List.of("<x@out.example>"), taken.forwardPaths());
              told.append(taken.bytes());
            });
    Set<String> meant = new LinkedHashSet<>();
    for (String name : all) {
      Set<String> people = people(name);
      Reply reply = refused.get(name);
      if (reply != null) {
        boolean tooLarge = people.size() > limit;
        assertEquals(tooLarge ? "550 5.2.4" : "550 5.1.1", reply.toString().substring(0, 9), name);
        assertTrue(tooLarge || gone.containsAll(people), name);
        continue;
      }
      assertTrue(people.size() <= limit, name);
      meant.addAll(people);
      for (String person : people) {
        if (gone.contains(person)) {
          assertTrue(
              told.indexOf(person) >= 0,
              () -> person + " of " + name + " is missing and nobody was told");
        } else {
          int copies = times.getOrDefault(person, 0);
          assertTrue(copies > 0, () -> person + " of " + name + " is missing");
          // docs/reliability.md: recipients in different transactions bring one each.
          assertTrue(copies == 1 || inParts, () -> person + " got " + copies);
        }
      }
    }
    assertTrue(meant.containsAll(times.keySet()), "somebody got it who was not meant");
  }
}
