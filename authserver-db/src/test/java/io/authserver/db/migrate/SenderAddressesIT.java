package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
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

/** Who may send from where, as OpenSMTPD's {@code senders} table asks it. */
@EachPostgres
class SenderAddressesIT {
  @Parameter TestPostgres server;

  private static TestDatabase database;
  private static AuthDatabase api;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        """
        INSERT INTO authserver.domain (name, redirect_to) VALUES
          ('ours.example', NULL), ('second.example', NULL), ('old.example', 'ours.example'),
          ('older.example', 'old.example'), ('one.example', 'two.example'), ('two.example', 'one.example'),
          ('gone.example', 'foreign.example')
        """,
        // What it catches is for alice, and none of its addresses is hers to write from.
        "INSERT INTO authserver.domain (name, catch_all) VALUES"
            + " ('any.example', 'alice@ours.example')",
        """
        INSERT INTO authserver.mail_user (identifier, password, active) VALUES
          ('alice', '$5$salt$alice', true), ('bob', '$5$salt$bob', true), ('former', '$5$salt$former', false),
          ('homeless', '$5$salt$homeless', true), ('nopass', NULL, true), ('shut', '$5$salt$shut', true),
          ('circle', '$5$salt$circle', true), ('o''brien', '$5$salt$o', true), ('many', '$5$salt$many', true)
        """,
        "INSERT INTO authserver.mailing_list (name) VALUES ('team')",
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
        SELECT d.id, a.local_part, u.id, l.id, a.blocked FROM (VALUES
          ('alice', 'ours', 'alice', NULL, NULL), ('a.smith', 'ours', 'alice', NULL, NULL),
          ('info-desk', 'second', 'alice', NULL, NULL), ('spam', 'ours', 'alice', NULL, 'reject'),
          ('sales', 'old', 'bob', NULL, NULL), ('sales', 'ours', 'alice', NULL, NULL),
          ('bob', 'ours', 'bob', NULL, NULL), ('bob', 'second', 'bob', NULL, NULL), ('team', 'ours', NULL, 'team', NULL),
          ('former', 'ours', 'former', NULL, NULL), ('homeless', 'ours', 'homeless', NULL, NULL),
          ('nopass', 'ours', 'nopass', NULL, NULL), ('shut', 'ours', 'shut', NULL, NULL),
          ('shut-2', 'ours', 'shut', NULL, NULL), ('circle', 'one', 'circle', NULL, NULL),
          ('o''brien', 'ours', 'o''brien', NULL, NULL)
        ) a (local_part, domain, identifier, list, blocked)
        JOIN authserver.domain d ON d.name = a.domain || '.example'
        LEFT JOIN authserver.mail_user u ON u.identifier = a.identifier
        LEFT JOIN authserver.mailing_list l ON l.name = a.list
        """,
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
        SELECT d.id, 'many' || i, u.id FROM authserver.domain d, authserver.mail_user u, generate_series(1, 300) i
        WHERE d.name = 'second.example' AND u.identifier = 'many'
        """,
        """
        UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
        FROM authserver.email_alias a JOIN authserver.domain d ON d.id = a.domain_id
        WHERE a.user_id = u.id AND (a.local_part = u.identifier OR a.local_part = 'many200')
          AND (d.name <> 'second.example' OR u.identifier = 'many') AND u.identifier <> 'homeless'
        """,
        "UPDATE authserver.email_alias SET blocked = 'defer' WHERE local_part = 'shut'",
        """
        INSERT INTO authserver.service_user (user_id, username, password)
        SELECT id, s.username, s.password FROM (VALUES
          ('alice', 'alice-phone', '$5$salt$phone'), ('former', 'former-phone', '$5$salt$phone'),
          ('alice', 'broken', '!')
        ) s (identifier, username, password) JOIN authserver.mail_user u USING (identifier)
        """);
    api = database.open(database.apiUrl());
  }

  @AfterParameterizedClassInvocation
  static void close() {
    database.close();
  }

  /** OpenSMTPD asks with what was typed at AUTH, not with what the credentials' query answered. */
  @ParameterizedTest
  @CsvSource({
    "alice@ours.example, alice@ours.example",
    "ALICE@Ours.example, alice@ours.example",
    "alice+x@ours.example, alice@ours.example",
    "alice-phone, alice@ours.example",
    "alice@older.example, alice@older.example",
    "info-desk-x@second.example, alice@ours.example",
    "A.Smith@ours.example, a.smith@ours.example"
  })
  void whoeverLoggedInSendsFromHisOwnAddresses(String login, String early) throws Exception {
    List<String> addresses = addresses(login);

    assertEquals("alice@ours.example", addresses.get(0));
    assertTrue(addresses.indexOf(early) <= 1, addresses::toString);
    assertEquals(
        List.of(
            "a.smith@old.example",
            "a.smith@older.example",
            "a.smith@ours.example",
            "alice@old.example",
            "alice@older.example",
            "alice@ours.example",
            "info-desk@second.example",
            "sales@ours.example"),
        addresses.stream().sorted().toList());
  }

  @Test
  void aRedirectedAddressThatIsSomebodysIsHis() throws Exception {
    assertEquals(
        List.of(
            "bob@old.example",
            "bob@older.example",
            "bob@ours.example",
            "bob@second.example",
            "sales@old.example",
            "sales@older.example"),
        addresses("bob@ours.example").stream().sorted().toList());
  }

  @Test
  void domainsThatLeadToEachOtherAreWalkedOnce() throws Exception {
    assertEquals(
        List.of("circle@one.example", "circle@two.example"), addresses("circle@one.example"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "former@ours.example",
        "former-phone",
        "homeless@ours.example",
        "nopass@ours.example",
        "broken",
        "spam@ours.example",
        "shut@ours.example",
        "team@ours.example",
        "x@gone.example",
        "nobody@ours.example",
        "alice@foreign.example",
        "alice@ours.example@x",
        "alice",
        "@ours.example",
        "@",
        "''",
        "-"
      })
  void whoCannotLogInSendsFromNowhere(String login) throws Exception {
    assertEquals(List.of(), addresses(login));
  }

  /** Mail for it is not taken, so he logs in, but does not write in its name. */
  @Test
  void aBlockedAliasIsNoSender() throws Exception {
    assertEquals(
        List.of("shut-2@ours.example", "shut-2@old.example", "shut-2@older.example"),
        addresses("shut-2@ours.example"));
  }

  /**
   * OpenSMTPD splits the rows' line at commas outside quotes, and takes an apostrophe as a quote.
   */
  @Test
  void anApostropheIsEscaped() throws Exception {
    assertEquals("o\\'brien@ours.example", addresses("o'brien@ours.example").getFirst());
  }

  /**
   * One octet over LINE_MAX and table-postgres answers with an error: the user could not send at
   * all.
   */
  @Test
  void thereAreNoMoreThanOpenSmtpdTakes() throws Exception {
    List<String> addresses = addresses("many299@second.example");

    String line = String.join(", ", addresses);
    assertEquals("many200@second.example", addresses.get(0));
    assertEquals("many299@second.example", addresses.get(1));
    assertTrue(line.getBytes(StandardCharsets.UTF_8).length <= 2000, line);
    assertTrue(addresses.size() > 70, line);
    assertFalse(addresses.contains("many250@second.example"), line);
    assertEquals(addresses.size(), addresses.stream().distinct().count());
  }

  private static List<String> addresses(String login) throws AuthDatabaseException {
    return api.read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT * FROM authserver_sender_addresses(?)")) {
            statement.setString(1, login);
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
