package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.alias.ResolutionStore;
import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.JdbcSigningStore;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.message.MemoryBudget;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What deactivated domains, lists, permissions and groups are to each routine. */
@EachPostgres
class DeactivationIT {
  @Parameter TestPostgres server;

  private static final String COMPOSED =
      "SELECT c.primary_alias FROM authserver_resolve_alias(?, FALSE) AS r,"
          + " authserver_get_credentials(r.alias) AS c";

  private static TestDatabase database;
  private static AuthDatabase api;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        """
        INSERT INTO authserver.domain (name, redirect_to, catch_all, active, can_use_transactional, require_signature)
        VALUES
          ('ours.example', NULL, NULL, true, true, false),
          ('dead.example', NULL, NULL, false, true, true),
          ('todead.example', 'dead.example', NULL, true, false, false),
          ('anydead.example', NULL, 'alice@dead.example', true, false, false),
          ('deadto.example', 'ours.example', NULL, false, false, false),
          ('deadany.example', NULL, 'alice@ours.example', false, false, false)
        """,
        """
        INSERT INTO authserver.mail_user (identifier, password) VALUES
          ('alice', '$5$salt$alice'), ('carol', '$5$salt$carol')
        """,
        """
        INSERT INTO authserver.mailing_list (name, active, owner_id)
        SELECT v.name, v.active, u.id FROM (VALUES ('team', true), ('asleep', false)) v (name, active)
        JOIN authserver.mail_user u ON u.identifier = 'carol'
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('ours.example', 'alice', 'alice', NULL, NULL), ('dead.example', 'alice', 'alice', NULL, NULL),
          ('ours.example', 'carol', 'carol', NULL, NULL), ('dead.example', 'carol', 'carol', NULL, NULL),
          ('ours.example', 'team', NULL, 'team', NULL), ('dead.example', 'team', NULL, 'team', NULL),
          ('ours.example', 'asleep', NULL, 'asleep', NULL), ('dead.example', 'hole', NULL, NULL, 'drop')
        ) a (domain, local_part, identifier, list, blocked)
        JOIN authserver.domain d ON d.name = a.domain
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE a.user_id = u.id
          AND d.name = CASE u.identifier WHEN 'alice' THEN 'ours.example' ELSE 'dead.example' END
        """,
        """
        INSERT INTO authserver.mailing_list_address (list_id, address)
        SELECT l.id, m.address FROM (VALUES (1, 'team', 'asleep@ours.example'), (2, 'team', 'alice@dead.example'),
          (3, 'team', 'bob@foreign.example'), (4, 'asleep', 'dan@foreign.example')) m (place, list, address)
        JOIN authserver.mailing_list l ON l.name = m.list ORDER BY m.place
        """,
        """
        INSERT INTO authserver.service_user (user_id, username, password)
        SELECT id, identifier || '-phone', '$5$salt$phone' FROM authserver.mail_user
        """,
        """
        INSERT INTO authserver.permission (name, active) VALUES
          ('direct', true), ('grouped', true), ('both', true), ('dead', false), ('twice', true)
        """,
        "INSERT INTO authserver.user_group (name, active) VALUES ('staff', true), ('gone', false)",
        """
        INSERT INTO authserver.user_group_member (group_id, user_id)
        SELECT g.id, u.id FROM authserver.user_group g, authserver.mail_user u WHERE u.identifier = 'alice'
        """,
        """
        INSERT INTO authserver.user_permission (user_id, permission_id)
        SELECT u.id, p.id FROM authserver.mail_user u, authserver.permission p
        WHERE u.identifier = 'alice' AND p.name IN ('direct', 'both', 'dead')
        """,
        """
        INSERT INTO authserver.user_group_permission (group_id, permission_id)
        SELECT g.id, p.id FROM authserver.user_group g, authserver.permission p
        WHERE (g.name, p.name) IN (('gone', 'grouped'), ('gone', 'both'), ('staff', 'dead'), ('staff', 'twice'),
          ('gone', 'twice'))
        """,
        """
        INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key, state,
          activated_at)
        SELECT id, 's1', 'rsa', repeat('x', 40)::bytea, repeat('x', 40)::bytea, 'active', now()
        FROM authserver.domain WHERE name IN ('ours.example', 'dead.example')
        """);
    api = database.open(database.apiUrl());
  }

  @AfterParameterizedClassInvocation
  static void close() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource({"ours.example,1", "dead.example,0", "DEAD.example,0", "todead.example,1"})
  void aDeactivatedDomainIsNotAskedFor(String domain, int rows) throws Exception {
    assertEquals(rows, query("SELECT * FROM authserver_check_domain(?)", domain).size());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # address,             TRUE,     FALSE
          alice@ours.example,    virtmail, alice@ours.example
          team@ours.example,     virtmail, team@ours.example
          alice@dead.example,    -,        -
          alice+x@dead.example,  -,        -
          team@dead.example,     -,        -
          hole@dead.example,     -,        -
          nobody@dead.example,   -,        -
          alice@todead.example,  -,        -
          who@anydead.example,   -,        -
          alice@deadto.example,  -,        -
          who@deadany.example,   -,        -
          asleep@ours.example,   -,        -
          carol@ours.example,    -,        -
          carol@dead.example,    -,        -
          """)
  void nothingDeactivatedTakesMail(String address, String virtual, String plain) throws Exception {
    assertEquals(rows(virtual), query("SELECT * FROM authserver_resolve_alias(?, TRUE)", address));
    assertEquals(rows(plain), query("SELECT * FROM authserver_resolve_alias(?, FALSE)", address));
  }

  /**
   * Carol's mailbox is in the deactivated domain: she is to the API as one whose mailbox is
   * blocked.
   */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # login,               direct,             composed
          alice@ours.example,    alice@ours.example, alice@ours.example
          alice-phone,           alice@ours.example, alice@ours.example
          alice@dead.example,    -,                  -
          alice@todead.example,  -,                  -
          alice@deadto.example,  -,                  -
          carol@dead.example,    -,                  -
          carol@ours.example,    carol@dead.example, -
          carol-phone,           carol@dead.example, carol@dead.example
          asleep@ours.example,   -,                  -
          """)
  void nobodyLogsInByAnAddressOfADeactivatedDomain(String login, String direct, String composed)
      throws Exception {
    assertEquals(
        rows(direct), query("SELECT primary_alias FROM authserver_get_credentials(?)", login));
    assertEquals(rows(composed), query(COMPOSED, login));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "alice@ours.example,alice@ours.example",
        "alice-phone,alice@ours.example",
        "carol@ours.example,carol@ours.example",
        "carol-phone,carol@ours.example",
        "alice@dead.example,-",
        "who@anydead.example,-"
      })
  void nobodySendsFromAnAddressOfADeactivatedDomain(String login, String addresses)
      throws Exception {
    assertEquals(rows(addresses), query("SELECT * FROM authserver_sender_addresses(?)", login));
  }

  @Test
  void itsMailboxesAreNotIteratedOver() throws Exception {
    assertEquals(
        List.of("alice@ours.example"), query("SELECT userid FROM authserver_iterate_users()"));
  }

  /** Only mailforwarder knows the secrets: what came back is for it to judge. */
  @Test
  void returnAddressesInADeactivatedDomainStillResolve() throws Exception {
    long day = LocalDate.now(ZoneOffset.UTC).toEpochDay() % 1024;
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    String stamp = "" + digits.charAt((int) day / 32) + digits.charAt((int) day % 32);
    String address = "SRS0=HHHH=" + stamp + "=foreign.example=sender@dead.example";
    assertEquals(
        List.of("virtmail"), query("SELECT * FROM authserver_resolve_alias(?, TRUE)", address));
  }

  @ParameterizedTest
  @CsvSource({
    "direct,1", // her own
    "grouped,0", // through a deactivated group
    "both,1", // her own, and through a deactivated group
    "dead,0", // a deactivated permission, granted both ways
    "twice,1" // through two groups, one of them deactivated
  })
  void deactivatedPermissionsAndGroupsGiveNothing(String permission, int rows) throws Exception {
    assertEquals(
        rows,
        query(
                "SELECT password FROM authserver_get_credentials(?, ?)",
                "alice@ours.example",
                permission)
            .size());
    assertEquals(
        rows,
        query("SELECT password FROM authserver_get_credentials(?, ?)", "alice-phone", permission)
            .size());
  }

  @Test
  void theForwarderIsToldWhichStepIsDeactivated() throws Exception {
    assertEquals(
        List.of(
            "alice@dead.example INACTIVE dead.example null",
            "who@anydead.example REDIRECT anydead.example null",
            "alice@dead.example INACTIVE dead.example null",
            "x@todead.example REDIRECT todead.example null",
            "x@dead.example INACTIVE dead.example null",
            "x@deadto.example INACTIVE deadto.example null",
            "carol@ours.example UNKNOWN ours.example null",
            "asleep@ours.example INACTIVE ours.example asleep",
            "team@ours.example LIST ours.example team"),
        steps(
                "alice@dead.example",
                "who@anydead.example",
                "x@todead.example",
                "x@deadto.example",
                "carol@ours.example",
                "asleep@ours.example",
                "team@ours.example")
            .stream()
            .map(
                step ->
                    step.address()
                        + " "
                        + step.decision()
                        + " "
                        + step.domain()
                        + " "
                        + step.listName())
            .toList());
    assertEquals(
        List.of(
            "asleep@ours.example INACTIVE true asleep",
            "alice@dead.example INACTIVE true null",
            "bob@foreign.example FOREIGN false null"),
        store().expand(steps("team@ours.example").getFirst().listId()).members().stream()
            .map(
                member ->
                    member.address()
                        + " "
                        + member.decision()
                        + " "
                        + member.ours()
                        + " "
                        + member.listName())
            .toList());
  }

  @Test
  void aDeactivatedDomainIsOursAndHasNoTransactionalRelayAndNoAddressForReports() throws Exception {
    ResolutionStep dead = steps("postmaster@dead.example").getFirst();
    assertEquals(true, dead.domainId() != null);
    assertEquals(false, dead.transactional());
    assertEquals(null, steps("team@ours.example").getFirst().ownerAddress());
  }

  @Test
  void aDeactivatedDomainDoesNotSignAndItsMailDoesNotWait() throws Exception {
    Map<String, SigningDomain> found =
        new JdbcSigningStore(database.open(database.signerUrl()))
            .find(List.of("ours.example", "dead.example"));
    assertEquals(1, found.get("ours.example").activeKeys().size());
    SigningDomain dead = found.get("dead.example");
    assertEquals(List.of(), dead.activeKeys());
    assertEquals(false, dead.policy().sign());
    assertEquals(false, dead.policy().requireSignature());
  }

  private static ResolutionStore store() {
    return new JdbcResolutionStore(
        database.open(database.forwarderUrl()), new MemoryBudget(MemoryBudget.DEFAULT_BYTES));
  }

  private static List<ResolutionStep> steps(String... addresses) throws AuthDatabaseException {
    Map<String, List<ResolutionStep>> routes = store().route(List.of(addresses));
    return Stream.of(addresses).flatMap(address -> routes.get(address).stream()).toList();
  }

  private static List<String> rows(String value) {
    return value == null ? List.of() : List.of(value);
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
