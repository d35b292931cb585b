package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the database makes of the addresses, the measurement checks itself. */
class SiteTest {
  private static final Site SITE = Site.MILLION;

  @Test
  void aMillionAliasesAreAMillion() {
    assertEquals(1_000_000, SITE.aliases());
  }

  @Test
  void numberedListsHaveMembersOutside() {
    assertEquals("7list@d1.example", SITE.numberedList(7));
    assertEquals(
        List.of(
            "reader1.50007@remote7.example",
            "reader2.50007@remote7.example",
            "reader3.50007@remote7.example"),
        SITE.membersOfNumbered(7));
  }

  @Test
  void everySeedGivesAnAddressOfItsKind() {
    for (int seed : new int[] {0, 1, 9, 99, 10_000, 299_999, Integer.MAX_VALUE}) {
      assertEquals(0, number(SITE.address(Site.Kind.NESTED, seed), "list") % 10);
      assertNotEquals(0, number(SITE.address(Site.Kind.LIST, seed), "list") % 10);
      String redirected = SITE.address(Site.Kind.REDIRECT, seed);
      int domain = domain(redirected);
      assertEquals(0, domain % 100);
      assertEquals(domain - 1, 1 + number(redirected, "user") % SITE.domains());
      assertNotEquals(0, domain(SITE.address(Site.Kind.UNKNOWN, seed)) % 100);
    }
  }

  private static int number(String address, String prefix) {
    return Integer.parseInt(address.substring(prefix.length(), address.indexOf('@')));
  }

  private static int domain(String address) {
    return Integer.parseInt(
        address.substring(address.indexOf("@d") + 2, address.indexOf(".example")));
  }
}
