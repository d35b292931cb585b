package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stored-procedure API as OpenSMTPD and Dovecot call it, and what a role can do with it. */
@EachPostgres
class StoredProceduresIT {
  @Parameter TestPostgres server;

  /** What OpenSMTPD's table and Dovecot's passdb ask at a login. */
  private static final String COMPOSED =
      "SELECT c.primary_alias, c.password FROM authserver_resolve_alias(?, FALSE) AS r,"
          + " authserver_get_credentials(r.alias) AS c";

  private static TestDatabase database;
  private static AuthDatabase api;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        """
        INSERT INTO authserver.domain (name, redirect_to) VALUES
          ('ours.example', NULL), ('old.example', 'ours.example'), ('gone.example', 'foreign.example'),
          ('one.example', 'two.example'), ('two.example', 'one.example')
        """,
        """
        INSERT INTO authserver.mail_user (identifier, password, active) VALUES
          ('alice', '$5$salt$alice', true), ('bob', '$5$salt$bob', true), ('former', '$5$salt$former', false),
          ('nopass', NULL, true), ('empty', '', true), ('unusable', '!$5$salt$x', true),
          ('homeless', '$5$salt$homeless', true), ('shut', '$5$salt$shut', true)
        """,
        "INSERT INTO authserver.mailing_list (name) VALUES ('team'), ('void')",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT id, 'bob@foreign.example' FROM authserver.mailing_list WHERE name = 'team'",
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
        SELECT d.id, u.identifier, u.id FROM authserver.mail_user u, authserver.domain d
        WHERE d.name = 'ours.example'
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('info-desk', 'alice', NULL, NULL), ('a.smith', 'alice', NULL, NULL), ('spam', 'alice', NULL, 'reject'),
          ('team', NULL, 'team', NULL), ('void', NULL, 'void', NULL), ('hole', NULL, NULL, 'drop'), ('shut-2', 'shut', NULL, NULL)
        ) a (local_part, identifier, list, blocked)
        JOIN authserver.domain d ON d.name = 'ours.example'
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        UPDATE authserver.mail_user SET delivery_mailbox_id =
          (SELECT id FROM authserver.email_alias WHERE local_part = identifier)
        WHERE identifier <> 'homeless'
        """,
        "UPDATE authserver.email_alias SET blocked = 'reject' WHERE local_part = 'shut'",
        """
        INSERT INTO authserver.service_user (user_id, username, password)
        SELECT id, s.username, s.password FROM (VALUES
          ('alice', 'alice-phone', '$5$salt$phone'), ('former', 'former-phone', '$5$salt$phone'),
          ('alice', 'broken', '!'), ('homeless', 'homeless-phone', '$5$salt$phone')
        ) s (identifier, username, password) JOIN authserver.mail_user u USING (identifier)
        """,
        "INSERT INTO authserver.permission (name) VALUES ('mail'), ('vpn')",
        "INSERT INTO authserver.user_group (name) VALUES ('staff')",
        """
        INSERT INTO authserver.user_permission (user_id, permission_id)
        SELECT u.id, p.id FROM authserver.mail_user u, authserver.permission p
        WHERE u.identifier = 'bob' AND p.name = 'vpn'
        """,
        "INSERT INTO authserver.user_group_permission (group_id, permission_id)"
            + " SELECT g.id, p.id FROM authserver.user_group g, authserver.permission p"
            + " WHERE p.name = 'mail'",
        "INSERT INTO authserver.user_group_member (group_id, user_id)"
            + " SELECT g.id, u.id FROM authserver.user_group g, authserver.mail_user u"
            + " WHERE u.identifier = 'alice'");
    api = database.open(database.apiUrl());
  }

  @AfterParameterizedClassInvocation
  static void close() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # address,                   TRUE,               FALSE
          alice@ours.example,          virtmail,           alice@ours.example
          Alice@OURS.Example,          virtmail,           alice@ours.example
          alice+x@ours.example,        alice@ours.example, alice@ours.example
          a.smith@ours.example,        alice@ours.example, alice@ours.example
          info-desk@ours.example,      alice@ours.example, alice@ours.example
          info-desk-x@ours.example,    alice@ours.example, alice@ours.example
          nopass@ours.example,         virtmail,           nopass@ours.example
          team@ours.example,           virtmail,           team@ours.example
          Team+x@ours.example,         virtmail,           Team+x@ours.example
          void@ours.example,           -,                  -
          void+x@old.example,          -,                  -
          alice@old.example,           virtmail,           alice@ours.example
          Team@old.example,            virtmail,           Team@ours.example
          anybody@gone.example,        virtmail,           anybody@foreign.example
          nobody@old.example,          -,                  -
          former@old.example,          -,                  -
          spam@old.example,            -,                  -
          x@one.example,               -,                  -
          nobody@ours.example,         -,                  -
          former@ours.example,         -,                  -
          homeless@ours.example,       -,                  -
          spam@ours.example,           -,                  -
          spam+x@ours.example,         -,                  -
          hole@ours.example,           -,                  -
          shut@ours.example,           -,                  -
          shut-2@ours.example,         -,                  -
          alice@foreign.example,       -,                  -
          alice@ours.example@x,        -,                  -
          alice@x@ours.example,        -,                  -
          alice,                       -,                  -
          @ours.example,               -,                  -
          @gone.example,               -,                  -
          @,                           -,                  -
          '',                          -,                  -
          alice-phone,                 -,                  alice-phone
          ALICE-Phone,                 -,                  alice-phone
          former-phone,                -,                  -
          broken,                      -,                  -
          alice-phone@ours.example,    alice@ours.example, alice@ours.example
          """)
  void resolvesAliases(String address, String virtual, String plain) throws Exception {
    assertEquals(rows(virtual), query("SELECT * FROM authserver_resolve_alias(?, TRUE)", address));
    assertEquals(rows(plain), query("SELECT * FROM authserver_resolve_alias(?, FALSE)", address));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # login,               password,       by composed query
          alice@ours.example,    $5$salt$alice,  $5$salt$alice
          a.smith@ours.example,  $5$salt$alice,  $5$salt$alice
          Alice+x@Ours.example,  $5$salt$alice,  $5$salt$alice
          alice@old.example,     $5$salt$alice,  $5$salt$alice
          alice-phone,           $5$salt$phone,  $5$salt$phone
          Alice-PHONE,           $5$salt$phone,  $5$salt$phone
          shut-2@ours.example,   $5$salt$shut,   -
          former@ours.example,   -,              -
          nopass@ours.example,   -,              -
          empty@ours.example,    -,              -
          unusable@ours.example, -,              -
          homeless@ours.example, -,              -
          homeless-phone,        -,              -
          spam@ours.example,     -,              -
          shut@ours.example,     -,              -
          team@ours.example,     -,              -
          former-phone,          -,              -
          broken,                -,              -
          alice,                 -,              -
          x@one.example,         -,              -
          x@gone.example,        -,              -
          alice@ours.example@x,  -,              -
          @,                     -,              -
          '',                    -,              -
          """)
  void givesCredentials(String login, String password, String composed) throws Exception {
    assertEquals(
        rows(password), query("SELECT password FROM authserver_get_credentials(?)", login));
    assertEquals(rows(composed), query("SELECT password FROM (" + COMPOSED + ") AS q", login));
  }

  @Test
  void namesTheColumnsAsTheComposedQueriesDo() throws Exception {
    assertEquals(
        List.of("Alice@ours.example alice@ours.example"),
        query(
            "SELECT username || ' ' || primary_alias FROM authserver_get_credentials(?)",
            "Alice@ours.example"));
    assertEquals(
        List.of("alice@ours.example"),
        query("SELECT primary_alias FROM (" + COMPOSED + ") q", "alice-phone"));
    assertEquals(
        List.of("virtmail"),
        query("SELECT r.alias FROM authserver_resolve_alias(?, TRUE) r", "alice@ours.example"));
  }

  @ParameterizedTest
  @CsvSource({
    "alice@ours.example, mail, 1",
    "alice-phone, mail, 1",
    "alice@ours.example, vpn, 0",
    "bob@ours.example, vpn, 1",
    "bob@ours.example, mail, 0",
    "bob@ours.example, none, 0",
    "bob@ours.example, '', 0",
    "former@ours.example, mail, 0",
    "nobody@ours.example, mail, 0"
  })
  void asksForAPermission(String login, String permission, int rows) throws Exception {
    assertEquals(
        rows,
        query("SELECT password FROM authserver_get_credentials(?, ?)", login, permission).size());
  }

  @Test
  void nullIsNobody() throws Exception {
    for (String sql :
        List.of(
            "SELECT 'x' FROM authserver_get_credentials(NULL)",
            "SELECT 'x' FROM authserver_get_credentials('alice@ours.example', NULL)",
            "SELECT 'x' FROM authserver_check_domain(NULL)",
            "SELECT 'x' FROM authserver_resolve_alias(NULL, TRUE)",
            "SELECT 'x' FROM authserver_resolve_alias(NULL, FALSE)",
            "SELECT 'x' FROM authserver_resolve_alias('alice@foreign.example', NULL)")) {
      assertEquals(List.of(), query(sql), sql);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ours.example, 1",
    "OURS.example, 1",
    "old.example, 1",
    "foreign.example, 0",
    "sub.ours.example, 0",
    "'', 0",
    "x@ours.example, 0"
  })
  void knowsTheDomains(String domain, int rows) throws Exception {
    assertEquals(rows, query("SELECT * FROM authserver_check_domain(?)", domain).size());
  }

  @Test
  void iteratesOverMailboxes() throws Exception {
    assertEquals(
        List.of(
            "alice@ours.example",
            "bob@ours.example",
            "empty@ours.example",
            "nopass@ours.example",
            "unusable@ours.example"),
        query("SELECT userid FROM authserver_iterate_users() ORDER BY userid"));
  }

  /**
   * Symptom: mail for another alias of a user ran a program, wrote a file, or waited until it
   * expired. Cause: OpenSMTPD reads what query_alias says as a line of an aliases file, and the
   * user's primary address began with a bar, a slash, or had an apostrophe.
   */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          |id&,      virtmail
          /etc/x,    virtmail
          o'brien,   virtmail
          'x,        virtmail
          zoë,       virtmail
          a|/b,      a|/b@ours.example
          "!#$%&*+=?^_`{}~-|/.a", "!#$%&*+=?^_`{}~-|/.a@ours.example"
          #a,        #a@ours.example
          """)
  void doesNotHandOpenSmtpdWhatItReadsAsAnythingButAnAddress(String primary, String virtual)
      throws Exception {
    try {
      database.execute(
          "INSERT INTO authserver.mail_user (identifier, password) VALUES ('odd', '$5$salt$odd')",
          "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
              + " SELECT d.id, l, u.id FROM authserver.domain d, authserver.mail_user u,"
              + " unnest(ARRAY['plain', '"
              + primary.replace("'", "''")
              + "']) l WHERE d.name = 'ours.example' AND u.identifier = 'odd'",
          "UPDATE authserver.mail_user SET delivery_mailbox_id = (SELECT a.id FROM"
              + " authserver.email_alias a JOIN authserver.mail_user u ON u.id = a.user_id"
              + " WHERE u.identifier = 'odd' AND a.local_part <> 'plain')"
              + " WHERE identifier = 'odd'");
      String own = primary + "@ours.example";
      assertEquals(
          List.of(virtual),
          query("SELECT * FROM authserver_resolve_alias(?, TRUE)", "plain@ours.example"));
      assertEquals(
          List.of("virtmail"), query("SELECT * FROM authserver_resolve_alias(?, TRUE)", own));
      for (String address : List.of("plain@ours.example", own)) {
        assertEquals(
            List.of(own), query("SELECT * FROM authserver_resolve_alias(?, FALSE)", address));
      }
    } finally {
      database.execute(
          "UPDATE authserver.mail_user SET delivery_mailbox_id = NULL WHERE identifier = 'odd'",
          "DELETE FROM authserver.mail_user WHERE identifier = 'odd'");
    }
  }

  @Test
  void recognisesSrsAddressesByShapeAndAge() throws Exception {
    long today = LocalDate.now(ZoneOffset.UTC).toEpochDay();
    String now = "SRS0=HHHH=" + stamp(today) + "=foreign.example=sender@Ours.example";
    String young = "srs0+hhhh=" + stamp(today - 20) + "=foreign.example=sender@ours.example";
    String old = "SRS0=HHHH=" + stamp(today - 40) + "=foreign.example=sender@ours.example";
    String future = "SRS0=HHHH=" + stamp(today + 5) + "=foreign.example=sender@ours.example";
    String twice = "SRS1=HHHH=a.example==GGGG=AA=b.example=sender@ours.example";
    String foreign = "SRS0=HHHH=" + stamp(today) + "=foreign.example=sender@foreign.example";

    for (String good : List.of(now, young, twice)) {
      assertEquals(
          List.of("virtmail"), query("SELECT * FROM authserver_resolve_alias(?, TRUE)", good));
      assertEquals(List.of(good), query("SELECT * FROM authserver_resolve_alias(?, FALSE)", good));
      assertEquals(List.of(), query("SELECT password FROM authserver_get_credentials(?)", good));
    }
    for (String bad :
        List.of(old, future, foreign, "SRS0=HHHH=AA=x@ours.example", "srs0=x@ours.example")) {
      assertEquals(List.of(), query("SELECT * FROM authserver_resolve_alias(?, TRUE)", bad), bad);
      assertEquals(List.of(), query("SELECT * FROM authserver_resolve_alias(?, FALSE)", bad), bad);
    }
  }

  /** What RoleMatrixIT does not have: nobody makes anything, everybody may listen. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          CREATE TABLE authserver.planted ()                     | ``
          CREATE TABLE public.planted ()                         | ``
          CREATE SCHEMA planted                                  | ``
          LISTEN authserver                                      | admin signer forwarder api nobody
          """)
  void rolesCanDoWhatTheyAreFor(String sql, String roles) {
    List<String> can = new ArrayList<>();
    for (String role : List.of("admin", "signer", "forwarder", "api", "nobody")) {
      try (AuthDatabase as =
          database.open(database.nobodyUrl().replace("test_nobody", "test_" + role))) {
        as.read(c -> c.createStatement().execute(sql));
        can.add(role);
      } catch (AuthDatabaseException e) {
        assertTrue(e.isDenied(), e::toString);
      }
    }
    assertEquals(roles, String.join(" ", can));
  }

  @Test
  void onlyTheOwnerPlantsInPublic() {
    assertTrue(
        assertThrows(
                AuthDatabaseException.class,
                () ->
                    api.read(
                        c ->
                            c.createStatement()
                                .execute(
                                    "CREATE FUNCTION public.authserver_check_domain(text)"
                                        + " RETURNS text LANGUAGE sql AS 'SELECT $1'")))
            .isDenied());
  }

  private static List<String> rows(String value) {
    return value == null ? List.of() : List.of(value);
  }

  private static String stamp(long day) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    int value = Math.floorMod(day, 1024);
    return "" + digits.charAt(value / 32) + digits.charAt(value % 32);
  }

  private static List<String> query(String sql, String... parameters) throws AuthDatabaseException {
    return api.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
              statement.setString(i + 1, parameters[i]);
            }
            List<String> rows = new ArrayList<>();
            try (ResultSet found = statement.executeQuery()) {
              while (found.next()) {
                rows.add(found.getString(1));
              }
            }
            return rows;
          }
        });
  }
}
