package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.net.DatagramSocket;
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
      assertInstanceOf(Publication.Unchecked.class, check(dns));
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
