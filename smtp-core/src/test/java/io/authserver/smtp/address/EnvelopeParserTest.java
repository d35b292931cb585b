package io.authserver.smtp.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.2; RFC 1870, 3461, 6152, 6531. */
class EnvelopeParserTest {
  private static final String LOCAL_64 = "l".repeat(64);
  private static final String DOMAIN_255 = ("d".repeat(63) + ".").repeat(3) + "e".repeat(61) + ".x";

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "a@example.org|a|example.org|a@example.org",
        "A.b+c-d@Example.ORG|A.b+c-d|Example.ORG|A.b+c-d@Example.ORG",
        "\"a b\"@example.org|a b|example.org|\"a b\"@example.org",
        "\"a>b\"@example.org|a>b|example.org|\"a>b\"@example.org",
        "\"a@b\"@example.org|a@b|example.org|\"a@b\"@example.org",
        "\"a\\\"b\\\\c\"@example.org|a\"b\\c|example.org|\"a\\\"b\\\\c\"@example.org",
        "\"plain\"@example.org|plain|example.org|plain@example.org",
        "\"a..b\"@example.org|a..b|example.org|\"a..b\"@example.org",
        "a@[192.0.2.1]|a|[192.0.2.1]|a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]|a|[IPv6:2001:db8::1]|a@[IPv6:2001:db8::1]",
        "jörg@müller.example|jörg|müller.example|jörg@müller.example",
        "a@localhost|a|localhost|a@localhost",
        "a@under_score.example|a|under_score.example|a@under_score.example",
      })
  void validMailboxesAreParsedAndPrintedBack(
      String text, String localPart, String domain, String printed) {
    Mailbox mailbox = Mailbox.parse(text);
    assertEquals(new Mailbox(localPart, domain), mailbox);
    assertEquals(printed, mailbox.toString());
    assertEquals(mailbox, Mailbox.parse(mailbox.toString()));
  }

  @Test
  void theLargestSizesOfTheRfcPass() {
    Mailbox mailbox = Mailbox.parse(LOCAL_64 + "@" + DOMAIN_255);
    assertEquals(255, mailbox.domain().length());
    assertEquals("", Mailbox.parse("\"\"@example.org").localPart());
    assertEquals("\"\"@example.org", Mailbox.parse("\"\"@example.org").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "@",
        "a@",
        "@example.org",
        "a@b@c",
        "a b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a@example..org",
        "a@.org",
        "a@example.org.",
        "a@-b.example",
        "a@b-.example",
        "\"a@example.org",
        "a\"b@example.org",
        "a@[192.0.2.256]",
        "a@[192.0.2]",
        "a@[IPv6:zz]",
        "a@[192.0.2.1",
        "a@exa mple.org",
        "a@exa\tmple.org",
        "<a@example.org>",
        "a@example.org>",
        "a\u0000@example.org",
        "\"a\r\nb\"@example.org",
        "a@ex\u0085ample.org",
        "a@example.org\r\nRCPT TO:<x@y>",
      })
  void malformedMailboxesAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Mailbox.parse(text));
    assertEquals(true, Mailbox.tryParse(text).isEmpty());
  }

  @Test
  void domainsOfMoreThan255OctetsAreRefused() {
    assertEquals(true, Mailbox.tryParse("a@x" + DOMAIN_255).isEmpty());
    assertEquals(true, Mailbox.tryParse("a@" + "l".repeat(64) + ".example").isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "EXAMPLE.org,example.org",
    "Müller.Example,xn--mller-kva.example",
    "[IPv6:2001:DB8::1],[ipv6:2001:db8::1]"
  })
  void domainsAreFoldedToAsciiLowerCase(String domain, String folded) {
    assertEquals(folded, Mailbox.foldDomain(domain));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FROM:<>|<>",
        "from:<a@example.org>|<a@example.org>",
        "FROM: <a@example.org>|<a@example.org>",
        "FROM:<@relay.example,@two.example:a@example.org>|<a@example.org>",
        "FROM:<\"a>b\"@example.org> SIZE=1|<\"a>b\"@example.org>",
      })
  void reversePaths(String argument, String printed) {
    assertEquals(printed, sender(argument).reversePath().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TO:<postmaster>|<postmaster>",
        "TO:<PostMaster>|<postmaster>",
        "TO:<postmaster@example.org>|<postmaster@example.org>",
        "TO:<@relay.example:b@example.org>|<b@example.org>",
      })
  void forwardPaths(String argument, String printed) {
    if (EnvelopeParser.parseRecipient(argument, false)
        instanceof Parsed.Value<Recipient>(Recipient recipient)) {
      assertEquals(printed, recipient.forwardPath().toString());
    } else {
      throw new AssertionError("refused: " + argument);
    }
  }

  @Test
  void allParametersOfMailAreRead() {
    MailParameters parameters =
        sender("FROM:<a@example.org> size=012 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=a+2Bb")
            .parameters();
    assertEquals(
        new MailParameters(12, MailParameters.Body.EIGHTBITMIME, true, "HDRS", "a+2Bb"),
        parameters);
    assertEquals(Long.MAX_VALUE, sender("FROM:<> SIZE=99999999999999999999").parameters().size());
    assertEquals(0, sender("FROM:<> SIZE=0").parameters().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FRM:<a@example.org>|501 5.5.4",
        "FROM:a@example.org|501 5.1.7",
        "FROM:<a@example.org|501 5.1.7",
        "FROM:<postmaster>|501 5.1.7",
        "FROM:<a@b@c>|501 5.1.7",
        "FROM:<a@example.org>SIZE=1|501 5.5.4",
        "FROM:<a@example.org> SIZE|501 5.5.4",
        "FROM:<a@example.org> SIZE=-1|501 5.5.4",
        "FROM:<a@example.org> SIZE=1 SIZE=2|501 5.5.4",
        "FROM:<a@example.org> BODY=BINARYMIME|555 5.5.4",
        "FROM:<a@example.org> SMTPUTF8=1|501 5.5.4",
        "FROM:<a@example.org> RET=ALL|501 5.5.4",
        "FROM:<a@example.org> ENVID=a+2|501 5.5.4",
        "FROM:<a@example.org> NOTIFY=NEVER|555 5.5.4",
        "FROM:<a@example.org> AUTH=<>|555 5.5.4",
        "FROM:<jörg@example.org>|553 5.6.7",
      })
  void badMailArguments(String argument, String expected) {
    if (EnvelopeParser.parseMail(argument) instanceof Parsed.Refused<Sender>(var reply)) {
      assertEquals(expected, reply.code() + " " + reply.enhancedStatusCode());
    } else {
      throw new AssertionError("accepted: " + argument);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TO:<>|501 5.1.3",
        "TO:garbage|501 5.1.3",
        "TO:<b>|501 5.1.3",
        "TO:<po\u017ftmaster>|501 5.1.3",
        "TO:<b@example.org> X=1|555 5.5.4",
        "TO:<b@example.org> SIZE=1|555 5.5.4",
        "TO:<b@example.org> NOTIFY=|501 5.5.4",
        "TO:<b@example.org> NOTIFY=NEVER,SUCCESS|501 5.5.4",
        "TO:<b@example.org> NOTIFY=NEVER NOTIFY=NEVER|501 5.5.4",
        "TO:<b@example.org> ORCPT=b@example.org|501 5.5.4",
        "TO:<b@example.org> ORCPT=rfc822;b=c|501 5.5.4",
        "TO:<jörg@example.org>|553 5.6.7",
      })
  void badRcptArguments(String argument, String expected) {
    if (EnvelopeParser.parseRecipient(argument, false)
        instanceof Parsed.Refused<Recipient>(var reply)) {
      assertEquals(expected, reply.code() + " " + reply.enhancedStatusCode());
    } else {
      throw new AssertionError("accepted: " + argument);
    }
  }

  @Test
  void allParametersOfRcptAreRead() {
    if (EnvelopeParser.parseRecipient(
            "TO:<b@example.org> notify=success,Delay ORCPT=rfc822;B+40example.org", false)
        instanceof Parsed.Value<Recipient>(Recipient recipient)) {
      assertEquals(
          new RecipientParameters("SUCCESS,DELAY", "rfc822;B+40example.org"),
          recipient.parameters());
    } else {
      throw new AssertionError("refused");
    }
  }

  private static Sender sender(String argument) {
    return switch (EnvelopeParser.parseMail(argument)) {
      case Parsed.Value<Sender>(Sender sender) -> sender;
      case Parsed.Refused<Sender>(var reply) -> throw new AssertionError(reply.toString());
    };
  }
}
