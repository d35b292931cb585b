package io.authserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.admin.dns.NsdServers;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code dkim check} and {@code dkim activate} with real name servers. */
@Needs(Oracle.NSD)
class DkimCheckIT extends AdminFixture {
  private static final String OWNER = "s._domainkey.example.org.";

  private NsdServers dns;

  @BeforeEach
  void prepareDns() throws Exception {
    dns = new NsdServers(directory, "example.org", "keys.example");
    cli.asking(dns.access());
    cli.ok("domain", "create", "example.org");
    cli.ok("dkim", "create", "example.org", "--selector", "s");
  }

  @AfterEach
  void stop() throws Exception {
    dns.close();
  }

  private String line() {
    return cli.ok("dkim", "dns", "example.org", "s").out().strip();
  }

  private String value() {
    return String.valueOf(
        cli.run("dkim", "dns", "example.org", "s", "--json").rows().getFirst().get("value"));
  }

  /** Checks the one key: the exit code, the verdict, and what it says. */
  private Map<String, Object> check(int code, String verdict) {
    Cli.Result result = cli.run("dkim", "check", "example.org", "--json").exits(code);
    Map<String, Object> row = new Cli.Result(0, result.out(), result.err()).row();
    assertEquals(verdict, row.get("dns"), result::toString);
    return row;
  }

  private void activates() {
    cli.ok("dkim", "activate", "example.org", "s");
    assertEquals("active", cli.run("dkim", "show", "example.org", "--json").row().get("state"));
  }

  private void refusesToActivate() {
    Cli.Result result = cli.run("dkim", "activate", "example.org", "s").exits(1);
    assertTrue(result.err().contains("nothing was activated"), result.err());
  }

  @Test
  void whatWasPrintedIsFoundAtEveryServer() throws Exception {
    assertEquals("was not found", check(1, "missing").get("detail"));
    refusesToActivate();
    dns.put("example.org", List.of(line())).reload();

    Map<String, Object> row = check(0, "published");
    assertEquals(
        "[{server=ns1.test (127.0.0.2), said=has the key}, {server=ns2.test (127.0.0.3), said=has"
            + " the key}]",
        String.valueOf(row.get("servers")));
    assertTrue(line().contains("\" \""), "a key of 2048 bits is split into strings");
    activates();
  }

  @Test
  void aRecordIsTheKeyHoweverItIsWrittenAndSplit() throws Exception {
    String key = value().replaceFirst(".*p=", "");
    StringBuilder strings = new StringBuilder("\"v=DKIM1; t=y; s=email; h=sha1:sha256; p=\"");
    for (int i = 0; i < key.length(); i += 50) {
      strings.append(" \" ").append(key, i, Math.min(key.length(), i + 50)).append('"');
    }
    dns.put("example.org", List.of(OWNER + " TXT " + strings)).reload();
    assertEquals(true, check(0, "published").get("testing"));
    Cli.Result result = cli.ok("dkim", "activate", "example.org", "s");
    assertTrue(result.err().contains("warning: s._domainkey.example.org has t=y"), result.err());
  }

  @Test
  void anotherKeyASecondRecordAndARevokedKeyBlock() throws Exception {
    for (Map.Entry<List<String>, String> wrong :
        Map.of(
                List.of(OWNER + " TXT \"v=DKIM1; p=MIIB\""), "holds another public key",
                List.of(line(), OWNER + " TXT \"v=spf1 -all\""), "is one of 2 at that name",
                List.of(OWNER + " TXT \"hello\""), "is not a list of tags")
            .entrySet()) {
      dns.put("example.org", wrong.getKey()).reload();
      String detail = String.valueOf(check(1, "different").get("detail"));
      assertTrue(detail.contains(wrong.getValue()), detail);
      refusesToActivate();
    }
    dns.put("example.org", List.of(OWNER + " TXT \"v=DKIM1; p=\"")).reload();
    check(1, "revoked");
    refusesToActivate();
  }

  @Test
  void serversThatDisagreeBlock() throws Exception {
    dns.put("example.org", List.of(line())).putSecond("example.org", List.of()).reload();
    String detail = String.valueOf(check(1, "different").get("detail"));
    assertEquals(
        "is not as it should be: it is not the same at every name server: ns1.test (127.0.0.2) has"
            + " the key, ns2.test (127.0.0.3) has no record",
        detail);
    refusesToActivate();
    dns.putSecond("example.org", List.of(OWNER + " CNAME s.keys.example.")).reload();
    check(1, "different");
    refusesToActivate();
    // The resolver that is asked alone knows nothing of the other server.
    assertEquals(0, cli.run("dkim", "check", "example.org", "--resolver", dns.address()).code());
  }

  @Test
  void aSilentServerIsReportedAndAloneItIsNoAnswer() throws Exception {
    dns.servers("example.org", "ns1.test. mute.test. lost.test.")
        .put("example.org", List.of(line()))
        .reload();
    Map<String, Object> row = check(0, "published");
    assertEquals(
        List.of("lost.test has no address", "mute.test (127.0.0.4) did not answer"),
        row.get("silent"));
    Cli.Result activated = cli.ok("dkim", "activate", "example.org", "s");
    assertTrue(
        activated.err().contains("warning: name server mute.test (127.0.0.4) did not answer"),
        activated.err());

    dns.servers("example.org", "mute.test.").reload();
    assertEquals(
        "could not be checked (mute.test (127.0.0.4) did not answer)",
        check(1, "unchecked").get("detail"));
  }

  @Test
  void aliasesAreFollowedIntoAnotherZone() throws Exception {
    String text = line().substring(line().indexOf("TXT"));
    List<String> targets = new ArrayList<>(List.of("s.customer.keys.example. " + text));
    dns.put("example.org", List.of(OWNER + " CNAME s.customer.keys.example."))
        .put("keys.example", targets)
        .reload();
    assertEquals(List.of("s.customer.keys.example"), check(0, "published").get("aliases"));

    // A DNAME takes all selectors there, and a CNAME leads on.
    targets.set(0, "s.all.keys.example. CNAME final");
    targets.add("final." + "keys.example. " + text);
    dns.put("example.org", List.of("_domainkey.example.org. DNAME all.keys.example."))
        .put("keys.example", targets)
        .reload();
    assertEquals(
        List.of("s.all.keys.example", "final.keys.example"), check(0, "published").get("aliases"));

    // What one server of the target's zone lacks, verifiers lack sometimes.
    dns.putSecond("keys.example", List.of("s.all.keys.example. CNAME final")).reload();
    check(1, "different");
    dns.put("keys.example", List.of("s.all CNAME circle", "circle CNAME s.all")).reload();
    check(1, "unchecked");
    dns.put("keys.example", targets).reload();
    activates();
  }
}
