package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.BlockAction;
import io.authserver.mailforwarder.FakeSite;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A random site, the moods of its targets, and what happened. Every chance is a function of the
 * seed, the try and the place, so that threads do not change what happens.
 */
final class ModelWorld {
  /** How often things go wrong that no daemon can make good. */
  record Weather(double lostDot, double lostReply, double kill, double store, double fickle) {
    static final Weather FAIR = new Weather(0, 0, 0, 0, 0);
  }

  /** How an address takes mail. */
  enum Mood {
    GOOD,
    /** Fails for now, at times. */
    FLAKY,
    /** Fails for now, always. */
    DEAD,
    /** Is refused for good. */
    GONE
  }

  /** Stands for kill -9: nothing that the daemon does afterwards has an effect. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A list's members, or what an alias is else. */
  private sealed interface Alias {
    record User() implements Alias {}

    record Members(String owner, List<String> addresses) implements Alias {}

    record Block(BlockAction action) implements Alias {}
  }

  /**
   * Who gets a message for a recipient.
   *
   * @param reportTo who is told about a refusal; empty for the postmaster
   */
  record Goal(String address, String reportTo) {}

  /** A copy that a next hop has taken. */
  record Delivery(int round, String address, boolean accountable) {}

  /**
   * A refusal that a notification names.
   *
   * @param addressee the list's owner; empty for a postmaster
   */
  record Told(int round, String addressee, String recipient, String target) {}

  static final String SENDER = "x@out.example";

  /** That of ours.example, and where moved.example's is redirected to. */
  static final List<String> POSTMASTERS =
      List.of("postmaster@ours.example", "postmaster@far.example");

  /** Returns whether a recipient's domain is ours, so that it has a postmaster. */
  static boolean isOurs(String recipient) {
    return !recipient.endsWith("@far.example");
  }

