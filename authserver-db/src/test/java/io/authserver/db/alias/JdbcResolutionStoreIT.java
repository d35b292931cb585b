package io.authserver.db.alias;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The truth table of address resolution. */
@ParameterizedClass
@EnumSource(TestPostgres.class)
class JdbcResolutionStoreIT {
  @Parameter TestPostgres server;

  private static TestDatabase database;
  private static ResolutionStore store;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        """
        INSERT INTO authserver.domain (name, redirect_to, can_use_transactional) VALUES
          ('ours.example', NULL, true), ('old.example', 'ours.example', false),
          ('gone.example', 'foreign.example', false), ('one.example', 'two.example', false),
          ('two.example', 'one.example', false)
        """,
        """
        INSERT INTO authserver.mail_user (id, identifier, active) VALUES
          ('00000000-0000-0000-0000-000000000001', 'alice', true),
          ('00000000-0000-0000-0000-000000000002', 'former', false),
          ('00000000-0000-0000-0000-000000000003', 'homeless', true)
        """,
        """
        INSERT INTO authserver.mailing_list (name, new_mailfrom, owner_id) VALUES
          ('team', 'team-bounces@ours.example', '00000000-0000-0000-0000-000000000001'),
          ('all', NULL, '00000000-0000-0000-0000-000000000002'), ('empty', NULL, NULL),
          ('mixed', NULL, NULL)
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('ours.example', 'alice', 'alice', NULL, NULL), ('ours.example', 'info-desk', 'alice', NULL, NULL),
          ('ours.example', 'a+b', 'alice', NULL, NULL), ('ours.example', 'info', NULL, 'team', NULL),
          ('ours.example', 'former', 'former', NULL, NULL), ('ours.example', 'homeless', 'homeless', NULL, NULL),
          ('ours.example', 'team', NULL, 'team', NULL), ('ours.example', 'all', NULL, 'all', NULL),
          ('ours.example', 'empty', NULL, 'empty', NULL), ('ours.example', 'mixed', NULL, 'mixed', NULL),
          ('ours.example', 'spam', 'alice', NULL, 'reject'),
          ('ours.example', 'hole', NULL, NULL, 'drop'), ('ours.example', 'later', NULL, 'team', 'defer'),
          ('ours.example', 'büro', 'alice', NULL, NULL), ('old.example', 'own', 'alice', NULL, NULL),
          ('old.example', 'own-blocked', NULL, NULL, 'reject')
        ) a (domain, local_part, identifier, list, blocked)
        JOIN authserver.domain d ON d.name = a.domain
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        UPDATE authserver.mail_user SET delivery_mailbox_id =
          (SELECT id FROM authserver.email_alias WHERE local_part = identifier)
        WHERE identifier IN ('alice', 'former')
        """,
        """
        INSERT INTO authserver.mailing_list_address (list_id, address)
        SELECT l.id, m.address FROM (VALUES
          (1, 'team', 'alice+team@ours.example'), (2, 'team', 'Bob@foreign.example'),
          (3, 'all', 'team@ours.example'), (4, 'all', 'all@ours.example'),
          (5, 'all', 'carol@foreign.example'), (6, 'mixed', 'Dave@foreign.example'),
          (7, 'mixed', 'x@gone.example'), (8, 'mixed', 'jürgen@foreign.example'),
          (9, 'mixed', 'em\u2003space@foreign.example'), (10, 'mixed', 'info-x@ours.example'),
          (11, 'mixed', 'spam@ours.example'), (12, 'mixed', 'empty@ours.example'),
          (13, 'mixed', 'nobody@ours.example'), (14, 'mixed', 'erin+x@sub.ours.example')
        ) m (place, list, address) JOIN authserver.mailing_list l ON l.name = m.list ORDER BY m.place
        """);
    store = new JdbcResolutionStore(database.open(database.forwarderUrl()));
  }

  @AfterParameterizedClassInvocation
  static void close() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      textBlock =
          """
          alice@ours.example,            USER,     alice,       ''
          ALICE@OURS.example,            USER,     alice,       ''
          alice+x@ours.example,          USER,     alice,       ''
          alice-x@ours.example,          USER,     alice,       ''
          alice+x-y+z@ours.example,      USER,     alice,       ''
          info-desk@ours.example,        USER,     info-desk,   ''
          info-desk+x@ours.example,      USER,     info-desk,   ''
          info-x@ours.example,           LIST,     info,        ''
          info-des@ours.example,         LIST,     info,        ''
          a+b@ours.example,              USER,     a+b,         ''
          a+b+c@ours.example,            USER,     a+b,         ''
          a+c@ours.example,              UNKNOWN,  '',          ''
          +alice@ours.example,           UNKNOWN,  '',          ''
          BÜRO@ours.example,             UNKNOWN,  '',          ''
          büro@ours.example,             USER,     büro,        ''
          "alice"@ours.example,          USER,     alice,       ''
          "al\\ice+a b@c"@ours.example,  USER,     alice,       ''
          '"alice,x"@ours.example',      UNKNOWN,  '',          ''
          spam@ours.example,             BLOCKED,  spam,        ''
          spam+x@ours.example,           BLOCKED,  spam,        ''
          former@ours.example,           UNKNOWN,  former,      ''
          homeless@ours.example,         UNKNOWN,  homeless,    ''
          nobody@ours.example,           UNKNOWN,  '',          ''
          own@old.example,               USER,     own,         ''
          own-blocked@old.example,       BLOCKED,  own-blocked, ''
          own-other@old.example,         USER,     own,         ''
          Other+X@Old.example,           REDIRECT, '',          Other+X@ours.example
          x@gone.example,                REDIRECT, '',          x@foreign.example
          x@foreign.example,             FOREIGN,  '',          ''
          x@[192.0.2.1],                 FOREIGN,  '',          ''
          x@sub.ours.example,            FOREIGN,  '',          ''
          a@b@ours.example,              INVALID,  '',          ''
          "a"@b@ours.example,            INVALID,  '',          ''
          "a@ours.example,               INVALID,  '',          ''
          ""@ours.example,               INVALID,  '',          ''
          @ours.example,                 INVALID,  '',          ''
          alice@,                        INVALID,  '',          ''
          @,                             INVALID,  '',          ''
          alice,                         INVALID,  '',          ''
          a b@ours.example,              INVALID,  '',          ''
          """)
  void firstStep(String address, Decision decision, String matched, String target)
      throws Exception {
    ResolutionStep step = store.resolve(List.of(address)).getFirst();

    assertEquals(decision, step.decision());
    assertEquals(address, step.address());
    assertEquals(matched, step.matchedLocalPart() == null ? "" : step.matchedLocalPart());
    assertEquals(target, step.target() == null ? "" : step.target());
  }

  @Test
  void listsWithinListsAreExpandedDepthFirstAndACircleIsCut() throws Exception {
    List<ResolutionStep> steps = store.resolve(List.of("all@ours.example"));

    assertEquals(
        List.of(
            "1 null 0 all@ours.example LIST",
            "2 1 1 team@ours.example LIST",
            "3 2 2 alice+team@ours.example USER",
            "4 2 2 Bob@foreign.example FOREIGN",
            "5 1 1 all@ours.example CIRCLE",
            "6 1 1 carol@foreign.example FOREIGN"),
        steps.stream().map(JdbcResolutionStoreIT::line).toList());
    assertEquals("team-bounces@ours.example", steps.get(1).newMailfrom());
    assertEquals("alice@ours.example", steps.get(1).ownerAddress());
    assertEquals(null, steps.get(0).ownerAddress());
  }

  /**
   * Members outside are recognised without a look-up of their own: the answers have to be the same.
   */
  @Test
  void membersAreAnsweredAsIfTheyWereAskedForAlone() throws Exception {
    List<ResolutionStep> steps = store.resolve(List.of("mixed@ours.example"));

    assertEquals(
        List.of(
            "1 null 0 mixed@ours.example LIST",
            "2 1 1 Dave@foreign.example FOREIGN",
            "3 1 1 x@gone.example REDIRECT",
            "4 3 2 x@foreign.example FOREIGN",
            "5 1 1 jürgen@foreign.example FOREIGN",
            // An EM SPACE: the table takes it, but it is no address.
            "6 1 1 em\u2003space@foreign.example INVALID",
            "7 1 1 info-x@ours.example LIST",
            "8 7 2 alice+team@ours.example USER",
            "9 7 2 Bob@foreign.example FOREIGN",
            "10 1 1 spam@ours.example BLOCKED",
            "11 1 1 empty@ours.example LIST",
            "12 1 1 nobody@ours.example UNKNOWN",
            "13 1 1 erin+x@sub.ours.example FOREIGN"),
        steps.stream().map(JdbcResolutionStoreIT::line).toList());
    for (ResolutionStep step : steps) {
      ResolutionStep alone = store.resolve(List.of(step.address())).getFirst();
      assertEquals(
          withPlaceOf(step, alone), step, () -> "as a member: " + step + ", alone: " + alone);
    }
  }

  private static ResolutionStep withPlaceOf(ResolutionStep place, ResolutionStep step) {
    return new ResolutionStep(
        place.input(),
        place.step(),
        place.parent(),
        place.depth(),
        step.address(),
        step.decision(),
        step.domainId(),
        step.domain(),
        step.aliasId(),
        step.matchedLocalPart(),
        step.userId(),
        step.listId(),
        step.listName(),
        step.newMailfrom(),
        step.ownerAddress(),
        step.target(),
        step.blockAction(),
        step.transactional());
  }

  @Test
  void aRedirectIntoADomainOfOursIsFollowed() throws Exception {
    assertEquals(
        List.of("1 null 0 Alice+X@old.example REDIRECT", "2 1 1 Alice+X@ours.example USER"),
        store.resolve(List.of("Alice+X@old.example")).stream()
            .map(JdbcResolutionStoreIT::line)
            .toList());
    assertEquals(
        List.of(
            "1 null 0 x@one.example REDIRECT",
            "2 1 1 x@two.example REDIRECT",
            "3 2 2 x@one.example CIRCLE"),
        store.resolve(List.of("x@one.example")).stream().map(JdbcResolutionStoreIT::line).toList());
  }

  @Test
  void oneCallAnswersForAllAddressesInOrder() throws Exception {
    List<ResolutionStep> steps =
        store.resolve(
            List.of("hole@ours.example", "x@foreign.example", "later@ours.example", "nope"));

    assertEquals(List.of(1, 2, 3, 4), steps.stream().map(ResolutionStep::input).toList());
    assertEquals(BlockAction.DROP, steps.get(0).blockAction());
    assertEquals(BlockAction.DEFER, steps.get(2).blockAction());
    assertEquals(true, steps.get(0).transactional());
    assertEquals(false, steps.get(1).transactional());
  }

  @Test
  void depthAndSizeAreBounded() throws Exception {
    try (TestDatabase other = TestDatabase.create()) {
      other.execute(
          "INSERT INTO authserver.domain (name) VALUES ('d.example')",
          "INSERT INTO authserver.mailing_list (name) SELECT 'l' || i FROM generate_series(0, 20)"
              + " i",
          """
          INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
          SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT id, 'l' || (substr(name, 2)::int + 1) || '@d.example' FROM authserver.mailing_list
          WHERE name <> 'l20'
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT id, 'm' || i || '@foreign.example' FROM authserver.mailing_list, generate_series(1, 9999) i
          WHERE name = 'l20'
          """);
      ResolutionStore bounded = new JdbcResolutionStore(other.open(other.forwarderUrl()));

      List<ResolutionStep> deep = bounded.resolve(List.of("l0@d.example"));
      assertEquals(11, deep.size());
      assertEquals(Decision.TOO_DEEP, deep.getLast().decision());
      assertEquals(10, deep.getLast().depth());

      assertEquals(10_000, bounded.resolve(List.of("l20@d.example")).size());
      other.execute(
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT id, 'one-more@foreign.example' FROM authserver.mailing_list WHERE name = 'l20'
          """);
      List<ResolutionStep> wide = bounded.resolve(List.of("l20@d.example", "x@foreign.example"));
      assertEquals(
          List.of(Decision.LIST, Decision.TOO_MANY, Decision.FOREIGN),
          wide.stream().map(ResolutionStep::decision).toList());
    }
  }

  private static String line(ResolutionStep step) {
    return step.step()
        + " "
        + step.parent()
        + " "
        + step.depth()
        + " "
        + step.address()
        + " "
        + step.decision();
  }
}
