package io.authserver.smtp.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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
        Arguments.of("alice@[IPv6:2001:DB8::1]", List.of("[ipv6:2001:db8::1]")),
        Arguments.of("(a(b(c)\\))d)alice@example.org(e\\))", List.of("example.org")),
        Arguments.of("\"a\\\"b\\\\\" <alice@example.org>", List.of("example.org")),
        Arguments.of("\"a\r\n b\" <alice@example.org>", List.of("example.org")),
        Arguments.of("alice\r\n @\r\n\texample.org\r\n ", List.of("example.org")),
        Arguments.of("< alice (x) @ example.org >", List.of("example.org")),
        Arguments.of("<@a.example, ,@b . example (c) : alice@example.org>", List.of("example.org")),
        Arguments.of("a.\"b c\".d@example.org", List.of("example.org")),
        Arguments.of("alice.bell (A) @example.org", List.of("example.org")),
        Arguments.of("(only a comment) , ,alice@example.org", List.of("example.org")),
        Arguments.of("A: ;, B: alice@example.org;,", List.of("example.org")),
        Arguments.of("A: ,, alice@example.org ,;", List.of("example.org")),
        Arguments.of("\"A, B\": \"x\" <alice@example.org>;", List.of("example.org")),
        Arguments.of(
            "=?utf-8?q?=3Ceve=40evil.example=3E?= <a@example.org>", List.of("example.org")),
        Arguments.of(
            "=?utf-8?b?ZXZlQGV2aWwuZXhhbXBsZQ==?= <a@example.org>", List.of("example.org")),
        Arguments.of("\u30a2\u30ea\u30b9 <\u30a2@example.org>", List.of("example.org")),
        Arguments.of("a@stra\u00dfe.example", List.of("xn--strae-oqa.example")),
        Arguments.of("a@xn--strae-oqa.example", List.of("xn--strae-oqa.example")),
        Arguments.of("a@EXAMPLE.org, b@example.ORG", List.of("example.org")),
        Arguments.of("a@one.example, b@two.example", List.of("one.example", "two.example")),
        Arguments.of("G: a@one.example;, b@two.example", List.of("one.example", "two.example")));
  }

  @ParameterizedTest
  @MethodSource("readable")
  void readsTheAuthorsDomains(String value, List<String> domains) {
    Authors.Known known = assertInstanceOf(Authors.Known.class, read("From:" + value + "\r\n"));
    assertEquals(domains, known.domains());
  }

  /** The local part that may stand in i=: an only author's, where it needs no quotes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          alice@example.org                        | alice
          Alice <A.lice+x@example.org>             | A.lice+x
          Team: alice@example.org;                 | alice
          a (c) . b @example.org                   | a.b
          "alice"@example.org                      |
          jürgen@example.org                       |
          a@example.org, b@example.org             |
          """)
  void keepsTheLocalPartOfAnOnlyAuthor(String value, String localPart) {
    Authors.Known known = assertInstanceOf(Authors.Known.class, read("From: " + value + "\r\n"));
    assertEquals(Optional.ofNullable(localPart), known.localPart());
  }

  /** Who may be the author is asked of the database, with the domains that dkimsigner signs for. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          From: Alice <ALICE+x@Example.ORG>                       | alice+x@example.org
          From: "Al Ice"@example.org                              | "al ice"@example.org
          From: J <jürgen@example.org>                            | jürgen@example.org
          From: a@x.example, b@x.example, A@X.example             | a@x.example b@x.example
          From: a@x.example%From: b@y.example                     | a@x.example b@y.example
          From: a@x.example%From: nothing                         | a@x.example
          From: G: a@[192.0.2.1];                                 | a@[192.0.2.1]
          From: "a\tb"@x.example,  ""@y.example              | " "@x.example " "@y.example
          From: nothing                                           | ''
          To: a@x.example                                         | ''
          """)
  void namesTheMailboxesOfAllFields(String fields, String mailboxes) {
    HeaderSection header =
        HeaderSection.of((fields.replace("%", "\r\n") + "\r\n").getBytes(StandardCharsets.UTF_8));
    assertEquals(
        mailboxes,
        AuthorReader.mailboxes(header).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(" ")));
  }

  @Test
  void aLocalPartThatNoEnvelopeHasIsASpace() {
    String from = "From: " + "x".repeat(256) + "@x.example, " + "y".repeat(255) + "@x.example\r\n";
    HeaderSection header = HeaderSection.of(from.getBytes(StandardCharsets.UTF_8));
    assertEquals(
        List.of("\" \"@x.example", "y".repeat(255) + "@x.example"),
        AuthorReader.mailboxes(header).stream().map(String::valueOf).toList());
    assertEquals(
        List.of(),
        AuthorReader.mailboxes(HeaderSection.of(from.repeat(50).getBytes(StandardCharsets.UTF_8))));
  }

  static Stream<Arguments> unclear() {
    return Stream.of(
        Arguments.of("To: b@x.example\r\n", Authors.Reason.NO_FROM),
        Arguments.of("", Authors.Reason.NO_FROM),
        Arguments.of("From:\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: undisclosed authors:;\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: ,,\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: (comment)\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: a:;,b:;\r\n", Authors.Reason.NO_MAILBOX),
        Arguments.of("From: alice\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: alice@\"example.org\"\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: [a]@example.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@[192.0.2.1].example\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@[192.0.2.1\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@example.org.\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@.example.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@example..org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@exam\0ple.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a\0@example.org\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: \"\0\" <a@example.org>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: : a@example.org;\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: G: H: a@example.org;;\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: G: a@one.example; b@two.example\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@one.example; b@two.example\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <@:a@one.example>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <@a b:a@one.example>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <@a:@b:a@one.example>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <,:a@one.example>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <a,b@one.example>\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: <a@one.example> trailing\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@=?utf-8?q?example.org?=\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: =?utf-8?q?a=40example.org?=\r\n", Authors.Reason.UNPARSABLE_FROM),
        Arguments.of("From: a@exa mple.org\r\n", Authors.Reason.UNPARSABLE_FROM),
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

  /**
   * Symptom: mail whose From had its domain in raw Latin-1 was signed. Cause: bytes that are not
   * UTF-8 were read as Latin-1, which is a guess at the domain's letters.
   */
  @Test
  void doesNotGuessTheCharsetOfADomain() {
    byte[] domain = "From: a@b\u00fccher.example\r\n".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(
        Authors.Reason.UNPARSABLE_FROM,
        assertInstanceOf(Authors.Unclear.class, AuthorReader.read(HeaderSection.of(domain)))
            .reason());
    byte[] name = "From: J\u00fcrgen <j@example.org>\r\n".getBytes(StandardCharsets.ISO_8859_1);
    assertInstanceOf(Authors.Known.class, AuthorReader.read(HeaderSection.of(name)));
  }

  @Test
  void neverThrowsForRandomBytes() {
    Random random = new Random(6532);
    for (int i = 0; i < 20_000; i++) {
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      String field = "From:" + new String(value, StandardCharsets.ISO_8859_1) + "@x.example\r\n";
      AuthorReader.read(HeaderSection.of(field.getBytes(StandardCharsets.ISO_8859_1)));
    }
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

  /** A longer From takes many times its size to take apart, and nobody has so many authors. */
  @Test
  void fromIsReadUpTo16KiB() {
    String from = "From: \"" + "x".repeat(AuthorReader.MOST_BYTES - 26) + "\" <a@example.org>\r\n";
    assertEquals(AuthorReader.MOST_BYTES, from.length());
    assertInstanceOf(Authors.Known.class, read(from));
    Authors tooLong = new Authors.Unclear(Authors.Reason.LONG_FROM, List.of());
    assertEquals(tooLong, read(from.replace(">", " >")));
    assertEquals(tooLong, read(from + "From: b@example.org\r\n"));
    HeaderSection header = HeaderSection.of(from.repeat(50).getBytes(StandardCharsets.UTF_8));
    assertEquals(60 * AuthorReader.MOST_BYTES, AuthorReader.memoryBytes(header));
  }

  @Test
  void readsALongFieldInLinearTime() throws Exception {
    assertEquals(60_001, parsed("a@example.org, ".repeat(60_000) + "b@example.org"));
    assertEquals(1, parsed("(".repeat(200_000) + ")".repeat(200_000) + " a@example.org"));
    assertEquals(1, parsed("\"" + "\\\"".repeat(200_000) + "\" <a@example.org>"));
    assertThrows(AddressListParser.SyntaxException.class, () -> parsed("a.".repeat(250_000)));
    assertThrows(AddressListParser.SyntaxException.class, () -> parsed("(".repeat(500_000)));
  }

  private static int parsed(String list) throws AddressListParser.SyntaxException {
    return AddressListParser.parse(list.getBytes(StandardCharsets.UTF_8)).size();
  }

  private static Authors read(String header) {
    return AuthorReader.read(HeaderSection.of(header.getBytes(StandardCharsets.UTF_8)));
  }
}
