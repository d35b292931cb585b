package io.authserver.mailforwarder.fanout;

import static io.authserver.mailforwarder.Envelopes.recipient;
import static io.authserver.mailforwarder.Envelopes.sender;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.outcome.NewOutcome;
import io.authserver.db.outcome.OutcomeKey;
import io.authserver.db.outcome.OutcomeStore;
import io.authserver.db.outcome.StoredOutcome;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.Envelopes;
import io.authserver.mailforwarder.FakeAuthors;
import io.authserver.mailforwarder.fanout.ModelWorld.Goal;
import io.authserver.mailforwarder.fanout.ModelWorld.Killed;
import io.authserver.mailforwarder.fanout.ModelWorld.Weather;
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
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random sites, envelopes and failures, with a client that tries again as OpenSMTPD does, against a
 * model that counts: nothing lost, nothing doubled, each refusal told once and never to the sender,
 * who is a stranger, no false bounce; and where a reply is lost, the daemon killed or the database
 * away, no more of these than that explains.
 */
final class ForwardingModelTest {
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("s")));
  private static final byte[] MESSAGE =
      "Received: from c by edge with ESMTP id 1; now\r\nFrom: a@out.example\r\n\r\nbody\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRACE =
      "Received: by us; now\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  /** What all scenarios of a run amount to. */
  private static final class Counts {
    private int scenarios;
    private int tries;
    private int recipients;
    private int delivered;
    private int reported;
    private int bounced;
    private int doubles;
    private int acrossTransactions;
    private int reportedAgain;
    private int falseBounces;
    private int falseBouncesUntold;
    private int expired;

    @Override
    public String toString() {
      return String.format(
          "scenarios=%d tries=%d recipients=%d delivered=%d reported=%d bounced=%d expired=%d"
              + " doubles=%d across_transactions=%d reported_again=%d false_bounces=%d"
              + " notification_not_taken=%d",
          scenarios,
          tries,
          recipients,
          delivered,
          reported,
          bounced,
          expired,
          doubles,
          acrossTransactions,
          reportedAgain,
          falseBounces,
          falseBouncesUntold);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // name, scenarios, lost final dots, lost replies of ours, kills, store away, 5xx out of nowhere
    "fair,          1500, 0,    0,    0,     0,   0",
    "fickle,        400, 0,    0,    0,     0,   0.05",
    "lost_dots,     400, 0.1,  0,    0,     0,   0",
    "lost_replies,  400, 0,    0.15, 0,     0,   0",
    "kills,         400, 0,    0,    0.03,  0,   0",
    "database_away, 400,  0,    0,    0,     0.3, 0",
    "all,           700, 0.05, 0.05, 0.003, 0.1, 0.02"
  })
  void holds(
      String name,
      int scenarios,
      double lostDot,
      double lostReply,
      double kill,
      double store,
      double fickle)
      throws IOException {
    Weather weather = new Weather(lostDot, lostReply, kill, store, fickle);
    Counts counts = new Counts();
    for (int i = 0; i < scenarios; i++) {
      new Scenario(new ModelWorld(i, weather), counts).run();
    }
    System.out.println("model " + name + ": " + counts);
    assertTrue(counts.delivered > scenarios / 2, counts::toString);
    assertTrue(counts.reported > scenarios / 50, counts::toString);
  }

  /** One message. */
  private static final class Scenario {
    private final ModelWorld world;
    private final Counts counts;
    private final FakeOutcomeStore rows;
    private final Forwarding forwarding;
    private final List<String> recipients = new ArrayList<>();
    private final Set<String> queued = new LinkedHashSet<>();
    private final Set<String> bounced = new LinkedHashSet<>();

    /** Tries after which our client, or our memory, did not know what was delivered in them. */
    private final Set<Integer> blind = new LinkedHashSet<>();

    /**
     * How many deliveries there were when the store failed first in this try; -1 for not at all.
     */
    private int deliveriesAtFailure = -1;

    private boolean split;
    private boolean stormy;

    Scenario(ModelWorld world, Counts counts) {
      this.world = world;
      this.counts = counts;
      this.rows = new FakeOutcomeStore(() -> world.now);
      this.forwarding =
          new Forwarding(
              world.site,
              new FakeSrsTokens(),
              new Store(),
              _ -> true,
              () -> List.of(MarkKey.of(new byte[MarkKey.BYTES])),
              new FakeAuthors(),
              new Decider(SRS, null),
              new NextHops(
                  new FlakyNextHop("local", world),
                  new FlakyNextHop("remote", world),
                  Optional.empty()),
              new FanOutLimits(
                  1 + world.random().nextInt(4),
                  1000,
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(200),
                  Duration.ofHours(24)),
              new NotificationComposer("mx.ours.example", () -> new UUID(1, 2)),
              new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES),
              Envelopes.ENTRANCE,
              () -> world.now,
              System::nanoTime,
              ForwarderMetrics.NONE);
    }

    /** The fake store, which is away at times and never answers the dead. */
    private final class Store implements OutcomeStore {
      private void check(String place) throws AuthDatabaseException {
        world.step(place);
        if (world.storeFails) {
          stormy = true;
          blind.add(world.round);
          world.log.add(world.round + " the database is away at " + place);
          throw AuthDatabaseException.unreachable("away", null);
        }
      }

      @Override
      public Set<Long> pending(Collection<Long> envelopes) throws AuthDatabaseException {
        world.step("pending");
        return rows.pending(envelopes);
      }

      @Override
      public Map<OutcomeKey, StoredOutcome> find(Collection<OutcomeKey> keys)
          throws AuthDatabaseException {
        check("find");
        return rows.find(keys);
      }

      @Override
      public void store(List<NewOutcome> outcomes) throws AuthDatabaseException {
        if (world.storeFails && deliveriesAtFailure < 0) {
          deliveriesAtFailure = world.deliveries.size();
        }
        check("before store");
        rows.store(outcomes);
        world.step("after store");
      }
    }

    void run() throws IOException {
      SplittableRandom random = world.random();
      int count = 1 + random.nextInt(4);
      while (recipients.size() < count) {
        String name = world.names.get(random.nextInt(world.names.size()));
        if (!recipients.contains(name)) {
          recipients.add(name);
        }
      }
      split = random.nextInt(5) == 0;
      queued.addAll(recipients);
      Instant start = world.now;
      boolean more = true;
      while (more && !queued.isEmpty()) {
        world.round++;
        counts.tries++;
        world.storeFails = world.chance("store") < world.weather.store();
        List<String> order = shuffled();
        if (split && order.size() > 1) {
          attempt(order.subList(0, order.size() / 2));
          attempt(order.subList(order.size() / 2, order.size()));
        } else {
          attempt(order);
        }
        more = world.nextRound(Duration.between(start, world.now));
      }
      counts.expired += queued.size();
      // RFC 5321 §4.5.4.1, and what OpenSMTPD does: all that is still queued is bounced.
      queued.forEach(name -> world.log.add("expired " + name));
      bounced.addAll(queued);
      check();
    }

    private List<String> shuffled() {
      List<String> order = new ArrayList<>(queued);
      order.sort((a, b) -> Double.compare(world.chance("order " + a), world.chance("order " + b)));
      return order;
    }

    private void attempt(List<String> order) throws IOException {
      world.dead = false;
      deliveriesAtFailure = -1;
      List<String> taken = new ArrayList<>();
      try (MailTransaction transaction =
          forwarding.begin(new ClientSession("s", ADDRESS, ADDRESS, "client", true, null, null))) {
        transaction.onMail(sender(ModelWorld.SENDER));
        for (String name : order) {
          Reply reply = transaction.onRecipients(List.of(recipient(name))).getFirst();
          world.log.add(world.round + " client RCPT " + name + ": " + reply);
          if (reply.isPositive()) {
            taken.add(name);
          } else if (reply.isPermanent()) {
            queued.remove(name);
            bounced.add(name);
          }
        }
        if (taken.isEmpty()) {
          return;
        }
        Reply reply =
            transaction
                .onMessage(new ReceivedMessage("m", MessageBytes.of(MESSAGE), TRACE))
                .getFirst();
        claim(
            deliveriesAtFailure < 0 || deliveriesAtFailure == world.deliveries.size(),
            "delivered what nobody can remember");
        boolean lost = world.chance("reply " + order) < world.weather.lostReply();
        world.log.add(world.round + " client DOT: " + reply + (lost ? " lost" : ""));
        if (lost) {
          stormy = true;
          blind.add(world.round);
        } else if (!reply.isTemporary()) {
          queued.removeAll(taken);
          if (reply.isPermanent()) {
            bounced.addAll(taken);
          }
        }
      } catch (IllegalStateException e) {
        // a thread of the fan-out was killed
        if (!(e.getCause() instanceof Killed)) {
          throw e;
        }
        killed();
      } catch (Killed e) {
        killed();
      }
    }

    private void killed() {
      stormy = true;
      blind.add(world.round);
    }

    private void check() {
      counts.scenarios++;
      counts.recipients += recipients.size();
      counts.bounced += bounced.size();
      stormy |=
          world.weather.fickle() > 0
              || lostDots() > 0
              || world.deliveries.stream().anyMatch(delivery -> !delivery.accountable());
      Set<String> addresses = new LinkedHashSet<>();
      for (String name : recipients) {
        List<Goal> goals = world.goals(name);
        goals.forEach(goal -> addresses.add(goal.address()));
        checkNothingLost(name, goals);
        checkReports(name, goals);
        if (bounced.contains(name) && goals.stream().anyMatch(goal -> times(goal.address()) > 0)) {
          checkFalseBounce(name, goals);
        }
      }
      for (String address : addresses) {
        checkDoubles(address);
      }
      claim(world.strangersTold.isEmpty(), "a stranger was told");
      world.deliveries.forEach(
          delivery ->
              claim(addresses.contains(delivery.address()), "nobody's: " + delivery.address()));
    }

    private long times(String address) {
      return world.deliveries.stream().filter(each -> each.address().equals(address)).count();
    }

    private long toldAbout(String name, Goal goal) {
      return world.told.stream()
          .filter(told -> told.addressee().equals(goal.reportTo()) && told.recipient().equals(name))
          .filter(told -> told.addressee().isEmpty() || told.target().equals(goal.address()))
          .count();
    }

    /** A recipient that is not bounced has each of its targets delivered, or told about. */
    private void checkNothingLost(String name, List<Goal> goals) {
      if (bounced.contains(name)) {
        return;
      }
      if (!ModelWorld.isOurs(name)) {
        // There is nobody to tell: the domain is not ours, and the sender may be anybody.
        return;
      }
      long untold =
          goals.stream()
              .filter(goal -> goal.reportTo().isEmpty() && times(goal.address()) == 0)
              .count();
      claim(untold <= toldAbout(name, new Goal("", "")), "lost behind " + name);
      for (Goal goal : goals) {
        claim(
            goal.reportTo().isEmpty() || times(goal.address()) > 0 || toldAbout(name, goal) > 0,
            "lost: " + goal + " of " + name);
      }
    }

    private void checkReports(String name, List<Goal> goals) {
      long toSender = goals.stream().filter(goal -> goal.reportTo().isEmpty()).count();
      checkTold(name, toSender, toldAbout(name, new Goal("", "")));
      for (Goal goal : goals) {
        if (!goal.reportTo().isEmpty()) {
          checkTold(name, 1, toldAbout(name, goal));
        }
      }
    }

    private void checkTold(String name, long most, long times) {
      counts.reported += (int) times;
      if (times > most) {
        counts.reportedAgain++;
        claim(stormy, name + " reported " + times + " times");
      }
      // Once more for each try that nobody remembers.
      claim(times <= most * (1 + blind.size() + lostDots()), name + " reported " + times);
    }

    private long lostDots() {
      return world.log.stream().filter(line -> line.endsWith(" lost")).count();
    }

    private void checkDoubles(String address) {
      long times = times(address);
      counts.delivered += (int) Math.min(1, times);
      if (split) {
        counts.acrossTransactions += (int) Math.max(0, times - 1);
      } else {
        counts.doubles += (int) Math.max(0, times - 1);
      }
      long unknown =
          world.deliveries.stream()
              .filter(each -> each.address().equals(address))
              .filter(each -> !each.accountable() || blind.contains(each.round()))
              .count();
      // In transactions of its own each recipient that stands for it brings one.
      long own =
          split
              ? recipients.stream()
                  .filter(
                      name -> world.goals(name).stream().anyMatch(g -> g.address().equals(address)))
                  .count()
              : 1;
      claim(times <= own + unknown, address + " delivered " + times + " times");
    }

    /** A bounce of a recipient one of whose targets has the message. */
    private void checkFalseBounce(String name, List<Goal> goals) {
      // Another recipient may have brought it there.
      boolean shared =
          goals.stream()
              .filter(goal -> times(goal.address()) > 0)
              .allMatch(
                  goal ->
                      recipients.stream()
                          .filter(other -> !other.equals(name) && !bounced.contains(other))
                          .anyMatch(
                              other ->
                                  world.goals(other).stream()
                                      .anyMatch(g -> g.address().equals(goal.address()))));
      if (!shared) {
        counts.falseBounces++;
        // docs/reliability.md: with the last chance gone to tell anybody
        boolean untold = world.untold.contains(world.round);
        counts.falseBouncesUntold += untold ? 1 : 0;
        claim(stormy || untold, "false bounce of " + name);
      }
    }

    private void claim(boolean holds, String what) {
      assertTrue(
          holds,
          () ->
              what
                  + "\nrecipients "
                  + recipients
                  + "\ndeliveries "
                  + world.deliveries
                  + "\ntold "
                  + world.told
                  + "\nbounced "
                  + bounced
                  + " blind "
                  + blind
                  + "\n"
                  + world);
    }
  }
}
