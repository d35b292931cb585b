package io.authserver.mailforwarder.resolve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.mailforwarder.FakeAuthors;
import io.authserver.mailforwarder.resolve.AuthorVerdict.Enquiry;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows for a message from what is said of each of its authors. */
class AuthorVerdictTest {
  private final FakeAuthors authors =
      new FakeAuthors()
          .domain("garden.example", "domain", "unsigned")
          .domain("orchard.example", "address", "refuse")
          .domain("open.example", "off", "refuse");

  private static Enquiry enquire(String header, String login) {
    return AuthorVerdict.enquire(
        HeaderSection.of(header.getBytes(StandardCharsets.UTF_8)),
        new ReversePath.Address(Mailbox.parse("olga@orchard.example")),
        Optional.ofNullable(login));
  }

  private AuthorVerdict verdict(String header, String login) throws Exception {
    Enquiry enquiry = enquire(header, login);
    return AuthorVerdict.of(enquiry, authors.judge(enquiry.questions()));
  }

  /** Olga of orchard.example sends; a percent sign ends a field. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          From: Olga <OLGA@orchard.example>                      | MATCH            | olga@orchard.example
          From: alice@garden.example                             | MISMATCH         | alice@garden.example
          From: oleg@orchard.example                             | MISMATCH refused | oleg@orchard.example
          From: x@far.example                                    | UNJUDGED         | -
          From: x@open.example                                   | UNJUDGED         | x@open.example
          From: olga@orchard.example, x@far.example              | MATCH            | olga@orchard.example
          From: olga@orchard.example, alice@garden.example       | MISMATCH         | alice@garden.example
          From: alice@garden.example, oleg@orchard.example       | MISMATCH refused | oleg@orchard.example
          From: olga@orchard.example%From: olga@orchard.example  | MISMATCH refused | olga@orchard.example
          From: olga@orchard.example%From: nobody                | MISMATCH refused | olga@orchard.example
          From: x@open.example%From: nobody                      | UNJUDGED         | x@open.example
          From: "a@garden.example" <olga@orchard.example> (x@y)  | MATCH            | olga@orchard.example
          From: nobody                                           | UNJUDGED         | -
          To: olga@orchard.example                               | UNJUDGED         | -
          """)
  void oneAuthorWhoIsNotTheSendersDecides(String fields, String expected, String author)
      throws Exception {
    AuthorVerdict verdict = verdict(fields.replace("%", "\r\n") + "\r\n", null);
    assertEquals(expected, verdict.author() + (verdict.refused() ? " refused" : ""));
    assertEquals(author, verdict.decisive().map(AuthorVerdict.Judged::author).orElse(null));
  }

  @Test
  void ofManyAuthorsTheFirstAreAskedAboutAndTheRestIsADoubt() throws Exception {
    String most =
        IntStream.range(0, AuthorVerdict.MOST_AUTHORS)
            .mapToObj(i -> "a" + i + "@garden.example")
            .collect(Collectors.joining(","));
    assertEquals(
        "MATCH", verdict("From: " + most + "\r\n", "x@garden.example").author().toString());
    AuthorVerdict more = verdict("From: " + most + ",b@garden.example\r\n", "x@garden.example");
    assertEquals("MISMATCH", more.author().toString());
    assertEquals(
        AuthorVerdict.MOST_AUTHORS,
        enquire("From: " + most + ",b@garden.example\r\n", null).questions().size());
  }
}
