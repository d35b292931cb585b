package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResolverTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, 53",
    "192.0.2.1:5353, 192.0.2.1, 5353",
    "ns.example.org:53, ns.example.org, 53",
    "2001:db8::1, 2001:db8::1, 53",
    "[2001:db8::1], 2001:db8::1, 53",
    "[2001:db8::1]:5353, 2001:db8::1, 5353",
  })
  void hostAndPortAreRead(String text, String host, int port) {
    assertEquals(new Resolver(host, port), Resolver.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ":53", "[::1", "[::1]53", "h:0", "h:65536", "h:x", "h:"})
  void anythingElseIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Resolver.parse(text));
  }
}
