package io.authserver.db.alias;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.message.MemoryBudget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The truth table of address resolution. */
@EachPostgres
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
          (13, 'mixed', 'nobody@ours.example'), (14, 'mixed', 'erin+x@sub.ours.example'),
          (15, 'mixed', 'ALICE@ours.example'), (16, 'mixed', 'later@ours.example'),
          (17, 'mixed', 'former@ours.example'), (18, 'mixed', 'homeless@ours.example'),
          (19, 'mixed', 'BÜRO@ours.example'), (20, 'mixed', 'büro@ours.example'),
          (21, 'mixed', 'other-x@old.example'), (22, 'mixed', 'own-blocked+x@old.example')
        ) m (place, list, address) JOIN authserver.mailing_list l ON l.name = m.list ORDER BY m.place
        """);
    store =
        new JdbcResolutionStore(
            database.open(database.forwarderUrl()), new MemoryBudget(MemoryBudget.DEFAULT_BYTES));
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
    ResolutionStep step = route(address).getFirst();

    assertEquals(decision, step.decision());
    assertEquals(address, step.address());
    assertEquals(matched, step.matchedLocalPart() == null ? "" : step.matchedLocalPart());
    assertEquals(target, step.target() == null ? "" : step.target());
  }

  @Test
  void listsWithinListsAreExpandedOnceEachAndACircleIsCut() throws Exception {
    assertEquals(
        List.of("all@ours.example LIST"), lines(route("all@ours.example")), "no members yet");
    Expansion expansion = expand("all@ours.example");

    assertEquals(List.of("team@ours.example LIST"), nodes(expansion));
    assertEquals(
        List.of(
            "- all@ours.example CIRCLE",
            "- carol@foreign.example FOREIGN",
            "team@ours.example alice+team@ours.example USER",
            "team@ours.example Bob@foreign.example FOREIGN"),
        members(expansion));
    ResolutionStep team = expansion.nodes().getFirst().step();
    assertEquals("team-bounces@ours.example", team.newMailfrom());
    assertEquals("alice@ours.example", team.ownerAddress());
    assertNull(route("all@ours.example").getLast().ownerAddress(), "who is disabled owns nothing");
  }

  /**
   * Most members are recognised without a look-up of their own: the answers have to be the same.
   */
  @Test
  void membersAreAnsweredAsIfTheyWereAskedForAlone() throws Exception {
    Expansion expansion = expand("mixed@ours.example");

    assertEquals(
        List.of(
            "x@gone.example REDIRECT",
            "info-x@ours.example LIST",
            "empty@ours.example LIST",
            "other-x@old.example REDIRECT"),
        nodes(expansion));
    assertEquals(
        List.of(
            "- Dave@foreign.example FOREIGN",
            "x@gone.example x@foreign.example FOREIGN",
            "- jürgen@foreign.example FOREIGN",
            // An EM SPACE is a space, and this no address, where the database's locale says so.
            "- em\u2003space@foreign.example "
                + route("em\u2003space@foreign.example").getFirst().decision(),
            "- spam@ours.example BLOCKED",
            "- nobody@ours.example UNKNOWN",
            "- erin+x@sub.ours.example FOREIGN",
            "- ALICE@ours.example USER",
            "- later@ours.example BLOCKED",
            "- former@ours.example UNKNOWN",
            "- homeless@ours.example UNKNOWN",
            "- BÜRO@ours.example UNKNOWN",
            "- büro@ours.example USER",
            "other-x@old.example other-x@ours.example UNKNOWN",
            "- own-blocked+x@old.example BLOCKED",
            "info-x@ours.example alice+team@ours.example USER",
            "info-x@ours.example Bob@foreign.example FOREIGN"),
        members(expansion));
    assertTrue(expansion.nodes().get(2).isEmpty(), "nobody is on it");
    assertFalse(expansion.nodes().get(1).isEmpty());
    for (Expansion.Node node : expansion.nodes()) {
      ResolutionStep alone = route(node.step().address()).getFirst();
      assertEquals(
          withTransactional(node.step(), alone.transactional()), alone, "a list or redirect");
    }
    for (Expansion.Member member : expansion.members()) {
      ResolutionStep alone = route(member.address()).getFirst();
      assertEquals(alone.decision(), member.decision(), member.address());
      assertEquals(alone.domainId() != null, member.ours(), member.address());
      assertEquals(alone.blockAction(), member.blockAction(), member.address());
      assertEquals(alone.listName(), member.listName(), member.address());
      assertEquals(
          alone.matchedLocalPart() == null ? null : alone.matchedLocalPart() + "@" + alone.domain(),
          member.alias());
    }
  }

  private static ResolutionStep withTransactional(ResolutionStep step, boolean transactional) {
    return new ResolutionStep(
        step.address(),
        step.decision(),
        step.domainId(),
        step.domain(),
        step.matchedLocalPart(),
        step.listId(),
        step.listName(),
        step.newMailfrom(),
        step.ownerAddress(),
        step.target(),
        step.blockAction(),
        transactional);
  }

  @Test
  void aRedirectIntoADomainOfOursIsFollowed() throws Exception {
    assertEquals(
        List.of("Alice+X@old.example REDIRECT", "Alice+X@ours.example USER"),
        lines(route("Alice+X@old.example")));
    assertEquals(
        List.of("x@one.example REDIRECT", "x@two.example REDIRECT", "x@one.example CIRCLE"),
        lines(route("x@one.example")));
  }

  @Test
  void oneCallAnswersForAllAddresses() throws Exception {
    Map<String, List<ResolutionStep>> routes =
        store.route(
            List.of("hole@ours.example", "x@foreign.example", "later@ours.example", "nope"));

    assertEquals(4, routes.size());
    ResolutionStep hole = routes.get("hole@ours.example").getFirst();
    assertEquals(BlockAction.DROP, hole.blockAction());
    assertTrue(hole.transactional());
    assertEquals(BlockAction.DEFER, routes.get("later@ours.example").getFirst().blockAction());
    assertFalse(routes.get("x@foreign.example").getFirst().transactional());
    assertEquals(Decision.INVALID, routes.get("nope").getFirst().decision());
  }

  /**
   * Of more than 10,000 steps what waited was left out, and nobody was told: twelve lists that
   * share one of 900 lost a person. Now each list is expanded once, and a bound ends the whole.
   */
  @Test
  void theBoundsEndTheWhole() throws Exception {
    try (TestDatabase other = TestDatabase.create()) {
      other.execute(
          "INSERT INTO authserver.domain (name) VALUES ('d.example')",
          "INSERT INTO authserver.mailing_list (name) SELECT 'l' || i FROM generate_series(0, 40)"
              + " i",
          """
          INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
          SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
          """,
          // A chain of 21 lists, and 12 that share the last of them.
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT id, 'l' || (substr(name, 2)::int + 1) || '@d.example' FROM authserver.mailing_list
          WHERE substr(name, 2)::int < 20
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT l.id, a.address FROM authserver.mailing_list l, LATERAL (
            VALUES ('l20@d.example'), (l.name || '-head@foreign.example')) a (address)
          WHERE substr(name, 2)::int BETWEEN 21 AND 32
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT l.id, m.name || '@d.example' FROM authserver.mailing_list l, authserver.mailing_list m
          WHERE l.name = 'l33' AND substr(m.name, 2)::int BETWEEN 21 AND 32
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT id, 'm' || i || '@foreign.example' FROM authserver.mailing_list, generate_series(1, 900) i
          WHERE name = 'l20'
          """,
          """
          INSERT INTO authserver.domain (name, redirect_to)
          SELECT 'r' || i || '.example', 'r' || (i + 1) || '.example' FROM generate_series(1, 11) i
          """);
      JdbcResolutionStore bounded =
          new JdbcResolutionStore(
              other.open(other.forwarderUrl()), new MemoryBudget(MemoryBudget.DEFAULT_BYTES));

      Expansion deep = expand(bounded, "l0@d.example");
      assertEquals(20, deep.nodes().size());
      assertEquals(900, deep.members().size());
      assertEquals(912, expand(bounded, "l33@d.example").members().size());

      List<ResolutionStep> redirected = bounded.route(List.of("x@r1.example")).get("x@r1.example");
      assertEquals(11, redirected.size());
      assertEquals(Decision.TOO_DEEP, redirected.getLast().decision());
      other.execute(
          "INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id,"
              + " 'x@r1.example' FROM authserver.mailing_list WHERE name = 'l40'");
      assertEquals(
          Decision.TOO_DEEP,
          expand(bounded, "l40@d.example").members().getFirst().decision(),
          "within a list as well");

      other.execute(
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT id, 'n' || i || '@foreign.example' FROM authserver.mailing_list, generate_series(1, 99100) i
          WHERE name = 'l20'
          """);
      assertEquals(100_000, expand(bounded, "l20@d.example").members().size());
      Expansion wide = expand(bounded, "l19@d.example");
      assertTrue(wide.isTooLarge(), "one step more");
      assertEquals(List.of(), wide.members());
    }
  }

  /** What is read is reserved before, and given back whatever happens. */
  @Test
  void theMembersAreReadIntoReservedMemory() throws Exception {
    MemoryBudget budget = new MemoryBudget(1 << 20);
    JdbcResolutionStore bounded =
        new JdbcResolutionStore(database.open(database.forwarderUrl()), budget);
    long list = route("mixed@ours.example").getLast().listId();
    assertEquals(17, bounded.expand(list).members().size());
    assertEquals(0, budget.used());

    assertTrue(budget.tryReserve(600_000));
    bounded.route(List.of("team@ours.example"), _ -> fail("came without memory"));
    assertThrows(ExpansionMemoryException.class, () -> bounded.expand(list));
    assertEquals(600_000, budget.used());
  }

  /** One question for a small list: a second one was a third of what a message for it cost. */
  @Test
  void theMembersOfSmallListsComeAlong() throws Exception {
    List<String> addresses =
        List.of("all@ours.example", "team+x@old.example", "info@ours.example", "bob@x.example");
    Map<Long, Expansion> came = new HashMap<>();
    Map<String, List<ResolutionStep>> routes =
        store.route(addresses, list -> assertNull(came.put(list.listId(), list)));
    assertEquals(store.route(addresses), routes);
    assertEquals(2, came.size(), "team by three ways");
    for (String address : List.of("all@ours.example", "info@ours.example")) {
      Expansion expected = expand(address);
      Expansion found = came.get(expected.listId());
      assertEquals(members(expected), members(found));
      assertEquals(nodes(expected), nodes(found));
      assertEquals(expected.dependencies(), found.dependencies());
    }
  }

  @Test
  void theMembersOfLargeListsAndOfManyDoNotComeAlong() throws Exception {
    try (TestDatabase other = TestDatabase.create(server)) {
      other.execute(
          "INSERT INTO authserver.domain (name) VALUES ('d.example')",
          "INSERT INTO authserver.mailing_list (name) SELECT 'l' || i FROM generate_series(0, 52)"
              + " i",
          """
          INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
          SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT l.id, 'm' || i || '@foreign.example'
          FROM authserver.mailing_list l, generate_series(1, substr(l.name, 2)::int) i
          WHERE l.name <> 'l52'
          """,
          """
          INSERT INTO authserver.mailing_list_address (list_id, address)
          SELECT l.id, n || '@d.example'
          FROM authserver.mailing_list l, unnest(ARRAY['l30', 'l20']) n WHERE l.name = 'l52'
          """);
      JdbcResolutionStore wide =
          new JdbcResolutionStore(
              other.open(other.forwarderUrl()), new MemoryBudget(MemoryBudget.DEFAULT_BYTES));
      List<Integer> came = new ArrayList<>();
      for (String name : List.of("l49", "l50", "l51", "l52")) {
        wide.route(List.of(name + "@d.example"), list -> came.add(list.members().size()));
      }
      assertEquals(List.of(49, 50), came);
      came.clear();
      List<String> many =
          IntStream.rangeClosed(1, 21).mapToObj(i -> "l" + i + "@d.example").toList();
      wide.route(many, list -> came.add(list.members().size()));
      assertEquals(List.of(), came);
      wide.route(many.subList(0, 20), list -> came.add(list.members().size()));
      assertEquals(20, came.size());
    }
  }

  private static List<ResolutionStep> route(String address) throws Exception {
    return store.route(List.of(address)).get(address);
  }

  private static Expansion expand(String address) throws Exception {
    return expand(store, address);
  }

  private static Expansion expand(ResolutionStore from, String address) throws Exception {
    return from.expand(from.route(List.of(address)).get(address).getLast().listId());
  }

  private static List<String> lines(List<ResolutionStep> steps) {
    return steps.stream().map(step -> step.address() + " " + step.decision()).toList();
  }

  private static List<String> nodes(Expansion expansion) {
    return lines(expansion.nodes().stream().map(Expansion.Node::step).toList());
  }

  private static List<String> members(Expansion expansion) {
    return expansion.members().stream()
        .map(
            member ->
                (member.above() == null ? "-" : member.above().step().address())
                    + " "
                    + member.address()
                    + " "
                    + member.decision())
        .toList();
  }
}
