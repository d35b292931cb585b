package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.TestNameServer;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimPrivateKey;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DkimCommandIT extends AdminFixture {
  private static final Instant NOW = Instant.parse("2026-11-21T23:30:00Z");

  @BeforeEach
  void createDomain() {
    cli.at(Clock.fixed(NOW, ZoneOffset.UTC));
    cli.ok("domain", "create", "example.org");
  }

  private List<Object> states() {
    return cli.run("dkim", "list", "example.org", "-f", "json").rows().stream()
        .map(row -> row.get("state"))
        .toList();
  }

  private Map<String, Object> record(String selector) {
    return cli.run("dkim", "dns", "example.org", selector, "--format", "json").row();
  }

  @Test
  void theDefaultSelectorIsAlgorithmAndDateAndUnique() {
    cli.ok("dkim", "create", "example.org");
    cli.ok("dkim", "create", "example.org", "--algorithm", "rsa", "--bits", "2048");
    cli.ok("dkim", "create", "EXAMPLE.org", "--algorithm", "ed25519");
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "Mine");

    assertEquals(
        List.of("rsa20261121", "rsa20261121-2", "ed25519-20261121", "mine"),
        cli.run("dkim", "show", "example.org", "-f", "json").rows().stream()
            .map(row -> row.get("selector"))
            .toList());
    assertEquals(List.of("published", "published", "published", "published"), states());
    assertTrue(cli.ok("dkim", "list").out().contains("ed25519-20261121"));
  }

  @Test
  void aThousandKeysOfOneDayHaveADefaultSelector() {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519");
    database.execute(
        "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
            + " public_key) SELECT domain_id, selector || '-' || i, algorithm, wrapped_private_key,"
            + " public_key FROM authserver.dkim_key, generate_series(2, 999) i");
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519");
    cli.run("dkim", "create", "example.org", "--algorithm", "ed25519")
        .refuses(
            "domain example.org has 1000 keys of one day already; give the next one a --selector");
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s");
  }

  @Test
  void whatCannotBeIsRefused() {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s1");

    cli.run("dkim", "create", "example.org", "--selector", "S1")
        .refuses("domain example.org has a key with selector s1 already");
    cli.run("dkim", "create", "example.net").refuses("domain example.net does not exist");
    cli.run("dkim", "list", "example.net").refuses("domain example.net does not exist");
    cli.run("dkim", "create", "example.org", "--selector", "a_b").exits(1);
    cli.run("dkim", "dns", "example.org", "s2")
        .refuses("domain example.org has no key with selector \"s2\"");
    cli.run("dkim", "activate", "example.org", "s2", "--force")
        .refuses("domain example.org has no key with selector \"s2\"");
    cli.run("dkim", "retire", "example.org", "s1")
        .refuses(
            "key s1 of domain example.org is published; only a key that is active can be retired");
  }

  @Test
  void theStoredPrivateKeyIsWrappedAndFitsTheRecord() throws Exception {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "e");
    cli.ok("dkim", "create", "example.org", "--selector", "r");
    WrappingKeys keys = WrappingKeys.load(List.of(directory.resolve("wrapping.key")));

    List<String> records = new ArrayList<>();
    try (Connection connection =
            DatabaseUrl.parse(database.superuserUrl())
                .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(10));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT selector, wrapped_private_key, public_key FROM authserver.dkim_key"
                    + " ORDER BY selector")) {
      while (rows.next()) {
        DkimPrivateKey key =
            DkimPrivateKey.fromPkcs8(
                keys.unwrap("example.org", rows.getString(1), rows.getBytes(2)));
        records.add(key.publicKey().dnsRecord());
      }
    }
    assertEquals(List.of(record("e").get("value"), record("r").get("value")), records);
    assertEquals(32, base64Length(String.valueOf(record("e").get("value"))));
    cli.hiding("PRIVATE").ok("dkim", "show", "example.org");
  }

  private static int base64Length(String record) {
    return Base64.getDecoder().decode(record.substring(record.indexOf("p=") + 2)).length;
  }

  @Test
  void recordsArePrintedForAZoneAndForAProgram() {
    cli.ok("dkim", "create", "example.org", "--selector", "r", "--bits", "4096");

    Map<String, Object> record = record("r");
    assertEquals(Set.of("name", "ttl", "type", "value"), record.keySet());
    assertEquals("r._domainkey.example.org", record.get("name"));
    assertEquals(3600L, record.get("ttl"));
    assertEquals("TXT", record.get("type"));
    String value = String.valueOf(record.get("value"));
    assertTrue(value.startsWith("v=DKIM1; k=rsa; p=MII"), value);

    String zone = cli.ok("dkim", "dns", "example.org").out();
    assertTrue(zone.startsWith("r._domainkey.example.org. 3600 IN TXT \"v=DKIM1; "), zone);
    assertEquals(1, zone.lines().count());
    assertTrue(zone.contains("\" \""), "a key of 4096 bits needs several strings");
    assertEquals(
        value, zone.strip().replaceFirst("^[^\"]*\"", "").replace("\" \"", "").replace("\"", ""));
    assertTrue(zone.getBytes(StandardCharsets.UTF_8).length > 700);
  }

  @Test
  void forcedActivationIsRecorded() {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s1");
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s2");

    cli.ok("dkim", "activate", "example.org", "--all", "--force");

    assertEquals(List.of("active", "active"), states());
    List<Map<String, Object>> rows = cli.run("dkim", "show", "example.org", "-f", "json").rows();
    assertEquals(true, rows.get(0).get("forced"));
    assertTrue(rows.get(0).get("activated_at") instanceof String);
    assertEquals(
        2L, cli.run("domain", "show", "example.org", "-f", "json").row().get("active_keys"));
    cli.run("dkim", "activate", "example.org", "--all", "--force")
        .refuses("domain example.org has no published key to activate");
    cli.run("dkim", "activate", "example.org", "s1", "--force")
        .refuses(
            "key s1 of domain example.org is active; only a key that is published can be"
                + " activated");
  }

  @Test
  void activationNeedsTheRecord() throws Exception {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s1");
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s2");
    try (TestNameServer dns = new TestNameServer()) {
      String[] activate = {"dkim", "activate", "example.org", "--all", "--resolver", dns.address()};

      cli.run(activate)
          .refuses(
              "DNS record s1._domainkey.example.org was not found; nothing was activated (--force"
                  + " does without it)");
      dns.txt("s1._domainkey.example.org", String.valueOf(record("s1").get("value")));
      dns.txt("s2._domainkey.example.org", String.valueOf(record("s1").get("value")));
      cli.run(activate)
          .refuses(
              "DNS record s2._domainkey.example.org is not as it should be: it holds another public"
                  + " key; nothing was activated (--force does without it)");
      assertEquals(List.of("published", "published"), states());

      dns.cname("s2._domainkey.example.org", "keys.example.net");
      dns.txt("keys.example.net", String.valueOf(record("s2").get("value")));
      cli.run(activate).exits(0);
    }
    assertEquals(List.of("active", "active"), states());
    assertEquals(
        false, cli.run("dkim", "show", "example.org", "-f", "json").rows().get(0).get("forced"));
  }

  @Test
  void aKeyEndsInOrder() {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s1");
    cli.ok("dkim", "activate", "example.org", "s1", "--force");
    cli.run("dkim", "remove", "-y", "example.org", "s1")
        .refuses(
            "key s1 of domain example.org is active; only a published or revoked key can be"
                + " removed");
    assertEquals(
        "retired key s1 of domain example.org\nwarning: no key of domain example.org signs now\n",
        cli.ok("dkim", "retire", "example.org", "s1").err());
    assertEquals(List.of("retired"), states());

    cli.at(Clock.fixed(NOW.plus(Duration.ofDays(12)).minusSeconds(1), ZoneOffset.UTC));
    Cli.Result tooEarly = cli.run("dkim", "revoke", "-y", "example.org", "s1").exits(1);
    assertTrue(tooEarly.err().contains("is needed in DNS until "), tooEarly.err());
    cli.at(Clock.fixed(NOW.plus(Duration.ofDays(12)), ZoneOffset.UTC));
    cli.run("dkim", "revoke", "example.org", "s1").exits(1);
    cli.ok("dkim", "revoke", "-y", "example.org", "s1");

    assertEquals(List.of("revoked"), states());
    assertEquals("[]\n", cli.ok("dkim", "dns", "example.org", "-f", "json").out());
    cli.ok("dkim", "remove", "-y", "example.org", "s1");
    assertEquals("[]\n", cli.run("dkim", "list", "example.org", "--json").exits(1).out());
  }

  @Test
  void aKeyRevokedByForceIsForgotten() {
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--selector", "s1");
    cli.ok("dkim", "activate", "example.org", "s1", "--force");
    cli.ok("dkim", "retire", "example.org", "s1");
    cli.ok("dkim", "revoke", "-y", "--force", "example.org", "s1");

    Map<String, Object> row = cli.run("dkim", "show", "example.org", "-f", "json").row();
    assertEquals("revoked", row.get("state"));
    assertNull(row.get("wrapped_private_key"));
  }

  @Test
  void theWrappingKeyIsNeededAndNeverOverwritten() {
    String key = directory.resolve("wrapping.key").toString();
    Cli.Result again = cli.run("wrapping-key", "create", "--output", key).exits(1);
    assertTrue(again.err().contains("exists already"), again.err());
    cli.with("AUTHSERVER_WRAPPING_KEY_FILE", directory.resolve("missing").toString());
    cli.run("dkim", "create", "example.org").exits(1);
    cli.ok("dkim", "create", "example.org", "--algorithm", "ed25519", "--wrapping-key-file", key);
    new Cli()
        .with("DATABASE_URL", database.adminUrl())
        .run("dkim", "create", "example.org")
        .exits(2);
  }

  @Test
  void keysAreSelectedByDomainTextAndState() {
    for (String domain : List.of("one.example", "two.example")) {
      cli.ok("domain", "create", domain);
      for (String selector : List.of("a1", "a2", "b1")) {
        cli.ok("dkim", "create", domain, "--algorithm", "ed25519", "--selector", selector);
      }
    }
    cli.ok("dkim", "activate", "one.example", "A*", "--force");

    assertEquals(3, cli.run("dkim", "list", "o*.example", "--json").rows().size());
    assertEquals(6, cli.run("dkim", "list", "one.example", "two.example", "--json").rows().size());
    assertEquals(2, cli.run("dkim", "list", "-c", "B1", "--json").rows().size());
    assertEquals(3, cli.run("dkim", "show", "-c", "TWO", "--json").rows().size());
    assertEquals(2, cli.run("dkim", "list", "--active", "--json").rows().size());
    cli.run("dkim", "show").exits(2);
    cli.run("dkim", "list", "z*").refuses("nothing matches \"z*\"");
    cli.run("dkim", "dns", "one.example", "z?")
        .refuses("domain one.example has no key with selector \"z?\"");
    assertEquals(2, cli.ok("dkim", "dns", "one.example", "?1").out().lines().count());

    cli.run("dkim", "retire", "one.example", "a*").exits(1);
    Cli.Typist yes = new Cli.Typist("y", "y");
    cli.typed(yes, "dkim", "retire", "one.example", "a*").exits(0);
    cli.typed(yes, "dkim", "remove", "two.example", "*1").exits(0);
    assertEquals(
        List.of(
            "retire key a1 and a2 of domain one.example? [y/N] ",
            "remove key a1 and b1 of domain two.example? [y/N] "),
        yes.prompts());
    assertEquals("a2", cli.run("dkim", "list", "two.example", "--json").row().get("selector"));
  }
}
