package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.0.0.1, true",
    "127.0.0.0/8, 127.255.255.255, true",
    "127.0.0.0/8, 128.0.0.0, false",
    "127.0.0.0/8, 126.255.255.255, false",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.0, false",
    "192.0.2.1/32, 192.0.2.1, true",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "0.0.0.0/1, 128.0.0.0, false",
    "::/0, 2001:db8::1, true",
    "::/0, 192.0.2.1, false",
    "::1, ::1, true",
    "::1, ::2, false",
    "::1, 127.0.0.1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::, false",
    "2001:db8::/61, 2001:db8:0:7::1, true",
    "2001:db8::/61, 2001:db8:0:8::1, false",
    "::ffff:192.0.2.0/120, 192.0.2.7, true",
    "::ffff:192.0.2.7, 192.0.2.7, true",
  })
  void contains(String network, String address, boolean expected) {
    assertEquals(expected, Network.parse(network).contains(InetAddress.ofLiteral(address)));
  }

  @Test
  void aMappedAddressIsTheOneInIt() throws Exception {
    byte[] bytes = HexFormat.of().parseHex("00000000000000000000ffffc0000207");
    // With a scope, Java leaves it as it is.
    InetAddress mapped = Inet6Address.getByAddress(null, bytes, 1);
    assertTrue(Network.parse("192.0.2.0/24").contains(mapped));
    assertFalse(Network.parse("192.0.3.0/24").contains(mapped));
    assertFalse(Network.parse("::/0").contains(mapped));
  }

  @Test
  void aScopeDoesNotCount() throws Exception {
    byte[] bytes = HexFormat.of().parseHex("fe800000000000000000000000000001");
    assertTrue(Network.parse("fe80::/10").contains(Inet6Address.getByAddress(null, bytes, 3)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "localhost",
        "example.org",
        "10",
        "10/8",
        "10.1/16",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/255.0.0.0",
        "10.0.0.1/8",
        "010.0.0.0/8",
        "256.0.0.0/8",
        "10.0.0.0.0/8",
        "::/129",
        "2001:db8::1/32",
        "2001:db8::/32/32",
        "2001:db8:::/32",
        "[::1]",
        "fe80::1%1",
        "::ffff:192.0.2.0/24",
      })
  void isRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Network.parse(text));
  }

  @Test
  void isPrintedAsItIsWritten() {
    assertEquals("10.0.0.0/8", Network.parse("10.0.0.0/8").toString());
    assertEquals(Network.parse("192.0.2.1/32"), Network.parse("192.0.2.1"));
  }
}
