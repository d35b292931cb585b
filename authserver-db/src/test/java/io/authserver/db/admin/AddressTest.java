package io.authserver.db.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "info@example.org, info@example.org",
    "Info.Desk+X@EXAMPLE.org., info.desk+x@example.org",
    "o'brien/x=y!@example.org, o'brien/x=y!@example.org",
    "JÜRGEN@münchen.example, jÜrgen@xn--mnchen-3ya.example",
  })
  void ownAddressesAreFoldedInAscii(String text, String stored) throws Exception {
    assertEquals(stored, Address.parse(text).toString());
  }

  @Test
  void aForeignLocalPartKeepsItsCase() throws Exception {
    assertEquals("Alice@example.com", Address.parseForeign("Alice@EXAMPLE.com").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "info",
        "info@",
        "@example.org",
        "a@b@c",
        "a@b@example.org",
        "a b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a@example..org",
        "\"a b\"@example.org",
        "<a@example.org>",
        "a,b@example.org",
        "a@[192.0.2.1]",
        "a\n@example.org",
        "a\u0000@example.org",
        "a\u200b@example.org",
        "a\u00a0@example.org",
        "\ud800@example.org"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThrows(RefusedException.class, () -> Address.parse(text));
    assertThrows(RefusedException.class, () -> Address.parseForeign(text));
  }

  @Test
  void aLocalPartHasAtMost64Octets() throws Exception {
    assertEquals(64, Address.parse("a".repeat(64) + "@example.org").localPart().length());
    assertThrows(RefusedException.class, () -> Address.parse("a".repeat(65) + "@example.org"));
    assertThrows(RefusedException.class, () -> Address.parse("ü".repeat(33) + "@example.org"));
  }

  @Test
  void anAddressHasAtMost254Octets() throws Exception {
    String label = "a".repeat(61);
    String domain = label + "." + label + "." + label + "." + "b".repeat(3);
    assertEquals(189, domain.length());
    assertEquals(254, Address.parse("a".repeat(64) + "@" + domain).toString().length());
    assertThrows(RefusedException.class, () -> Address.parse("a".repeat(64) + "@" + domain + "b"));
  }
}
