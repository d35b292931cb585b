package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad rows are impossible, whoever writes them; the name of the constraint says what is bad. */
@EachPostgres
class ConstraintsIT {
  @Parameter TestPostgres server;

  private static final String ALICE = "'00000000-0000-0000-0000-000000000001'";
  private static final String BOB = "'00000000-0000-0000-0000-000000000002'";

  private static TestDatabase database;
  private static AuthDatabase admin;

  @BeforeParameterizedClassInvocation
  static void fill(TestPostgres server) {
    database = TestDatabase.create(server);
    database.execute(
        "INSERT INTO authserver.domain (name) VALUES ('ours.example')",
        "INSERT INTO authserver.mail_user (id, identifier) VALUES (" + ALICE + ", 'alice')",
        "INSERT INTO authserver.mail_user (id, identifier) VALUES (" + BOB + ", 'bob')",
        "INSERT INTO authserver.mailing_list (name) VALUES ('team')",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " VALUES (1, 'Bob@foreign.example')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
            + " VALUES (1, 'alice', "
            + ALICE
            + "), (1, 'bob', "
            + BOB
            + ")",
        "UPDATE authserver.mail_user SET delivery_mailbox_id = 1 WHERE id = " + ALICE,
        "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
            + " public_key) VALUES (1, 's1', 'rsa', repeat('x', 40)::bytea, repeat('x',"
            + " 40)::bytea)");
    admin = database.open(database.adminUrl());
  }

