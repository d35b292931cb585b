package io.authserver.db.alias;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is an extension in domains with each delimiter, at lists that take extensions and at those
 * that do not, and which addresses of a list are its owner's.
 */
@EachPostgres
class ExtensionsIT {
  @Parameter TestPostgres server;

  private static TestDatabase database;
  private static AuthDatabase forwarder;
  private static AuthDatabase api;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        """
        INSERT INTO authserver.domain (name, delimiter, redirect_to, catch_all) VALUES
          ('plus.example', 'plus', NULL, NULL), ('dash.example', 'dash', NULL, NULL),
          ('both.example', 'both', NULL, NULL), ('none.example', 'none', NULL, NULL),
          ('old.example', 'both', 'plus.example', NULL), ('any.example', 'both', NULL, 'alice@plus.example'),
          ('asleep.example', 'both', NULL, NULL)
        """,
        """
        INSERT INTO authserver.mail_user (identifier, password) VALUES
          ('alice', '$5$salt$alice'), ('olga', '$5$salt$olga'), ('former', '$5$salt$former'),
          ('shut', '$5$salt$shut'), ('homeless', '$5$salt$homeless'), ('away', '$5$salt$away')
        """,
        """
        INSERT INTO authserver.mailing_list (name, extensions, active, owner_id)
        SELECT v.name, v.extensions, v.active, u.id FROM (VALUES
          ('open', true, true, 'olga'), ('closed', false, true, 'olga'), ('n-closed', false, true, NULL),
          ('bare', true, true, NULL), ('off', true, false, 'olga'), ('barred', true, true, 'olga'),
          ('staff', false, true, 'olga'), ('of-former', true, true, 'former'), ('of-shut', true, true, 'shut'),
          ('of-homeless', true, true, 'homeless'), ('of-away', true, true, 'away')
        ) v (name, extensions, active, owner)
        LEFT JOIN authserver.mail_user u ON u.identifier = v.owner
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('alice', 'alice', NULL, NULL), ('a-b', 'alice', NULL, NULL), ('n', 'alice', NULL, NULL),
          ('olga', 'olga', NULL, NULL), ('spam', 'alice', NULL, 'reject'), ('closed-desk', 'alice', NULL, NULL),
          ('staff-bounces', 'alice', NULL, NULL), ('barred', NULL, 'barred', 'reject'),
          ('open', NULL, 'open', NULL), ('closed', NULL, 'closed', NULL), ('n-closed', NULL, 'n-closed', NULL),
          ('bare', NULL, 'bare', NULL), ('off', NULL, 'off', NULL), ('staff', NULL, 'staff', NULL),
          ('of-former', NULL, 'of-former', NULL), ('of-shut', NULL, 'of-shut', NULL),
          ('of-homeless', NULL, 'of-homeless', NULL), ('of-away', NULL, 'of-away', NULL),
          ('former', 'former', NULL, NULL), ('shut', 'shut', NULL, 'reject'), ('homeless', 'homeless', NULL, NULL)
        ) a (local_part, identifier, list, blocked)
        JOIN authserver.domain d ON d.name IN ('plus.example', 'dash.example', 'both.example', 'none.example')
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
        SELECT d.id, l.name, l.id FROM authserver.domain d, authserver.mailing_list l
        WHERE d.name = 'any.example' AND l.name IN ('open', 'closed', 'bare')
          OR d.name = 'old.example' AND l.name = 'closed'
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
        SELECT d.id, 'away', u.id FROM authserver.domain d, authserver.mail_user u
        WHERE d.name = 'asleep.example' AND u.identifier = 'away'
        """,
        """
        UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE a.user_id = u.id AND a.local_part = u.identifier
          AND d.name IN ('plus.example', 'asleep.example') AND u.identifier <> 'homeless'
        """,
        // A list of nobody takes no mail.
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " SELECT id, 'x@far.example' FROM authserver.mailing_list",
        "UPDATE authserver.mail_user SET active = false WHERE identifier = 'former'",
        "UPDATE authserver.domain SET active = false WHERE name = 'asleep.example'");
    forwarder = database.open(database.forwarderUrl());
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
          # local part,          plus,             dash,             both,             none
          alice,                 user alice,       user alice,       user alice,       user alice
          Alice+x,               user alice,       unknown,          user alice,       unknown
          alice-x,               unknown,          user alice,       user alice,       unknown
          alice+x-y,             user alice,       unknown,          user alice,       unknown
          alice-x+y,             unknown,          user alice,       user alice,       unknown
          alice+,                user alice,       unknown,          user alice,       unknown
          alice++x,              user alice,       unknown,          user alice,       unknown
          +alice,                unknown,          unknown,          unknown,          unknown
          a-b,                   user a-b,         user a-b,         user a-b,         user a-b
          a-b+x,                 user a-b,         unknown,          user a-b,         unknown
          spam-x,                unknown,          blocked spam,     blocked spam,     unknown
          spam+x,                blocked spam,     unknown,          blocked spam,     unknown
          # Lists
          open,                  list open,        list open,        list open,        list open
          open+x,                list open,        unknown,          list open,        unknown
          open-x,                unknown,          list open,        list open,        unknown
          closed,                list closed,      list closed,      list closed,      list closed
          closed+x,              unknown closed,   unknown,          unknown closed,   unknown
          closed-x,              unknown,          unknown closed,   unknown closed,   unknown
          closed-desk,           user closed-desk, user closed-desk, user closed-desk, user closed-desk
          closed-desk+x,         user closed-desk, unknown closed,   user closed-desk, unknown
          # The first row that is found decides: it does not go on to n.
          n-closed-x,            unknown,          unknown n-closed, unknown n-closed, unknown
          n-x,                   unknown,          user n,           user n,           unknown
          off+x,                 inactive off,     unknown,          inactive off,     unknown
          barred-x,              unknown,          blocked barred,   blocked barred,   unknown
          # Those of a list that are its owner's, whatever the delimiter, with extensions and without
          open-request,          owner open,       owner open,       owner open,       owner open
          OPEN-Owner,            owner open,       owner open,       owner open,       owner open
          open-admin,            owner open,       owner open,       owner open,       owner open
          open-unsubscribe,      owner open,       owner open,       owner open,       owner open
          open-bounces,          owner open,       owner open,       owner open,       owner open
          open-bounces+b=x.test, owner open,       owner open,       owner open,       owner open
          open-bounces+b-c=x+y,  owner open,       owner open,       owner open,       owner open
          open-bounces+b-owner,  owner open,       owner open,       owner open,       owner open
          open-bounces+,         owner open,       owner open,       owner open,       owner open
          closed-request,        owner closed,     owner closed,     owner closed,     owner closed
          closed-bounces+x,      owner closed,     owner closed,     owner closed,     owner closed
          # No others
          open-requests,         unknown,          list open,        list open,        unknown
          open-bounces-x,        unknown,          list open,        list open,        unknown
          open-request+x,        unknown,          list open,        list open,        unknown
          openowner,             unknown,          unknown,          unknown,          unknown
          open+owner,            list open,        unknown,          list open,        unknown
          -owner,                unknown,          unknown,          unknown,          unknown
          owner,                 unknown,          unknown,          unknown,          unknown
          # Not of users, nor of lists that are blocked or deactivated
          alice-owner,           unknown,          user alice,       user alice,       unknown
          alice-bounces+x,       unknown,          user alice,       user alice,       unknown
          barred-owner,          unknown,          blocked barred,   blocked barred,   unknown
          off-owner,             unknown,          inactive off,     inactive off,     unknown
          # An alias of its own comes first, for bounces of each member as well
          staff-bounces,         user staff-bounces, user staff-bounces, user staff-bounces, user staff-bounces
          staff-bounces+b=x,     user staff-bounces, user staff-bounces, user staff-bounces, user staff-bounces
          staff-owner,           owner staff,      owner staff,      owner staff,      owner staff
          # Nobody has them where nobody is the owner, who is active and receives mail; no member has
          bare-request,          unknown bare,     unknown bare,     unknown bare,     unknown bare
          bare-bounces+b=x,      unknown bare,     unknown bare,     unknown bare,     unknown bare
          of-former-owner,       unknown of-former, unknown of-former, unknown of-former, unknown of-former
          of-shut-owner,         unknown of-shut,  unknown of-shut,  unknown of-shut,  unknown of-shut
          of-homeless-owner,     unknown of-homeless, unknown of-homeless, unknown of-homeless, unknown of-homeless
          of-away-owner,         unknown of-away,  unknown of-away,  unknown of-away,  unknown of-away
          """)
  void whatAnAddressIs(String localPart, String plus, String dash, String both, String none)
      throws Exception {
    assertEquals(plus, found(localPart + "@plus.example"), "plus");
    assertEquals(dash, found(localPart + "@dash.example"), "dash");
    assertEquals(both, found(localPart + "@both.example"), "both");
    assertEquals(none, found(localPart + "@none.example"), "none");
    // A row of the API means that it is delivered.
    for (String domain : List.of("plus", "dash", "both", "none")) {
      String address = localPart + "@" + domain + ".example";
      boolean taken = found(address).matches("(user|list|owner) .*");
      assertEquals(
          taken ? 1 : 0, api("SELECT * FROM authserver_resolve_alias(?, TRUE)", address).size());
      assertEquals(
          taken ? 1 : 0, api("SELECT * FROM authserver_resolve_alias(?, FALSE)", address).size());
    }
  }

  /** What is nobody's because of a list is what any address is that is nobody's. */
  @ParameterizedTest
  @CsvSource({
    "open-owner@old.example, owner open",
    "open-x@old.example, unknown",
    "bare-owner@old.example, unknown bare",
    "closed-owner@old.example, owner closed",
    "closed+x@old.example, unknown closed",
    "closed-desk@old.example, user closed-desk",
    "open-owner@any.example, owner open",
    "open+x@any.example, list open",
    "closed+x@any.example, user alice",
    "bare-owner@any.example, user alice"
  })
  void byWayOfARedirectAndOfACatchAll(String address, String expected) throws Exception {
    assertEquals(expected, found(address));
  }

  @Test
  void theOwnerGetsTheMailAndHasNotTheName() throws Exception {
    for (String address :
        List.of(
            "open-owner@plus.example", "Open-Bounces+b=x@none.example", "open-owner@any.example")) {
      assertEquals(
          List.of("virtmail"), api("SELECT * FROM authserver_resolve_alias(?, TRUE)", address));
      assertEquals(
          List.of(address), api("SELECT * FROM authserver_resolve_alias(?, FALSE)", address));
    }
    assertEquals(
        List.of("open-owner@plus.example"),
        api("SELECT * FROM authserver_resolve_alias(?, FALSE)", "open-owner@old.example"));
    for (String address :
        List.of("open-owner@plus.example", "open-owner@old.example", "open-owner@any.example")) {
      assertEquals(
          List.of(),
          api(
              "SELECT c.password FROM authserver_resolve_alias(?, FALSE) AS r,"
                  + " authserver_get_credentials(r.alias) AS c",
              address));
      assertEquals(
          List.of(), api("SELECT password FROM authserver_get_credentials(?)", address), address);
      assertEquals(
          List.of(), api("SELECT address FROM authserver_sender_addresses(?)", address), address);
    }
    assertEquals(
        List.of(
            "olga@both.example",
            "olga@dash.example",
            "olga@none.example",
            "olga@old.example",
            "olga@plus.example"),
        api(
            "SELECT address FROM authserver_sender_addresses(?) ORDER BY 1",
            "olga+x@plus.example"));
  }

  /**
   * Alice's own names in the domain that is redirected, but those that are something else there.
   */
  @Test
  void theSendersOfARedirectedDomainAreThoseThatLeadOn() throws Exception {
    List<String> there =
        api("SELECT address FROM authserver_sender_addresses(?)", "alice@plus.example").stream()
            .filter(address -> address.endsWith("@old.example"))
            .sorted()
            .toList();
    // closed is a list there that takes no extension, so closed-desk is nobody's own there.
    assertEquals(
        List.of(
            "a-b@old.example",
            "alice@old.example",
            "closed-desk@old.example",
            "n@old.example",
            "staff-bounces@old.example"),
        there);
    database.execute("UPDATE authserver.mailing_list SET extensions = true WHERE name = 'closed'");
    try {
      assertEquals(
          List.of(),
          api("SELECT address FROM authserver_sender_addresses(?)", "alice@plus.example").stream()
              .filter("closed-desk@old.example"::equals)
              .toList());
    } finally {
      database.execute(
          "UPDATE authserver.mailing_list SET extensions = false WHERE name = 'closed'");
    }
  }

  /**
   * Returns in words where the last step of an address's route, or its redirect to an owner, is.
   */
  private static String found(String address) throws AuthDatabaseException {
    return forwarder.read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  SELECT decision, matched_local_part, list_name, address
                  FROM authserver.forwarder_route(ARRAY[?]) ORDER BY step\
                  """)) {
            statement.setString(1, address);
            String owned = null;
            String said = "";
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                String decision = rows.getString(1);
                String matched = rows.getString(2);
                said = matched == null ? decision : decision + " " + matched;
                if (decision.equals("redirect") && rows.getString(3) != null) {
                  assertEquals(matched, rows.getString(3));
                  owned = "owner " + matched;
                } else if (owned != null) {
                  assertEquals("user olga@plus.example", decision + " " + rows.getString(4));
                  said = owned;
                }
              }
            }
            return said;
          }
        });
  }

  private static List<String> api(String sql, String parameter) throws AuthDatabaseException {
    return api.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
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
