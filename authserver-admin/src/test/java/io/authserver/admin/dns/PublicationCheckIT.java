package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.authserver.dkim.verify.KeyLookup;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Rcode;

class PublicationCheckIT {
  private static final KeyRecord RECORD =
      KeyRecord.of("s1", "example.org", "v=DKIM1; k=rsa; p=" + "A".repeat(400));

  private static Publication check(TestNameServer dns) {
    return new PublicationCheck(DnsAccess.ofSystem(), Resolver.parse(dns.address()))
        .check(RECORD)
        .publication();
  }

  @Test
  void aRecordIsFoundThroughAChainOfAliases() throws Exception {
    try (TestNameServer dns = new TestNameServer()) {
      assertEquals(new Publication.Missing(), check(dns));
      dns.cname(RECORD.name(), "a.example.net");
      assertEquals(new Publication.Missing(), check(dns));
      dns.cname("a.example.net", "b.example.net");
      dns.txt("b.example.net", RECORD.value());
      assertEquals(new Publication.Published(), check(dns));
    }
  }

  @Test
  void anAliasThatLeadsToItselfIsNoAnswer() throws Exception {
    try (TestNameServer dns = new TestNameServer()) {
      dns.cname(RECORD.name(), RECORD.name());
      assertEquals(new Publication.Unchecked("more than 8 aliases, or a circle"), check(dns));
    }
  }

  @Test
  void eightAliasesAreFollowedAndNineAreNot() throws Exception {
    try (TestNameServer dns = new TestNameServer()) {
      KeyLookup lookup = DnsKeyLookup.of(dns.access(), null);
      String name = RECORD.name();
      for (int i = 1; i <= 8; i++) {
        dns.cname(name, "a" + i + ".example.net");
        name = "a" + i + ".example.net";
      }
      dns.txt(name, RECORD.value());
      assertEquals(new Publication.Published(), check(dns));
      assertEquals(new KeyLookup.Records(List.of(RECORD.value())), lookup.lookup(RECORD.name()));
      dns.cname(name, "a9.example.net");
      dns.txt("a9.example.net", RECORD.value());
      String problem = "more than 8 aliases, or a circle";
      assertEquals(new Publication.Unchecked(problem), check(dns));
      assertEquals(new KeyLookup.NoAnswer(problem), lookup.lookup(RECORD.name()));
    }
  }

  /**
   * Symptom: a record counted as published although a name server of its zone had another one.
   * Cause: of more than 16 name servers, and of more than 8 addresses of one, the others were cut
   * off the list of those that are asked.
   */
  @Test
  void everyNameServerIsAskedOrNone() throws Exception {
    try (TestNameServer dns = new TestNameServer()) {
      dns.txt(RECORD.name(), RECORD.value());
      for (int i = 1; i <= ZoneFinder.MAX_SERVERS; i++) {
        dns.ns("example.org", "ns" + i + ".example.net");
        dns.a("ns" + i + ".example.net", InetAddress.getLoopbackAddress());
      }
      RecordCheck check = new PublicationCheck(dns.access(), null).check(RECORD);
      assertEquals(new Publication.Published(), check.publication());
      assertEquals(32, check.servers().size());
      dns.ns("example.org", "one-more.example.net");
      dns.a("one-more.example.net", InetAddress.getLoopbackAddress());
      assertEquals(
          new Publication.Unchecked(
              "zone example.org has more than 32 name servers; ask one with --resolver"),
          new PublicationCheck(dns.access(), null).check(RECORD).publication());
    }
  }

  @Test
  void everyAddressOfANameServerIsAskedOrNone() throws Exception {
    try (TestNameServer dns = new TestNameServer()) {
      dns.txt(RECORD.name(), RECORD.value());
      dns.ns("example.org", "ns.example.net");
      for (int i = 1; i <= ZoneFinder.MAX_ADDRESSES; i++) {
        dns.a("ns.example.net", InetAddress.getByName("127.0.0." + i));
      }
      RecordCheck check = new PublicationCheck(dns.access(), null).check(RECORD);
      // It listens on the first one.
      assertEquals(new Publication.Published(), check.publication());
      assertEquals(16, check.servers().size());
      assertEquals(15, check.silent().size());
      dns.a("ns.example.net", InetAddress.getByName("127.0.0.99"));
      assertEquals(
          new Publication.Unchecked(
              "name server ns.example.net has more than 16 addresses; ask one with --resolver"),
          new PublicationCheck(dns.access(), null).check(RECORD).publication());
    }
  }

  @Test
  void aFailingOrSilentServerIsNotAMissingRecord() throws Exception {
    try (TestNameServer dns = new TestNameServer()) {
      dns.otherwise(Rcode.SERVFAIL);
      assertInstanceOf(Publication.Unchecked.class, check(dns));
    }
    int closedPort;
    try (DatagramSocket socket = new DatagramSocket()) {
      closedPort = socket.getLocalPort();
    }
    assertInstanceOf(
        Publication.Unchecked.class,
        new PublicationCheck(DnsAccess.ofSystem(), new Resolver("127.0.0.1", closedPort))
            .check(RECORD)
            .publication());
  }
}