  @AfterParameterizedClassInvocation
  static void close() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          domain (name) VALUES ('Ours2.example')                      | domain_name_folded
          domain (name) VALUES ('ours.example')                       | domain_name_unique
          domain (name) VALUES ('')                                   | domain_name_valid
          domain (name) VALUES ('a..b')                               | domain_name_valid
          domain (name) VALUES ('a.b.')                               | domain_name_valid
          domain (name) VALUES ('-a.b')                               | domain_name_valid
          domain (name) VALUES ('a_b.c')                              | domain_name_valid
          domain (name) VALUES ('bücher.example')                     | domain_name_valid
          domain (name) VALUES ('192.0.2.1')                          | domain_name_valid
          domain (name) VALUES ('a b.c')                              | domain_name_valid
          domain (name) VALUES (concat(repeat('a', 64), '.b'))              | domain_name_valid
          domain (name) VALUES (concat(repeat('a.', 127), 'b'))             | domain_name_valid
          domain (name, redirect_to) VALUES ('r.example', 'r.example') | domain_redirect_not_to_itself
          domain (name, redirect_to) VALUES ('r.example', 'X.example') | domain_redirect_to_folded
          domain (name, redirect_to) VALUES ('r.example', 'x@y')      | domain_redirect_to_valid
          domain (name, redirect_to) VALUES ('r.example', '')         | domain_redirect_to_valid
          domain (name, catch_all) VALUES ('r.example', 'b.example')   | domain_catch_all_valid
          domain (name, catch_all) VALUES ('r.example', 'a@Q.example') | domain_catch_all_valid
          domain (name, redirect_to, catch_all) VALUES ('r.example', 'b.example', 'a@b.example') | domain_redirect_or_catch_all
          domain (name, sign, require_signature) VALUES ('r.example', false, true) | domain_require_signature_signs
          domain (name, delimiter) VALUES ('r.example', '+')          | domain_delimiter_known
          domain (name, signature_expiry_seconds) VALUES ('r.example', 0) | domain_signature_expiry_valid
          domain (name, header_canonicalization) VALUES ('r.example', 'nofws') | domain_header_canonicalization_known
          domain (name, body_canonicalization) VALUES ('r.example', 'Relaxed') | domain_body_canonicalization_known
          domain (name, signed_fields) VALUES ('r.example', '')       | domain_signed_fields_valid
          domain (name, signed_fields) VALUES ('r.example', 'Sender') | domain_signed_fields_valid
          domain (name, signed_fields) VALUES ('r.example', 'sender:') | domain_signed_fields_valid
          domain (name, signed_fields) VALUES ('r.example', 'x;y')    | domain_signed_fields_valid
          domain (name, signed_fields) VALUES ('r.example', 'x y')    | domain_signed_fields_valid
          domain (name, signed_fields) VALUES ('r.example', 'sender:bcc') | domain_signed_fields_valid
          domain (name, signed_fields) VALUES ('r.example', 'arc-seal') | domain_signed_fields_valid
          domain (name, oversigned_fields) VALUES ('r.example', 'received:sender') | domain_oversigned_fields_valid
          domain (name, oversigned_fields) VALUES ('r.example', repeat('x', 1001)) | domain_oversigned_fields_valid
          domain (name, auid) VALUES ('r.example', 'alice')           | domain_auid_valid
          domain (name, auid) VALUES ('r.example', '@other.example')  | domain_auid_valid
          domain (name, auid) VALUES ('r.example', '@xr.example')     | domain_auid_valid
          domain (name, auid) VALUES ('r.example', 'a b@r.example')   | domain_auid_valid
          domain (name, auid) VALUES ('r.example', 'a@b@r.example')   | domain_auid_valid
          domain (name, auid) VALUES ('r.example', '@R.example')      | domain_auid_valid
          email_alias (domain_id, local_part) VALUES (1, 'x')         | email_alias_one_target
          email_alias (domain_id, local_part, user_id, list_id) VALUES (1, 'x', ALICE, 1) | email_alias_one_target
          email_alias (domain_id, local_part, user_id, list_id, blocked) VALUES (1, 'x', ALICE, 1, 'drop') | email_alias_one_target
          email_alias (domain_id, local_part, list_id) VALUES (1, 'alice', 1) | email_alias_local_part_unique
          email_alias (domain_id, local_part, list_id) VALUES (1, 'X', 1) | email_alias_local_part_folded
          email_alias (domain_id, local_part, list_id) VALUES (1, repeat('x', 65), 1) | email_alias_local_part_length
          email_alias (domain_id, local_part, list_id) VALUES (1, repeat('ü', 33), 1) | email_alias_local_part_length
          email_alias (domain_id, local_part, list_id) VALUES (1, '', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, list_id) VALUES (1, '.x', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, list_id) VALUES (1, 'x..y', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, list_id) VALUES (1, 'x@y', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, list_id) VALUES (1, 'x y', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, list_id) VALUES (1, 'x"', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, list_id) VALUES (1, E'x\\n', 1) | email_alias_local_part_valid
          email_alias (domain_id, local_part, blocked) VALUES (1, 'x', 'often') | email_alias_blocked_known
          email_alias (domain_id, local_part, list_id) VALUES (99, 'x', 1) | email_alias_domain_id_fkey
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key) VALUES (1, 's1', 'rsa', B, B) | dkim_key_selector_unique
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key) VALUES (1, 'S2', 'rsa', B, B) | dkim_key_selector_folded
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key) VALUES (1, '_s', 'rsa', B, B) | dkim_key_selector_valid
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key) VALUES (1, 'a..b', 'rsa', B, B) | dkim_key_selector_valid
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key) VALUES (1, 's2', 'dsa', B, B) | dkim_key_algorithm_known
          dkim_key (domain_id, selector, algorithm, public_key) VALUES (1, 's2', 'rsa', B) | dkim_key_private_key_until_revoked
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key, state) VALUES (1, 's2', 'rsa', B, B, 'active') | dkim_key_state_has_its_time
          dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key, state) VALUES (1, 's2', 'rsa', B, B, 'new') | dkim_key_state_
          mail_user (identifier) VALUES ('alice')                     | mail_user_identifier_unique
          mail_user (identifier) VALUES ('Carol')                     | mail_user_identifier_folded
          domain (name, key_age_days) VALUES ('r.example', 0)         | domain_key_age_valid
          domain (name, key_lead_days) VALUES ('r.example', -1)       | domain_key_lead_valid
          domain (name, key_grace_days) VALUES ('r.example', 4)       | domain_key_grace_valid
          dkim_key_event (domain, selector, event, person) VALUES ('d', 's', 'lost', 'p') | dkim_key_event_known
          dkim_key_event (domain, selector, event, person) VALUES ('d', 's', 'created', '') | dkim_key_event_person_valid
          mail_user (identifier) VALUES ('')                          | mail_user_identifier_valid
          mail_user (identifier, password) VALUES ('carol', 'plain')  | mail_user_password_valid
          mail_user (identifier, password) VALUES ('carol', '$5$a:b') | mail_user_password_valid
          service_user (user_id, username, password) VALUES (ALICE, 'a@b', '$5$a$b') | service_user_username_valid
          service_user (user_id, username, password) VALUES (ALICE, 'A', '$5$a$b') | service_user_username_folded
          mailing_list (name) VALUES ('team')                         | mailing_list_name_unique
          mailing_list (name) VALUES (' x')                           | mailing_list_name_valid
          mailing_list (name, new_mailfrom) VALUES ('x', 'nobody')    | mailing_list_new_mailfrom_valid
          mailing_list_address (list_id, address) VALUES (1, 'bob@foreign.example') | mailing_list_address_unique
          mailing_list_address (list_id, address) VALUES (1, 'x@Foreign.example') | mailing_list_address_valid
          mailing_list_address (list_id, address) VALUES (1, 'x')     | mailing_list_address_valid
          mailing_list_address (list_id, address) VALUES (1, 'x@y@z') | mailing_list_address_valid
          delivery_outcome (key, outcome, envelope) VALUES ('x', 'delivered', 1) | delivery_outcome_key_size
          delivery_outcome (key, outcome, envelope) VALUES (sha256('x'), 'lost', 1) | delivery_outcome_known
          """)
  void refusesToInsert(String row, String constraint) {
    String sql =
        "INSERT INTO authserver."
            + row.replace("ALICE", ALICE).replaceAll("\\bB\\b", "repeat('x', 40)::bytea");
    assertRefused(sql, constraint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          UPDATE authserver.domain SET name = 'new.example'            | domain_is_not_renamed
          UPDATE authserver.dkim_key SET selector = 's9'               | dkim_key_is_not_renamed
          UPDATE authserver.dkim_key SET seen_since = now(), state = 'active', activated_at = now() | dkim_key_seen_while_published
          UPDATE authserver.dkim_key SET gone_at = now()               | dkim_key_gone_once_revoked
          UPDATE authserver.mail_user SET delivery_mailbox_id = 2 WHERE identifier = 'alice' | mail_user_delivery_mailbox_is_its_own
          UPDATE authserver.email_alias SET user_id = BOB WHERE id = 1 | mail_user_delivery_mailbox_is_its_own
          DELETE FROM authserver.email_alias WHERE id = 1              | mail_user_delivery_mailbox_is_its_own
          DELETE FROM authserver.domain                                | email_alias_domain_id_fkey
          """)
  void refusesToChange(String sql, String constraint) {
    assertRefused(sql.replace("BOB", BOB), constraint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "domain (name) VALUES ('xn--bcher-kva.example')",
        "domain (name) VALUES ('localhost')",
        "domain (name, signed_fields, oversigned_fields, auid)"
            + " VALUES ('p1.example', 'sender:x-a[1]', 'list-id', 'author')",
        "domain (name, auid) VALUES ('p2.example', '@p2.example')",
        "domain (name, auid) VALUES ('p3.example', 'a.b+c@news.p3.example')",
        "domain (name) VALUES ('1a.2.example')",
        "email_alias (domain_id, local_part, list_id) VALUES (1, 'o''neil+x-y_z.büro', 1)",
        "email_alias (domain_id, local_part, list_id) VALUES (1, repeat('x', 64), 1)",
        "email_alias (domain_id, local_part, blocked) VALUES (1, 'nobody', 'reject')",
        "mailing_list_address (list_id, address) VALUES (1, 'Some.One+x@foreign.example')",
        "dkim_key (domain_id, selector, algorithm, wrapped_private_key, public_key)"
            + " VALUES (1, 'a.b-2', 'ed25519', repeat('x', 40)::bytea, repeat('x', 40)::bytea)"
      })
  void takesGoodRows(String row) throws Exception {
    admin.transaction(c -> c.createStatement().execute("INSERT INTO authserver." + row));
  }

  private static void assertRefused(String sql, String constraint) {
    AuthDatabaseException refused =
        assertThrows(
            AuthDatabaseException.class,
            () ->
                admin.transaction(
                    c -> {
                      c.createStatement().execute(sql);
                      // What is checked at the end of the transaction must refuse here too.
                      c.createStatement().execute("SET CONSTRAINTS ALL IMMEDIATE");
                      c.rollback();
                      return 0;
                    }),
            sql);
    String name = String.valueOf(refused.constraint());
    assertEquals(
        constraint, constraint.endsWith("_") ? name.substring(0, constraint.length()) : name);
  }
}
