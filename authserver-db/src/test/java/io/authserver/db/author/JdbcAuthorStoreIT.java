package io.authserver.db.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.message.OriginMark.Author;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may write in whose name, for the ways in which mail is submitted. */
@EachPostgres
class JdbcAuthorStoreIT {
  @Parameter TestPostgres server;

  private static TestDatabase database;
  private static AuthorStore store;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        """
        INSERT INTO authserver.domain (name, author_must_match, author_mismatch) VALUES
          ('garden.example', 'domain', 'unsigned'), ('orchard.example', 'address', 'refuse'),
          ('holding.example', 'domain', 'refuse'), ('former.example', 'off', 'unsigned')
        """,
        """
        INSERT INTO authserver.mail_user (identifier, password) VALUES ('alice', '$5$s$x'),
          ('sec', '$5$s$x'), ('boss', '$5$s$x'), ('olga', '$5$s$x'), ('shop', '$5$s$x')
        """,
        "INSERT INTO authserver.mailing_list (name) VALUES ('team'), ('office')",
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('garden.example', 'alice', 'alice', NULL, NULL), ('garden.example', 'sec', 'sec', NULL, NULL),
          ('garden.example', 'boss', 'boss', NULL, NULL), ('holding.example', 'boss', 'boss', NULL, NULL),
          ('garden.example', 'team', NULL, 'team', NULL), ('garden.example', 'office', NULL, 'office', NULL),
          ('orchard.example', 'olga', 'olga', NULL, NULL), ('orchard.example', 'sales', 'olga', NULL, NULL),
          ('orchard.example', 'office', NULL, 'office', NULL), ('garden.example', 'shop', 'shop', NULL, NULL),
          ('garden.example', 'noreply', NULL, NULL, 'drop'), ('garden.example', 'root', 'alice', NULL, NULL),
          ('orchard.example', 'noreply', NULL, NULL, 'drop'), ('garden.example', 'büro', 'alice', NULL, NULL)
        ) a (domain, local_part, identifier, list, blocked)
        JOIN authserver.domain d ON d.name = a.domain
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        UPDATE authserver.mail_user u SET delivery_mailbox_id = (
          SELECT min(a.id) FROM authserver.email_alias a
          WHERE a.user_id = u.id AND a.local_part = u.identifier)
        """,
        """
        INSERT INTO authserver.service_user (user_id, username, password)
        SELECT id, 'laptop', '$5$s$y' FROM authserver.mail_user WHERE identifier = 'olga'
        """);
    store = new JdbcAuthorStore(database.open(database.forwarderUrl()));
  }

  @AfterParameterizedClassInvocation
  static void close() {
    database.close();
  }

  private static AuthorQuestion question(
      String author, @Nullable String sender, @Nullable String login) {
    return AuthorQuestion.of(
        Mailbox.parse(author),
        sender == null ? new ReversePath.Null() : new ReversePath.Address(Mailbox.parse(sender)),
        Optional.ofNullable(login));
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          # author                    | reverse-path                    | login  | why                  | verdict
          alice@garden.example        | alice@garden.example            | -      | himself              | MATCH
          "alice"@GARDEN.example      | Alice+x@garden.example          | -      | in other letters     | MATCH
          büro@garden.example         | alice@garden.example            | -      | UTF-8                | MATCH
          alice@garden.example        | olga@orchard.example            | -      | another tenant       | MISMATCH
          alice@garden.example        | -                               | laptop | another's login      | MISMATCH
          alice@garden.example        | team+eve=x.example@garden.example | -    | list manager, VERP   | MATCH
          olga@orchard.example        | team@garden.example             | -      | its list in her name | MISMATCH
          x@far.example               | team@garden.example             | -      | a foreign author     | UNJUDGED
          boss@garden.example         | sec@garden.example              | -      | secretary, a domain  | MATCH
          boss@holding.example        | sec@garden.example              | -      | secretary, no alias  | MISMATCH
          office@garden.example       | sec@garden.example              | -      | a shared address     | MATCH
          office@orchard.example      | olga@orchard.example            | -      | the same, address    | MISMATCH
          sales+june@orchard.example  | olga@orchard.example            | -      | an alias of hers     | MATCH
          sales@orchard.example       | -                               | laptop | a device's login     | MATCH
          alice@garden.example        | -                               | -      | vacation, MDN        | UNJUDGED
          root@garden.example         | root@garden.example             | -      | cron                 | MATCH
          root@www.garden.example     | root@www.garden.example         | -      | cron below           | MATCH
          root@www.orchard.example    | root@www.orchard.example        | -      | cron, address        | MATCH
          info@www.orchard.example    | root@www.orchard.example        | -      | not the same         | MISMATCH
          info@www.garden.example     | shop@garden.example             | -      | web application      | MATCH
          orders@garden.example       | www-data@host.garden.example    | -      | web server's user    | MISMATCH
          shop@garden.example         | noreply@garden.example          | -      | noreply              | MATCH
          noreply@orchard.example     | noreply@orchard.example         | -      | noreply, address     | MATCH
          olga@orchard.example        | noreply@orchard.example         | -      | noreply for a person | MISMATCH
          shop@garden.example         | ghost@garden.example            | -      | nobody's address     | MISMATCH
          shop@garden.example         | bounce@bulk.example             | -      | foreign reverse-path | MISMATCH
          x@former.example            | olga@orchard.example            | -      | nothing is demanded  | UNJUDGED
          x@[192.0.2.1]               | olga@orchard.example            | -      | an address literal   | UNJUDGED
          " "@orchard.example         | olga@orchard.example            | -      | no possible address  | MISMATCH
          """)
  void whoMayWriteInWhoseName(
      String author,
      @Nullable String reversePath,
      @Nullable String login,
      String why,
      Author verdict)
      throws Exception {
    AuthorQuestion question = question(author, reversePath, login);
    assertEquals(verdict, store.judge(List.of(question)).get(question).verdict(), why);
  }

  @Test
  void oneStatementAnswersManyQuestions() throws Exception {
    List<AuthorQuestion> questions = new ArrayList<>();
    for (String author : List.of("olga@orchard.example", "alice@garden.example", "x@y.example")) {
      questions.add(question(author, "olga@orchard.example", null));
    }
    Map<AuthorQuestion, AuthorAnswer> answers = store.judge(questions);
    assertEquals(3, answers.size());
    AuthorAnswer olga = answers.get(questions.get(0));
    assertEquals(Author.MATCH, olga.verdict());
    assertEquals("orchard.example", olga.domain());
    assertEquals(AuthorPolicy.of("address", "refuse"), olga.policy());
    assertEquals("garden.example", answers.get(questions.get(1)).domain());
    assertEquals(AuthorPolicy.OFF, answers.get(questions.get(2)).policy());
    assertEquals(Map.of(), store.judge(List.of()));
  }

  @Test
  void theSignerMayNotAsk() {
    AuthorStore signers = new JdbcAuthorStore(database.open(database.signerUrl()));
    List<AuthorQuestion> questions = List.of(question("a@garden.example", null, null));
    assertThrows(AuthDatabaseException.class, () -> signers.judge(questions));
  }
}
