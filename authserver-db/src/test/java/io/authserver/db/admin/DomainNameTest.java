package io.authserver.db.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNameTest {
  @ParameterizedTest
  @CsvSource({
    "example.org, example.org",
    "EXAMPLE.Org, example.org",
    "example.org., example.org",
    "localhost, localhost",
    "münchen.example, xn--mnchen-3ya.example",
    "MÜNCHEN.example, xn--mnchen-3ya.example",
    "XN--MNCHEN-3YA.example, xn--mnchen-3ya.example",
    "例え。テスト, xn--r8jz45g.xn--zckzah",
    "1.2.example, 1.2.example",
  })
  void aNameIsFoldedAndInALabels(String text, String stored) throws Exception {
    assertEquals(stored, DomainName.parse(text).name());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "-a.org",
        "a-.org",
        "a_b.org",
        "a b.org",
        "a@b.org",
        "192.0.2.1",
        "[192.0.2.1]",
        "a.org\n",
        "a.org/",
        "exämple_.org",
        "a\u0000b.org"
      })
  void whatIsNoNameIsRefused(String text) {
    assertThrows(RefusedException.class, () -> DomainName.parse(text));
  }

  @Test
  void lengthsAreThoseOfDns() throws Exception {
    String label = "a".repeat(63);
    String longest = label + "." + label + "." + label + "." + "a".repeat(61);

    assertEquals(253, DomainName.parse(longest).name().length());
    assertThrows(RefusedException.class, () -> DomainName.parse(longest + "a"));
    assertThrows(RefusedException.class, () -> DomainName.parse("a".repeat(64) + ".org"));
    assertThrows(RefusedException.class, () -> DomainName.parse("ü".repeat(63) + ".org"));
  }

  /**
   * Symptom: a domain with ß would have been stored as another one with ss, since the JDK maps by
   * IDNA 2003.
   */
  @ParameterizedTest
  @ValueSource(strings = {"straße.example", "βόλος.example", "a\u200db.example"})
  void whatTheVersionsOfIdnaMapDifferentlyIsRefused(String text) {
    RefusedException refused = assertThrows(RefusedException.class, () -> DomainName.parse(text));

    assertTrue(String.valueOf(refused.getMessage()).contains("xn--"));
  }

  @Test
  void aSentenceShowsNoControlCharacter() {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> DomainName.parse("a\u001b[2J\n"));

    assertEquals(
        "\"a\\u001b[2J\\u000a\" is not a domain name: a label has other characters than letters,"
            + " digits and hyphens",
        refused.getMessage());
  }
}
