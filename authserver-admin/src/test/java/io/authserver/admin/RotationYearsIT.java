package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.NsdServers;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A year of {@code dkim maintain}, a run a day, before a real name server, with keys that live so
 * shortly that each slot is rotated three times at least. The test is the person: it publishes what
 * it is told to and deletes what it may, each domain with a delay of its own. Every day it looks
 * whether all that was signed could be verified.
 */
@Needs(Oracle.NSD)
class RotationYearsIT extends AdminFixture {
  private static final Instant START = Instant.parse("2026-01-01T06:00:00Z");
  private static final int DAYS = 365;
  private static final int LEAD_DAYS = 2;
  private static final int GRACE_DAYS = 5;

  /**
   * A domain and the person who cares for its DNS.
   *
   * @param publishDelay how many days after the first call its records are published
   * @param deleteDelay how many days after they may go its records are deleted; negative for never
   * @param isAlias whether its selectors are CNAMEs into another zone
   */
  private record Site(
      String domain,
      int ageDays,
      int expiryDays,
      int publishDelay,
      int deleteDelay,
      boolean isAlias) {}

  private static final List<Site> SITES =
      List.of(
          new Site("prompt.example", 90, 7, 0, 0, false),
          new Site("late.example", 45, 7, 41, 9, false),
          new Site("alias.example", 60, 2, 1, -1, true),
          new Site("long.example", 30, 60, 3, 2, false));

  private final Map<String, Site> sites = new HashMap<>();

  /** What is in DNS: by owner name, the lines for its own zone and for the zone of keys. */
  private final Map<String, List<String>> published = new TreeMap<>();

  private final Map<String, Integer> publishedOn = new HashMap<>();
  private final Map<String, Integer> toPublish = new HashMap<>();
  private final Map<String, Integer> toDelete = new HashMap<>();
  private final Map<String, String> lines = new HashMap<>();
  private final Map<String, Integer> activeSince = new HashMap<>();
  private final Map<String, Integer> retiredOn = new HashMap<>();
  private final Set<String> revoked = new HashSet<>();
  private final List<Integer> activeFor = new ArrayList<>();

  @Test
  void everySignatureStaysVerifiable() throws Exception {
    try (NsdServers dns =
            new NsdServers(
                directory,
                "prompt.example",
                "late.example",
                "alias.example",
                "long.example",
                "keys.test");
        AdminDatabase admin = AdminDatabase.open(DatabaseUrl.parse(database.adminUrl()))) {
      cli.asking(dns.access());
      start(dns);
      for (int day = 0; day < DAYS; day++) {
        run(day);
        if (day % 100 == 0) {
          assertFalse(changes(cli.run("dkim", "maintain", "--json").out()), "nothing twice");
        }
        look(day, admin.keys().list(null));
        act(dns, day);
      }
      atTheEnd(admin.keys().list(null));
    }
  }

  private void start(NsdServers dns) throws Exception {
    at(0);
    for (Site site : SITES) {
      sites.put(site.domain(), site);
      cli.ok("domain", "create", site.domain(), "--signature-expiry", site.expiryDays() + "d");
      cli.ok("domain", "edit", site.domain(), "--key-age", "" + site.ageDays());
      cli.ok("dkim", "create", site.domain(), "--algorithm", "ed25519", "--selector", "first");
      String owner = "first._domainkey." + site.domain();
      lines.put(owner, cli.ok("dkim", "dns", site.domain(), "first").out().strip());
      publish(owner, 0);
    }
    // One domain has two algorithms, which rotate side by side.
    cli.ok("dkim", "create", "prompt.example", "--selector", "second");
    String owner = "second._domainkey.prompt.example";
    lines.put(owner, cli.ok("dkim", "dns", "prompt.example", "second").out().strip());
    publish(owner, 0);
    serve(dns);
  }

  private void at(int day) {
    cli.at(Clock.fixed(START.plus(Duration.ofDays(day)), ZoneOffset.UTC));
  }

  private static boolean changes(String json) {
    return json.contains("\"created\"")
        || json.contains("\"activated\"")
        || json.contains("\"revoked\", \"person");
  }

  /** The timer's part: a run, and what it says is noted for the person. */
  private void run(int day) {
    at(day);
    Cli.Result result = cli.run("dkim", "maintain", "--json");
    List<Map<String, Object>> entries = new Cli.Result(0, result.out(), result.err()).rows();
    boolean mustAct = entries.stream().anyMatch(entry -> "must".equals(entry.get("person")));
    assertEquals(mustAct ? 4 : 0, result.code(), result::toString);
    for (Map<String, Object> entry : entries) {
      String owner = entry.get("selector") + "._domainkey." + entry.get("domain");
      Site site = sites.get(String.valueOf(entry.get("domain")));
      if ("must".equals(entry.get("person")) && !lines.containsKey(owner)) {
        lines.put(
            owner,
            cli.ok("dkim", "dns", site.domain(), String.valueOf(entry.get("selector")))
                .out()
                .strip());
        toPublish.put(owner, day + site.publishDelay());
      }
      if ("may".equals(entry.get("person")) && site.deleteDelay() >= 0) {
        toDelete.putIfAbsent(owner, day + site.deleteDelay());
      }
    }
  }

