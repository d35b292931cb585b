package io.authserver.dkimsigner.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From fields of RFC 5322 §3.4 and §4.4, RFC 6854 and RFC 6532, and what real mail does. */
class AuthorReaderTest {
  static Stream<Arguments> readable() {
    return Stream.of(
        Arguments.of("alice@example.org", List.of("example.org")),
        Arguments.of(" Alice <alice@Example.ORG>", List.of("example.org")),
        Arguments.of("\"Bell, Alice\" <alice@example.org>", List.of("example.org")),
        Arguments.of("\"a@evil.example\" <alice@example.org>", List.of("example.org")),
        Arguments.of("alice@other.example <alice@example.org>", List.of("example.org")),
        Arguments.of("A. B. Cee <alice@example.org>", List.of("example.org")),
        Arguments.of("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", List.of("example.org")),
        Arguments.of("J\u00fcrgen <j@example.org>", List.of("example.org")),
        Arguments.of("j\u00fcrgen@b\u00fccher.example", List.of("xn--bcher-kva.example")),
        Arguments.of("alice@example.org (Alice (at home))", List.of("example.org")),
        Arguments.of("alice(c)@(d)example(e).org", List.of("example.org")),
        Arguments.of("alice @ example . org", List.of("example.org")),
        Arguments.of("(a \\) b) alice@example.org", List.of("example.org")),
        Arguments.of("\"alice bell\"@example.org", List.of("example.org")),
        Arguments.of("\"a@b\"@example.org", List.of("example.org")),
        Arguments.of("Alice\r\n <alice@example.org>", List.of("example.org")),
        Arguments.of("<@a.example,@b.example:alice@example.org>", List.of("example.org")),
        Arguments.of("Team: alice@example.org, bob@example.org;", List.of("example.org")),
        Arguments.of(", alice@example.org,,", List.of("example.org")),
        Arguments.of("alice@[192.0.2.1]", List.of("[192.0.2.1]")),
        Arguments.of("a@one.example, b@two.example", List.of("one.example", "two.example")),
        Arguments.of("G: a@one.example;, b@two.example", List.of("one.example", "two.example")));
  }

  @ParameterizedTest
  @MethodSource("readable")
  void readsTheAuthorsDomains(String value, List<String> domains) {
    assertEquals(new Authors.Known(domains), read("From:" + value + "\r\n"));
  }

  static Stream<Arguments> unclear() {
    return Stream.of(
        Arguments.of("To: b@x.example\r\n", Authors.Reason.NO_FROM),
        Arguments.of("", Authors.Reason.NO_FROM),
        Arguments.of("From:\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: undisclosed authors:;\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: alice\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: alice@\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: @example.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@b@c.example\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <alice@example.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: \"alice <alice@example.org>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: (alice <alice@example.org>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <a@one.example> <b@two.example>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@one.example b@two.example\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a..b@example.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@one.example\\\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: group: a@one.example\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@x.example\r\nFROM : b@x.example\r\n", Authors.Reason.SEVERAL_FROM));
  }

  @ParameterizedTest
  @MethodSource("unclear")
  void namesWhatIsUnclear(String header, Authors.Reason reason) {
    assertEquals(reason, assertInstanceOf(Authors.Unclear.class, read(header)).reason());
  }

  @Test
  void keepsTheDomainsThatSeveralFromFieldsClaim() {
    Authors.Unclear unclear =
        assertInstanceOf(
            Authors.Unclear.class, read("From: a@one.example\r\nFrom: b@two.example\r\n"));
    assertEquals(List.of("one.example", "two.example"), unclear.domains());
  }

  @Test
  void neverThrowsForRandomFields() {
    Random random = new Random(6854);
    byte[] alphabet = "a.@<>()\"\\,:;[] \t\r\n=?\u00fc".getBytes(StandardCharsets.UTF_8);
    int known = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] value = new byte[random.nextInt(24)];
      for (int j = 0; j < value.length; j++) {
        value[j] = alphabet[random.nextInt(alphabet.length)];
      }
      byte[] field =
          ("From:" + new String(value, StandardCharsets.ISO_8859_1) + "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1);
      if (AuthorReader.read(HeaderSection.of(field)) instanceof Authors.Known) {
        known++;
      }
    }
    assertEquals(true, known > 0, "the generator should hit some addresses");
  }

  @Test
  void readsALongFieldInLinearTime() {
    String many = "a@example.org, ".repeat(60_000) + "b@example.org";
    assertEquals(new Authors.Known(List.of("example.org")), read("From: " + many + "\r\n"));
    assertInstanceOf(Authors.Unclear.class, read("From: " + "(".repeat(500_000) + "\r\n"));
  }

  private static Authors read(String header) {
    return AuthorReader.read(HeaderSection.of(header.getBytes(StandardCharsets.UTF_8)));
  }
}
