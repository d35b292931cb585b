package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.EachPostgres;
import io.authserver.db.testing.TestDatabase;
import io.authserver.db.testing.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * What a role plants is used by no routine.
 *
 * <p>Symptom: a role without grants ran its own code as the owner of the routines, and read a hash.
 * Cause: no fixed search_path, so that a temporary view, or a function or operator in a schema of
 * the caller's, was found first.
 *
 * <p>The attacker may execute everything, has a schema of its own and puts that and pg_temp in
 * front of its search_path. It plants a temporary table of each name, with the right columns and no
 * rows, types, and functions and operators that raise an error for those that the routines use.
 */
@EachPostgres
class PlantedObjectsIT {
  /** A call of each routine that gives rows. A new routine has to be here. */
  private static final Map<String, String> CALLS = calls();

  private static Map<String, String> calls() {
    Map<String, String> calls = new LinkedHashMap<>();
    calls.put("authserver.closest_domain(text)", "authserver.closest_domain('x.ours.example')");
    calls.put("authserver.doctor_lists(integer,integer)", "authserver.doctor_lists(10, 20000)");
    // Each call makes another one.
    calls.put(
        "authserver.create_srs_secret()",
        "(SELECT c.id OPERATOR(pg_catalog.>) 0 AS made FROM authserver.create_srs_secret() c)");
    calls.put(
        "authserver.doctor_verdicts(integer)",
        "(SELECT pg_catalog.count(*) FROM authserver.doctor_verdicts(10))");
    calls.put(
        "authserver.doubt_lists_above(bigint[])",
        "authserver.doubt_lists_above((SELECT array_agg(id) FROM authserver.mailing_list))");
    calls.put(
        "authserver.doubt_lists_at(text[],text[])",
        "authserver.doubt_lists_at('{ours.example}', '{team}')");
    calls.put(
        "authserver.doubt_lists_of(uuid[])",
        "authserver.doubt_lists_of('{00000000-0000-0000-0000-000000000001}')");
    calls.put("authserver.find_login(text)", "authserver.find_login('alice@ours.example')");
    calls.put("authserver.find_owner(text)", "authserver.find_owner('alice+x@old.example')");
    calls.put(
        "authserver.forwarder_expand(bigint)",
        "authserver.forwarder_expand((SELECT max(id) FROM authserver.mailing_list))");
    calls.put(
        "authserver.forwarder_claim_report(text)",
        "authserver.forwarder_claim_report("
            + "pg_catalog.concat(pg_catalog.gen_random_uuid(), '@ours.example'))");
    calls.put(
        "authserver.forwarder_expand(bigint,integer)",
        "authserver.forwarder_expand((SELECT max(id) FROM authserver.mailing_list), 50)");
    calls.put(
        "authserver.forwarder_find_srs_tokens(text[])",
        "authserver.forwarder_find_srs_tokens('{aaaaaaaaaaaaaaaaaaaaaaaaaa}')");
    calls.put(
        "authserver.forwarder_judge_author(text,text,text)",
        "authserver.forwarder_judge_author('alice+x@ours.example', 'alice@old.example', NULL)");
    calls.put(
        "authserver.has_address_in(uuid,bigint)",
        "authserver.has_address_in('00000000-0000-0000-0000-000000000001',"
            + " (SELECT max(id) FROM authserver.domain))");
    calls.put(
        "authserver.forwarder_keep_srs_tokens(text[],text[])",
        "authserver.forwarder_keep_srs_tokens('{bbbbbbbbbbbbbbbbbbbbbbbbbb}', '{x@y.example}')");
    calls.put(
        "authserver.forwarder_outcomes(bytea[])",
        "authserver.forwarder_outcomes(ARRAY[pg_catalog.sha256('k')])");
    calls.put(
        "authserver.forwarder_pending_envelopes(bigint[],integer)",
        "authserver.forwarder_pending_envelopes('{7}', 10)");
    calls.put(
        "authserver.forwarder_route(text[])",
        "authserver.forwarder_route('{team@old.example,spam@ours.example,x@y.example}')");
    calls.put(
        "authserver.forwarder_store_outcomes(bytea[],bigint[],text[],text[],bigint)",
        "authserver.forwarder_store_outcomes(ARRAY[pg_catalog.sha256('l')], '{8}', '{delivered}',"
            + " '{NULL}', 86400)");
    calls.put("authserver.forwarder_max_targets()", "authserver.forwarder_max_targets()");
    calls.put(
        "authserver.judge_list(bigint)",
        "authserver.judge_list((SELECT max(id) FROM authserver.mailing_list))");
    calls.put("authserver.judge_lists()", "authserver.judge_lists()");
    calls.put("authserver.takes_mail(bigint)", "authserver.takes_mail(1)");
    calls.put(
        "authserver.has_permission(uuid,text)",
        "authserver.has_permission('00000000-0000-0000-0000-000000000001', 'mail')");
    calls.put(
        "authserver.forwarder_register_srs_secrets(bytea[])",
        "authserver.forwarder_register_srs_secrets(ARRAY['k'::pg_catalog.bytea])");
    // A shape of no age, which only the hash decides about.
    calls.put(
        "authserver.is_srs_address(text)",
        "authserver.is_srs_address('srs1=hhhhhhhh=b.example==c')");
    calls.put("authserver.is_usable_password(text)", "authserver.is_usable_password('$5$x')");
    calls.put("authserver.look_up(text)", "authserver.look_up('alice+x@ours.example')");
    calls.put("authserver.look_up_list(bigint)", "authserver.look_up_list(1)");
    calls.put(
        "authserver.look_up_list_owner(bigint,text)",
        "authserver.look_up_list_owner((SELECT max(id) FROM authserver.domain), 'team-owner')");
    calls.put("authserver.mark_keys()", "authserver.mark_keys()");
    calls.put(
        "authserver.notify_changes(text,bigint[])", "authserver.notify_changes('list', '{1,2}')");
    calls.put(
        "authserver.notify_users(uuid[])",
        "authserver.notify_users('{00000000-0000-0000-0000-000000000001}')");
    calls.put(
        "authserver.retire_srs_secret(bigint,boolean)", "authserver.retire_srs_secret(1, false)");
    calls.put("authserver.rotate_mark_keys()", "authserver.rotate_mark_keys()");
    calls.put("authserver.schema_version()", "authserver.schema_version()");
    calls.put("authserver.signer_keys(text[])", "authserver.signer_keys('{ours.example}')");
    calls.put("authserver.signer_profiles(text[])", "authserver.signer_profiles('{ours.example}')");
    calls.put("authserver.signer_wrapping_keys()", "authserver.signer_wrapping_keys()");
    calls.put("authserver.set_srs_form(text)", "authserver.set_srs_form('separated')");
    calls.put("authserver.srs_pads(bytea)", "authserver.srs_pads('secret'::pg_catalog.bytea)");
    calls.put(
        "authserver.srs_secrets()",
        "(SELECT s.state FROM authserver.srs_secrets() s WHERE s.id OPERATOR(pg_catalog.=) 1)");
    calls.put("authserver.srs_site(text)", "authserver.srs_site('ours.example')");
    calls.put("authserver.split_address(text)", "authserver.split_address('A@ours.example')");
    calls.put(
        "authserver_check_domain(character varying)",
        "public.authserver_check_domain('OURS.example')");
    calls.put(
        "authserver_get_credentials(character varying)",
        "public.authserver_get_credentials('alice@ours.example')");
    calls.put(
        "authserver_get_credentials(character varying,character varying)",
        "public.authserver_get_credentials('phone', 'mail')");
    calls.put("authserver_iterate_users()", "public.authserver_iterate_users()");
    calls.put(
        "authserver_resolve_alias(character varying,boolean)",
        "public.authserver_resolve_alias('alice@old.example', false)");
    calls.put(
        "authserver_sender_addresses(character varying)",
        "public.authserver_sender_addresses('phone')");
    return calls;
  }