  /** The receivers' part: after the run of a day and before the person's. */
  private void look(int day, List<KeyRow> keys) {
    Set<String> signing = new HashSet<>();
    for (KeyRow key : keys) {
      String owner = key.selector() + "._domainkey." + key.domain();
      Site site = sites.get(key.domain());
      switch (key.state()) {
        case "active" -> {
          signing.add(key.domain() + " " + key.algorithm());
          if (activeSince.putIfAbsent(owner, day) == null && day > 0) {
            assertTrue(day - publishedOn.get(owner) > LEAD_DAYS, owner + " signs too early");
          }
        }
        case "retired" -> {
          if (retiredOn.putIfAbsent(owner, day) == null) {
            activeFor.add(day - activeSince.get(owner));
            assertTrue(day - activeSince.get(owner) >= site.ageDays(), owner + " retired early");
          }
        }
        case "revoked" -> {
          // It signed until the run that retired it; each signature lives for x= and 5 days more.
          int needed = retiredOn.get(owner) + site.expiryDays() + GRACE_DAYS;
          assertTrue(day >= needed, owner + " was revoked on day " + day + " before " + needed);
          revoked.add(owner);
        }
        default -> assertEquals("published", key.state());
      }
      boolean isNeeded = key.state().equals("active") || key.state().equals("retired");
      assertTrue(!isNeeded || published.containsKey(owner), owner + " is not in DNS");
    }
    for (String slot :
        List.of(
            "prompt.example ed25519",
            "prompt.example rsa",
            "late.example ed25519",
            "alias.example ed25519",
            "long.example ed25519")) {
      assertTrue(signing.contains(slot), "nothing signs for " + slot + " on day " + day);
    }
    toDelete
        .keySet()
        .forEach(owner -> assertTrue(revoked.contains(owner), owner + " may not be deleted"));
  }

  /** The person's part: what is due today is published and deleted. */
  private void act(NsdServers dns, int day) throws Exception {
    boolean changed = false;
    for (Map.Entry<String, Integer> task : toPublish.entrySet()) {
      if (task.getValue() == day) {
        publish(task.getKey(), day);
        changed = true;
      }
    }
    for (Map.Entry<String, Integer> task : toDelete.entrySet()) {
      if (task.getValue() == day) {
        published.remove(task.getKey());
        changed = true;
      }
    }
    if (changed) {
      serve(dns);
    }
  }

  private void publish(String owner, int day) {
    String line = lines.get(owner);
    boolean isAlias = owner.endsWith("alias.example");
    published.put(
        owner,
        isAlias
            ? List.of(
                owner + ". CNAME " + owner + ".keys.test.",
                owner + ".keys.test. " + line.substring(line.indexOf("TXT")))
            : List.of(line));
    publishedOn.put(owner, day);
  }

  private void serve(NsdServers dns) throws Exception {
    Map<String, List<String>> zones = new HashMap<>();
    zones.put("keys.test", new ArrayList<>());
    SITES.forEach(site -> zones.put(site.domain(), new ArrayList<>()));
    published.forEach(
        (owner, records) -> {
          String domain = owner.substring(owner.indexOf("._domainkey.") + "._domainkey.".length());
          zones.get(domain).add(records.getFirst());
          if (records.size() > 1) {
            zones.get("keys.test").add(records.getLast());
          }
        });
    zones.forEach(dns::put);
    dns.reload();
  }

  private void atTheEnd(List<KeyRow> keys) {
    Map<String, Integer> made = new TreeMap<>();
    keys.forEach(key -> made.merge(key.domain() + " " + key.algorithm(), 1, Integer::sum));
    // A year over age, the person's delay, the lead and a day for each run.
    assertEquals(4, made.get("prompt.example ed25519"));
    assertEquals(4, made.get("prompt.example rsa"));
    assertEquals(5, made.get("late.example ed25519"));
    assertEquals(6, made.get("alias.example ed25519"));
    assertEquals(11, made.get("long.example ed25519"));
    assertTrue(activeFor.stream().allMatch(days -> days <= 90 + 4), activeFor::toString);
    assertTrue(
        keys.stream()
            .filter(key -> key.domain().equals("prompt.example") && key.state().equals("revoked"))
            .allMatch(key -> key.goneAt() != null));
    assertTrue(
        keys.stream()
            .filter(key -> key.domain().equals("alias.example"))
            .allMatch(key -> key.goneAt() == null));
  }
}
