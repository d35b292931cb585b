package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * No routine reads a whole table, at a million aliases. Symptom: authserver_check_domain took
 * milliseconds at 10,000 domains. Cause: what is folded with COLLATE "C" compares in that
 * collation, for which there is no index.
 */
@Execution(ExecutionMode.CONCURRENT)
class IndexUseIT {
  private static final List<String> CALLS =
      List.of(
          "authserver_check_domain('D7.example')",
          "authserver_resolve_alias('a7+x@d7.example', true)",
          "authserver_resolve_alias('a7@r.example', false)",
          "authserver_resolve_alias('s7', false)",
          "authserver_get_credentials('a7@d7.example')",
          "authserver_get_credentials('s7')",
          "authserver_get_credentials('a7@d7.example', 'p7')",
          "authserver_sender_addresses('a7+x@d7.example')",
          "authserver_sender_addresses('s7')",
          "authserver.signer_keys(ARRAY['d7.example', 'example'])",
          "authserver.signer_profiles(ARRAY['d7.example', 'example'])",
          "authserver.forwarder_outcomes(ARRAY[sha256('7'::bytea), sha256('8'::bytea)])",
          "authserver.forwarder_pending_envelopes(ARRAY[7, 8]::bigint[], 10)",
          "authserver.forwarder_store_outcomes(ARRAY[sha256('7'::bytea)], ARRAY[7]::bigint[],"
              + " ARRAY['delivered'], ARRAY[NULL], 86400)",
          "authserver.forwarder_route(ARRAY['a7-x@d7.example', 'list@r.example',"
              + " 'x@foreign.example'])",
          "authserver.forwarder_expand(7)",
          "authserver.forwarder_expand(7, 50)");

  @Test
  void everyCallUsesIndexes() throws Exception {
    everyCallUsesIndexes(TestPostgres.BUNDLED, 1_000_000);
  }

  @Nested
  @Needs(Oracle.POSTGRESQL_15)
  class OnPostgres15 {
    @Test
    void everyCallUsesIndexes() throws Exception {
      IndexUseIT.everyCallUsesIndexes(TestPostgres.DEBIAN_15, 5000);
    }
  }