  /** What fires each trigger; after each the row is as it was. */
  private static final List<String> CHANGES =
      List.of(
          "INSERT INTO authserver.domain (name) VALUES ('new.example')",
          "UPDATE authserver.domain SET sign = sign",
          "UPDATE authserver.mail_user SET staff = staff",
          "UPDATE authserver.email_alias SET blocked = blocked",
          "UPDATE authserver.mailing_list SET new_mailfrom = NULL",
          "UPDATE authserver.mailing_list_address SET address = address",
          "UPDATE authserver.service_user SET description = description",
          "UPDATE authserver.dkim_key SET forced = forced",
          "UPDATE authserver.mark_key SET key = key",
          "UPDATE authserver.srs_secret SET signs_at = signs_at",
          "UPDATE authserver.site SET max_targets = max_targets",
          "DELETE FROM authserver.domain WHERE name OPERATOR(pg_catalog.=) 'new.example'",
          "TRUNCATE authserver.dkim_key");

  @Parameter TestPostgres server;
  private TestDatabase database;

  @BeforeEach
  void fill() {
    database = TestDatabase.create(server);
    database.execute(
        "INSERT INTO authserver.domain (name, redirect_to)"
            + " VALUES ('ours.example', NULL), ('old.example', 'ours.example')",
        "INSERT INTO authserver.dkim_key (domain_id, selector, algorithm, wrapped_private_key,"
            + " public_key, state, activated_at) VALUES (1, 's', 'rsa', repeat('x', 40)::bytea,"
            + " repeat('x', 40)::bytea, 'active', now())",
        "INSERT INTO authserver.mail_user (id, identifier, password)"
            + " VALUES ('00000000-0000-0000-0000-000000000001', 'alice', '$5$s$alice')",
        "INSERT INTO authserver.mailing_list (name, owner_id)"
            + " VALUES ('team', '00000000-0000-0000-0000-000000000001')",
        "INSERT INTO authserver.mailing_list_address (list_id, address)"
            + " VALUES (1, 'nobody@ours.example'), (1, 'Bob@foreign.example')",
        "INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)"
            + " VALUES (1, 'alice', '00000000-0000-0000-0000-000000000001', NULL, NULL), (1,"
            + " 'team', NULL, 1, NULL), (1, 'spam', NULL, NULL, 'reject')",
        "UPDATE authserver.mail_user SET delivery_mailbox_id = 1",
        "INSERT INTO authserver.service_user (user_id, username, password)"
            + " VALUES ('00000000-0000-0000-0000-000000000001', 'phone', '$5$s$phone')",
        "INSERT INTO authserver.permission (name) VALUES ('mail')",
        "INSERT INTO authserver.user_permission"
            + " VALUES ('00000000-0000-0000-0000-000000000001', 1)",
        // Its age is 0, however long the test takes.
        "INSERT INTO authserver.delivery_outcome (key, envelope, outcome, first_seen)"
            + " VALUES (sha256('k'), 7, 'deferred', now() + interval '1 hour')",
        "INSERT INTO authserver.srs_token"
            + " VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaa', 'a@b.example', current_date)",
        "INSERT INTO authserver.srs_secret (secret, inner_pad, outer_pad, signs_at)"
            + " SELECT 'k', p.inner_pad, p.outer_pad, now() FROM authserver.srs_pads('k') p",
        "DO $$ BEGIN CREATE ROLE test_attacker LOGIN PASSWORD 's3cret-of-the-test';"
            + " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        // More than any role of the product has.
        "GRANT authserver_owner, authserver_admin, authserver_signer, authserver_forwarder,"
            + " authserver_api TO test_attacker",
        "CREATE SCHEMA evil AUTHORIZATION test_attacker",
        // Without this the owner of the routines would not look into it.
        "GRANT USAGE ON SCHEMA evil TO PUBLIC");
  }