  final long seed;
  final Weather weather;
  final FakeSite site =
      new FakeSite().domain("ours.example").redirect("moved.example", "far.example");
  final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());
  final List<Delivery> deliveries = java.util.Collections.synchronizedList(new ArrayList<>());
  final List<Told> told = java.util.Collections.synchronizedList(new ArrayList<>());

  /** Tries in which the sender got a notification, which never happens. */
  final Set<Integer> strangersTold = ConcurrentHashMap.newKeySet();

  /** Tries in which a notification was not taken. */
  final Set<Integer> untold = ConcurrentHashMap.newKeySet();

  final List<String> names = new ArrayList<>();
  private final Map<String, Alias> aliases = new LinkedHashMap<>();
  private final Map<String, Mood> moods = new HashMap<>();
  private final Map<String, AtomicInteger> rolls = new ConcurrentHashMap<>();
  private final SplittableRandom random;

  /** The try, counted from 1; time and failures depend on it. */
  int round;

  volatile Instant now = Instant.parse("2026-03-04T05:06:07Z");
  volatile boolean dead;
  volatile boolean storeFails;

  ModelWorld(long seed, Weather weather) {
    this.seed = seed;
    this.weather = weather;
    this.random = new SplittableRandom(seed);
    build();
  }

  SplittableRandom random() {
    return random;
  }

  private void build() {
    for (int i = 0; i < 4; i++) {
      user("u" + i + "@ours.example");
    }
    for (int i = 0; i < 6; i++) {
      mood("f" + i + "@far.example");
    }
    user("boss@ours.example");
    for (String postmaster : POSTMASTERS) {
      moods.put(postmaster, random.nextInt(4) == 0 ? Mood.FLAKY : Mood.GOOD);
    }
    site.user("postmaster@ours.example");
    moods.put("boss@ours.example", random.nextInt(4) == 0 ? Mood.FLAKY : Mood.GOOD);
    for (BlockAction action : BlockAction.values()) {
      String address = "b" + action.name().toLowerCase(java.util.Locale.ROOT) + "@ours.example";
      aliases.put(address, new Alias.Block(action));
      site.blocked(address, action);
    }
    for (int i = 0; i < 5; i++) {
      List<String> members = new ArrayList<>();
      int count = 1 + random.nextInt(5);
      for (int j = 0; j < count; j++) {
        members.add(anyMember(i));
      }
      String owner = random.nextInt(3) == 0 ? "boss@ours.example" : null;
      String address = "l" + i + "@ours.example";
      aliases.put(address, new Alias.Members(owner == null ? "" : owner, members));
      site.ownedList(address, null, owner, members.toArray(String[]::new));
    }
    names.addAll(aliases.keySet());
    names.addAll(List.of("f0@far.example", "f1@moved.example", "nobody@ours.example"));
    mood("nobody@ours.example");
  }

  private void user(String address) {
    aliases.put(address, new Alias.User());
    site.user(address);
    mood(address);
  }

  private void mood(String address) {
    int chance = random.nextInt(10);
    moods.put(
        address,
        chance < 5 ? Mood.GOOD : chance < 7 ? Mood.FLAKY : chance < 8 ? Mood.DEAD : Mood.GONE);
  }

  private String anyMember(int list) {
    return switch (random.nextInt(9)) {
      case 0, 1 -> "u" + random.nextInt(4) + "@ours.example";
      case 2 -> "f" + random.nextInt(6) + "@moved.example";
      // itself and later ones as well: circles
      case 3 -> "l" + random.nextInt(5) + "@ours.example";
      case 4 -> list % 2 == 0 ? "breject@ours.example" : "bdrop@ours.example";
      case 5 -> list == 1 ? "bdefer@ours.example" : "f" + random.nextInt(6) + "@far.example";
      default -> "f" + random.nextInt(6) + "@far.example";
    };
  }

  Mood mood(String address, Mood otherwise) {
    return moods.getOrDefault(address, otherwise);
  }

  /** The model of resolution: who gets a message for this address, in order, once each. */
  List<Goal> goals(String address) {
    Map<String, Goal> goals = new LinkedHashMap<>();
    // Each list once, its own members before those of the lists among them; by who is told.
    Map<String, String> lists = new LinkedHashMap<>();
    expand(address, "", true, lists, goals);
    for (int i = 0; i < lists.size(); i++) {
      String list = List.copyOf(lists.keySet()).get(i);
      Alias.Members found = (Alias.Members) aliases.get(list);
      String reportTo = found.owner().isEmpty() ? lists.get(list) : found.owner();
      found.addresses().forEach(member -> expand(member, reportTo, false, lists, goals));
    }
    return List.copyOf(goals.values());
  }

  private void expand(
      String address,
      String reportTo,
      boolean top,
      Map<String, String> lists,
      Map<String, Goal> goals) {
    if (address.endsWith("@moved.example")) {
      String to = address.replace("moved", "far");
      goals.putIfAbsent(to, new Goal(to, reportTo));
      return;
    }
    switch (aliases.get(address)) {
      case null -> goals.putIfAbsent(address, new Goal(address, reportTo));
      case Alias.User() -> goals.putIfAbsent(address, new Goal(address, reportTo));
      case Alias.Block(BlockAction action) -> {
        if (!top && action != BlockAction.DROP) {
          goals.putIfAbsent(address, new Goal(address, reportTo));
        }
      }
      case Alias.Members _ -> lists.putIfAbsent(address, reportTo);
    }
  }

  /** Returns a number from 0 to 1 that depends on where and how often it is asked for. */
  double chance(String place) {
    int times =
        rolls.computeIfAbsent(round + " " + place, _ -> new AtomicInteger()).incrementAndGet();
    long mixed = seed;
    for (char c : (round + " " + place + " " + times).toCharArray()) {
      mixed = mixed * 0x5DEECE66DL + c;
    }
    return new SplittableRandom(mixed).nextDouble();
  }

  /** A moment at which the daemon may be killed. */
  void step(String place) {
    if (dead || chance("kill " + place) < weather.kill()) {
      if (!dead) {
        log.add(round + " killed at " + place);
      }
      dead = true;
      throw new Killed();
    }
  }

  /** OpenSMTPD comes again after 400 n² seconds and gives up after four days. */
  boolean nextRound(Duration sinceStart) {
    now = now.plusSeconds(400L * round * round);
    return sinceStart.plusSeconds(400L * round * round).compareTo(Duration.ofDays(4)) < 0;
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + " "
        + weather
        + "\nsite "
        + aliases
        + "\nmoods "
        + moods
        + "\n"
        + String.join("\n", log);
  }
}