  private static void everyCallUsesIndexes(TestPostgres server, int aliases) throws Exception {
    try (TestDatabase database = TestDatabase.create(server)) {
      database.execute(
          "INSERT INTO authserver.domain (name) SELECT 'd' || i || '.example' FROM"
              + " generate_series(1, 5000) i",
          "INSERT INTO authserver.domain (name, redirect_to) VALUES ('r.example', 'd7.example')",
          "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
              + " public_key, state, activated_at) SELECT id, 's1', 'rsa', repeat('x', 40)::bytea,"
              + " repeat('x', 40)::bytea, 'active', now() FROM authserver.domain",
          "INSERT INTO authserver.mail_user (identifier, password)"
              + " SELECT 'u' || i, '$5$s$x' FROM generate_series(1, 5000) i",
          "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
              + " SELECT d.id, 'a' || d.id, u.id FROM authserver.domain d"
              + " JOIN authserver.mail_user u ON u.identifier = 'u' || d.id",
          "UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id"
              + " FROM authserver.email_alias a WHERE a.user_id = u.id",
          "INSERT INTO authserver.service_user (user_id, username, password)"
              + " SELECT id, 's' || substr(identifier, 2), '$5$s$x' FROM authserver.mail_user",
          "INSERT INTO authserver.permission (name) SELECT 'p' || i FROM generate_series(1, 5000)"
              + " i",
          "INSERT INTO authserver.user_permission SELECT u.id, p.id FROM authserver.mail_user u"
              + " JOIN authserver.permission p ON 'u' || substr(p.name, 2) = u.identifier",
          "INSERT INTO authserver.user_group (name) SELECT 'g' || i FROM generate_series(1, 5000)"
              + " i",
          "INSERT INTO authserver.user_group_member SELECT g.id, u.id FROM authserver.mail_user u"
              + " JOIN authserver.user_group g ON 'u' || substr(g.name, 2) = u.identifier",
          "INSERT INTO authserver.user_group_permission SELECT g.id, p.id FROM"
              + " authserver.user_group g JOIN authserver.permission p ON substr(p.name, 2) ="
              + " substr(g.name, 2)",
          "INSERT INTO authserver.mailing_list (name) SELECT 'l' || i FROM generate_series(1, 5000)"
              + " i",
          "INSERT INTO authserver.mailing_list_address (list_id, address)"
              + " SELECT id, 'a' || id || '@d' || id || '.example' FROM authserver.mailing_list",
          "INSERT INTO authserver.email_alias (domain_id, local_part, list_id) VALUES (7, 'list',"
              + " 7)",
          "INSERT INTO authserver.delivery_outcome (key, envelope, outcome)"
              + " SELECT sha256(i::text::bytea), i, 'deferred' FROM generate_series(1, 5000) i",
          // The checks and triggers of so many rows would take longer than the rest of the test.
          "ALTER TABLE authserver.email_alias DROP CONSTRAINT email_alias_local_part_valid");
      // Not all at once: a statement has 30 s.
      for (int i = 1; i < aliases / 5000; i += 20) {
        database.execute(
            "SET session_replication_role = replica",
            "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
                + " SELECT 1 + (substr(u.identifier, 2)::int + i) % 5000,"
                + " 'b' || i || u.identifier, u.id"
                + " FROM authserver.mail_user u, generate_series("
                + i
                + ", "
                + (i + 19)
                + ") i");
      }
      database.execute("VACUUM ANALYZE");
      try (Connection connection =
              DatabaseUrl.parse(database.superuserUrl())
                  .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
          Statement statement = connection.createStatement()) {
        for (String call : CALLS) {
          connection.setAutoCommit(false);
          int rows = 0;
          try (ResultSet found = statement.executeQuery("SELECT * FROM " + call)) {
            while (found.next()) {
              rows++;
            }
          }
          List<String> scanned = new ArrayList<>();
          try (ResultSet found =
              statement.executeQuery(
                  "SELECT relname FROM pg_stat_xact_user_tables"
                      + " WHERE schemaname = 'authserver' AND seq_scan > 0")) {
            while (found.next()) {
              scanned.add(found.getString(1));
            }
          }
          connection.rollback();
          assertEquals(List.of(), scanned, call);
          assertEquals(true, rows > 0, call);
        }
      }
    }
  }

  /**
   * With 1 million aliases the doctor never came to an end: the folded local part had a collation
   * of its own, so that the index gave all aliases of a domain for each member.
   */
  @Test
  void theDoctorLooksAtOneAliasForEachMember() throws Exception {
    try (TestDatabase database = TestDatabase.create()) {
      database.execute(
          "INSERT INTO authserver.domain (name) VALUES ('d.example')",
          "INSERT INTO authserver.mail_user (identifier) VALUES ('u')",
          "INSERT INTO authserver.email_alias (domain_id, local_part, user_id)"
              + " SELECT d.id, 'a' || i, u.id FROM authserver.domain d, authserver.mail_user u,"
              + " generate_series(1, 2000) i",
          "INSERT INTO authserver.mailing_list (name) VALUES ('l')",
          "INSERT INTO authserver.mailing_list_address (list_id, address)"
              + " SELECT id, 'A' || i || '+x@d.example' FROM authserver.mailing_list,"
              + " generate_series(1, 200) i",
          "VACUUM ANALYZE");
      try (Connection connection =
              DatabaseUrl.parse(database.superuserUrl())
                  .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        try (ResultSet rows =
            statement.executeQuery("SELECT count(*) FROM authserver.doctor_lists(1000, 20000)")) {
          rows.next();
          assertEquals(200, rows.getInt(1), "every member is of a user without a mailbox");
        }
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0)"
                    + " FROM pg_stat_xact_user_tables"
                    + " WHERE schemaname = 'authserver' AND relname = 'email_alias'")) {
          rows.next();
          // Two passes over the table and one alias for each member; it was 200 passes.
          long read = rows.getLong(1);
          assertTrue(read <= 20_000, () -> read + " aliases read for 200 members");
        }
      }
    }
  }
}