  @AfterEach
  void close() {
    database.execute("DROP SCHEMA IF EXISTS evil CASCADE");
    database.close();
  }

  @Test
  void everyRoutineIsCalled() throws Exception {
    try (Connection connection = connect()) {
      assertEquals(
          String.join("\n", new TreeSet<>(CALLS.keySet())),
          String.join(
              "\n",
              new TreeSet<>(
                  rows(
                      connection,
                      "SELECT p.oid::regprocedure::text FROM pg_proc p"
                          + " WHERE p.prorettype <> 'trigger'::regtype"
                          + " AND (p.pronamespace = 'authserver'::regnamespace OR"
                          + " (p.pronamespace = 'public'::regnamespace AND p.proname LIKE"
                          + " 'authserver%'))"))));
    }
  }

  @Test
  void whatIsPlantedIsNotUsed() throws Exception {
    Map<String, List<String>> clean = new LinkedHashMap<>();
    try (Connection connection = connect()) {
      for (String call : CALLS.values()) {
        List<String> rows = rows(connection, "SELECT r::text FROM " + call + " r");
        assertTrue(!rows.isEmpty(), call);
        clean.put(call, rows);
      }
    }
    try (Connection connection = connect()) {
      plant(connection);
      for (String call : CALLS.values()) {
        assertEquals(clean.get(call), rows(connection, inHisPath(call)), call);
      }
      try (Statement statement = connection.createStatement()) {
        for (String change : CHANGES) {
          statement.execute(change);
        }
      }
    }
  }

  /** The check can fail: each routine without its search_path calls what was planted. */
  @Test
  void withoutASearchPathItIs() throws Exception {
    try (Connection connection = connect()) {
      List<String> clean = new ArrayList<>();
      for (Map.Entry<String, String> call : CALLS.entrySet()) {
        clean.add(
            String.valueOf(rows(connection, "SELECT r::text FROM " + call.getValue() + " r")));
      }
      plant(connection);
      List<String> unharmed = new ArrayList<>();
      int i = 0;
      for (Map.Entry<String, String> call : CALLS.entrySet()) {
        database.execute("ALTER FUNCTION " + call.getKey() + " RESET search_path");
        String seen;
        try {
          seen = String.valueOf(rows(connection, inHisPath(call.getValue())));
        } catch (SQLException e) {
          seen = e.getMessage();
        }
        if (clean.get(i++).equals(seen)) {
          unharmed.add(call.getKey());
        }
        database.execute(
            "ALTER FUNCTION " + call.getKey() + " SET search_path = pg_catalog, pg_temp");
      }
      // They call other routines, and nothing that could be found elsewhere.
      assertEquals(
          List.of(
              "authserver.forwarder_expand(bigint)",
              "authserver.forwarder_max_targets()",
              "authserver_get_credentials(character varying)",
              "authserver_get_credentials(character varying,character varying)"),
          unharmed);
    }
  }

