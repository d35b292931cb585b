package io.authserver.db.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.smtp.address.AsciiCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  private static final DomainName DOMAIN = new DomainName("example.org");

  @ParameterizedTest
  @ValueSource(strings = {"s1", "S1", "2026-11.mail", "a"})
  void aSelectorIsLabels(String text) throws Exception {
    assertEquals(AsciiCase.lower(text), Selector.parse(text, DOMAIN).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", "-a", "a-", "a_b", "a b", "ü", "a..b"})
  void anythingElseIsRefused(String text) {
    assertThrows(RefusedException.class, () -> Selector.parse(text, DOMAIN));
  }

  @Test
  void theNameInDnsHasAtMost253Octets() throws Exception {
    String label = "a".repeat(63);
    DomainName longDomain =
        new DomainName(label + "." + label + "." + label + "." + "a".repeat(40));

    assertEquals("s".repeat(9), Selector.parse("s".repeat(9), longDomain).name());
    assertThrows(RefusedException.class, () -> Selector.parse("s".repeat(10), longDomain));
    assertThrows(RefusedException.class, () -> Selector.parse("s".repeat(64), DOMAIN));
  }
}
