package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.DnsAccess;
import io.authserver.admin.dns.NsdServers;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.KeyRotation;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code dkim rotate} and {@code dkim maintain}, step by step, with a real name server. */
@Needs(Oracle.NSD)
class MaintainIT extends AdminFixture {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private NsdServers dns;

  @BeforeEach
  void prepareDns() throws Exception {
    dns = new NsdServers(directory, "example.org");
    cli.asking(dns.access());
    at(0);
    cli.ok("domain", "create", "example.org");
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "a");
  }

  @AfterEach
  void stop() throws Exception {
    dns.close();
  }

  private void at(int day) {
    cli.at(Clock.fixed(START.plus(Duration.ofDays(day)), ZoneOffset.UTC));
  }

  private String line(String selector) {
    return cli.ok("dkim", "dns", "example.org", selector).out().strip();
  }

  private void publish(String... lines) throws Exception {
    dns.put("example.org", List.of(lines)).reload();
  }

  private List<String> states() {
    return cli.run("dkim", "list", "example.org", "--json").rows().stream()
        .map(row -> row.get("selector") + " " + row.get("state"))
        .toList();
  }

  /** Runs one step and returns its actions. */
  private List<String> maintain(int day, int code) {
    at(day);
    Cli.Result result = cli.run("dkim", "maintain", "--json").exits(code);
    return new Cli.Result(0, result.out(), result.err())
        .rows().stream().map(row -> row.get("action") + " " + row.get("selector")).toList();
  }

  @Test
  void aFirstKeySignsAsSoonAsItIsPublished() throws Exception {
    assertEquals(List.of("publish a"), maintain(0, 4));
    String said = cli.run("dkim", "maintain").exits(4).out();
    assertTrue(said.startsWith("PUBLISH this record for key a of domain example.org"), said);
    assertTrue(said.contains("\n  " + line("a") + "\n"), said);
    publish(line("a"));
    assertEquals(List.of("activated a"), maintain(1, 0));
    assertEquals(List.of(), maintain(2, 0));
    assertEquals(List.of("a active"), states());
  }

  @Test
  void theKeysOfTheOriginMarksAreRotatedToo() {
    String first = cli.run("dkim", "maintain").exits(4).err();
    assertFalse(first.contains("origin marks"), first);
    database.execute("UPDATE authserver.mark_key SET created_at = now() - interval '31 days'");
    String dry = cli.run("dkim", "maintain", "--dry-run").exits(4).err();
    assertFalse(dry.contains("origin marks"), dry);
    String second = cli.run("dkim", "maintain").exits(4).err();
    assertTrue(second.contains("made the next key of the origin marks\n"), second);
    String third = cli.run("dkim", "maintain").exits(4).err();
    assertFalse(third.contains("origin marks"), third);
  }

  /** So that the keys are good when the domain is activated again. */
  @Test
  void theKeysOfADeactivatedDomainAreRotated() throws Exception {
    publish(line("a"));
    maintain(0, 0);
    cli.ok("domain", "deactivate", "example.org");
    assertEquals(List.of("created ed25519-20260630", "publish ed25519-20260630"), maintain(180, 4));
    cli.ok("domain", "edit", "example.org", "--no-rotate-keys");
    assertEquals(List.of(), maintain(181, 0));
  }

  @Test
  void aRotationTakesItsTimeAndAWrongRecordStartsItAgain() throws Exception {
    publish(line("a"));
    maintain(0, 0);
    assertEquals(List.of(), maintain(179, 0));
    assertEquals(List.of("created ed25519-20260630", "publish ed25519-20260630"), maintain(180, 4));
    String next = "ed25519-20260630";
    assertEquals(List.of("publish " + next), maintain(181, 4));

    publish(line("a"), line(next));
    assertEquals(List.of("waiting " + next), maintain(182, 0));
    publish(line("a"), next + "._domainkey TXT \"v=DKIM1; k=ed25519; p=AAAA\"");
    assertEquals(List.of("publish " + next), maintain(183, 4));
    publish(line("a"), line(next));
    assertEquals(List.of("waiting " + next), maintain(184, 0));
    assertEquals(List.of("waiting " + next), maintain(185, 0));

    // Silence is no other answer, and no step is taken on it.
    DnsAccess nobody =
        new DnsAccess(
            List.of(new InetSocketAddress("127.0.0.4", dns.access().authorityPort())),
            dns.access().authorityPort(),
            Duration.ofMillis(50));
    cli.asking(nobody);
    assertEquals(List.of("failed " + next), maintain(186, 1));
    cli.asking(dns.access());
    assertEquals(List.of("activated " + next), maintain(186, 0));
    assertEquals(List.of("a retired", next + " active"), states());

    // x= is 7 days, the grace 5.
    assertEquals(List.of(), maintain(186 + 11, 0));
    assertEquals(List.of("revoked a", "delete a"), maintain(186 + 12, 0));
    assertEquals(List.of("delete a"), maintain(186 + 13, 0));
    publish(line(next), "a._domainkey TXT \"v=DKIM1; p=\"");
    assertEquals(List.of("gone a"), maintain(186 + 14, 0));
    assertEquals(List.of(), maintain(186 + 15, 0));
  }

  @Test
  void signaturesOfALongerExpiryKeepTheirKey() throws Exception {
    cli.ok("domain", "edit", "example.org", "--signature-expiry", "30d");
    cli.ok("dkim", "activate", "example.org", "a", "--force");
    at(10);
    cli.ok("domain", "edit", "example.org", "--signature-expiry", "1d");
    cli.ok("dkim", "retire", "example.org", "a");
    publish(line("a"));
    assertEquals(List.of(), maintain(10 + 34, 0));
    cli.run("dkim", "revoke", "example.org", "a", "--yes").exits(1);
    assertEquals(List.of("revoked a", "delete a"), maintain(10 + 35, 0));
  }

  @Test
  void aDomainThatRotatesByHandIsLeftAlone() throws Exception {
    cli.ok("domain", "edit", "example.org", "--no-rotate-keys");
    assertEquals(List.of(), maintain(400, 0));
    cli.ok("domain", "edit", "example.org", "--rotate-keys", "--no-sign");
    assertEquals(List.of(), maintain(400, 0));
  }

  @Test
  void nextKeysAreMadeOnce() throws Exception {
    cli.ok("dkim", "activate", "example.org", "a", "--force");
    cli.ok("dkim", "rotate", "example.org");
    cli.ok("dkim", "rotate", "--all");
    assertEquals(List.of("a active", "ed25519-20260101 published"), states());
    String said = cli.ok("dkim", "rotate", "example.org").err();
    assertEquals(
        "key ed25519-20260101 of domain example.org waits already to be activated\n", said);
    cli.ok("dkim", "rotate", "example.org", "--algorithm", "rsa");
    assertEquals(
        List.of("a active", "ed25519-20260101 published", "rsa20260101 published"), states());
    cli.ok("domain", "create", "empty.example");
    cli.run("dkim", "rotate", "empty.example")
        .refuses(
            "domain empty.example has no key to follow; authserver dkim create makes the first");
    cli.run("dkim", "rotate").exits(2);
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    publish(line("a"));
    String before = cli.ok("dkim", "show", "--all", "--json").out();
    String said = cli.ok("dkim", "maintain", "--dry-run").out();
    assertEquals("would have activated key a of domain example.org: its record is in DNS\n", said);
    assertEquals(before, cli.ok("dkim", "show", "--all", "--json").out());
    assertEquals(1, cli.run("dkim", "history", "--json").rows().size());
  }

  @Test
  void twoRunsAtOnceAreOneRun() throws Exception {
    publish(line("a"));
    try (AdminDatabase other = AdminDatabase.open(DatabaseUrl.parse(database.adminUrl()));
        KeyRotation rotation = other.keyRotation()) {
      rotation.lock();
      cli.run("dkim", "maintain")
          .refuses("another authserver dkim maintain is running; nothing was done");
      cli.run("dkim", "rotate", "--all").exits(1);
    }
    assertEquals(List.of("activated a"), maintain(0, 0));
    List<Map<String, Object>> history = cli.run("dkim", "history", "--json").rows();
    assertEquals(
        List.of("created", "activated"), history.stream().map(row -> row.get("event")).toList());
  }
}