  /** His own path is for the routine; how its rows are printed is not the matter. */
  private static String inHisPath(String call) {
    return "SELECT r::pg_catalog.text FROM " + call + " r";
  }

  private void plant(Connection connection) throws SQLException, IOException {
    Collection<String> words = new TreeSet<>();
    List<String> tables;
    try (Connection owner = connect()) {
      tables =
          rows(
              owner,
              "SELECT format('CREATE TEMPORARY TABLE %I (%s)', c.relname, string_agg(format('%I"
                  + " %s', a.attname, format_type(a.atttypid, NULL)), ', ' ORDER BY a.attnum)) FROM"
                  + " pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace ="
                  + " 'authserver'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT"
                  + " a.attisdropped GROUP BY c.relname");
      for (String source :
          rows(owner, "SELECT prosrc FROM pg_proc WHERE proowner = 'authserver_owner'::regrole")) {
        words.addAll(List.of(source.split("[^a-z0-9_]+", -1)));
      }
    }
    try (Statement statement = connection.createStatement()) {
      for (String table : tables) {
        statement.execute(table);
      }
      statement.execute("GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC");
      statement.execute("CREATE TEMPORARY TABLE pg_class (oid oid, reltuples real)");
      statement.execute("CREATE DOMAIN pg_temp.regclass AS int");
      statement.execute(
          """
          CREATE FUNCTION evil.plant(words text[]) RETURNS void LANGUAGE plpgsql AS $plant$
          DECLARE
            p record;
          BEGIN
            FOR p IN
              SELECT x.proname, pg_get_function_identity_arguments(x.oid) AS arguments,
                     format_type(x.prorettype, NULL) AS result
              FROM pg_proc x
              WHERE x.pronamespace = 'pg_catalog'::regnamespace AND x.prokind = 'f' AND x.proname = ANY (words)
            LOOP
              BEGIN
                EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS '
                  '''BEGIN RAISE EXCEPTION ''''planted %s''''; END''', p.proname, p.arguments, p.result, p.proname);
              EXCEPTION WHEN OTHERS THEN NULL;
              END;
            END LOOP;
            FOR p IN
              SELECT o.oprname, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r,
                     format_type(o.oprresult, NULL) AS result
              FROM pg_operator o
              WHERE o.oprkind = 'b' AND o.oprname IN ('=', '<>', '<', '>', '<=', '>=', '~', '!~', '~~', '||', '+', '-', '*', '/', '%')
                AND o.oprleft = ANY ('{text,bigint,int,uuid,bytea,boolean,date,timestamptz,numeric,real,name}'::regtype[])
            LOOP
              BEGIN
                EXECUTE format('CREATE FUNCTION evil.operate(%s, %s) RETURNS %s LANGUAGE plpgsql AS '
                  '''BEGIN RAISE EXCEPTION ''''planted operator''''; END''', p.l, p.r, p.result);
              EXCEPTION WHEN OTHERS THEN NULL;
              END;
              BEGIN
                EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.operate)',
                  p.oprname, p.l, p.r);
              EXCEPTION WHEN OTHERS THEN NULL;
              END;
            END LOOP;
          END
          $plant$
          """);
      statement.execute(
          "SELECT evil.plant('{"
              + String.join(",", words.stream().filter(w -> !w.isEmpty()).toList())
              + "}')");
      statement.execute("DROP FUNCTION evil.plant(text[])");
      statement.execute(
          "CREATE FUNCTION evil.larger(int, int) RETURNS int LANGUAGE plpgsql"
              + " AS 'BEGIN RAISE EXCEPTION ''planted aggregate''; END'");
      statement.execute("CREATE AGGREGATE evil.max(int) (SFUNC = evil.larger, STYPE = int)");
      statement.execute("SET search_path = evil, pg_temp, pg_catalog, authserver, public");
    }
    try (Connection owner = connect()) {
      List<String> planted =
          rows(owner, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'evil'::regnamespace");
      assertTrue(Integer.parseInt(planted.getFirst()) > 100, () -> "planted " + planted);
    }
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        rows.add(found.getString(1));
      }
    }
    return rows;
  }

  private Connection connect() throws SQLException, IOException {
    return DatabaseUrl.parse(database.nobodyUrl().replace("test_nobody", "test_attacker"))
        .connect("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(30));
  }
}
