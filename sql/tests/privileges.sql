-- Who may do what. Needs pgTAP; changes nothing.
BEGIN;
SELECT plan(90);

SELECT function_privs_are('authserver', 'signer_keys', ARRAY['text[]'], 'authserver_signer', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'signer_keys', ARRAY['text[]'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'signer_keys', ARRAY['text[]'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'signer_profiles', ARRAY['text[]'], 'authserver_signer', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'signer_profiles', ARRAY['text[]'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'signer_wrapping_keys', ARRAY[]::text[], 'authserver_signer', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'signer_wrapping_keys', ARRAY[]::text[], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_route', ARRAY['text[]'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_expand', ARRAY['bigint'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_expand', ARRAY['bigint', 'integer'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_route', ARRAY['text[]'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_expand', ARRAY['bigint'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_expand', ARRAY['bigint', 'integer'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_route', ARRAY['text[]'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_expand', ARRAY['bigint'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_expand', ARRAY['bigint', 'integer'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_outcomes', ARRAY['bytea[]'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_outcomes', ARRAY['bytea[]'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_pending_envelopes', ARRAY['bigint[]', 'integer'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_pending_envelopes', ARRAY['bigint[]', 'integer'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_store_outcomes', ARRAY['bytea[]', 'bigint[]', 'text[]', 'text[]', 'bigint'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_store_outcomes', ARRAY['bytea[]', 'bigint[]', 'text[]', 'text[]', 'bigint'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_keep_srs_tokens', ARRAY['text[]', 'text[]'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_keep_srs_tokens', ARRAY['text[]', 'text[]'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_find_srs_tokens', ARRAY['text[]'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_find_srs_tokens', ARRAY['text[]'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_claim_report', ARRAY['text'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_claim_report', ARRAY['text'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_claim_report', ARRAY['text'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'mark_keys', ARRAY[]::text[], 'authserver_signer', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'mark_keys', ARRAY[]::text[], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'mark_keys', ARRAY[]::text[], 'authserver_admin', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'mark_keys', ARRAY[]::text[], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'rotate_mark_keys', ARRAY[]::text[], 'authserver_admin', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'rotate_mark_keys', ARRAY[]::text[], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'rotate_mark_keys', ARRAY[]::text[], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'srs_secrets', ARRAY[]::text[], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'srs_secrets', ARRAY[]::text[], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'srs_secrets', ARRAY[]::text[], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'srs_site', ARRAY['text'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'set_srs_form', ARRAY['text'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'set_srs_form', ARRAY['text'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_register_srs_secrets', ARRAY['bytea[]'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_register_srs_secrets', ARRAY['bytea[]'], 'authserver_admin', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'create_srs_secret', ARRAY[]::text[], 'authserver_admin', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'create_srs_secret', ARRAY[]::text[], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'retire_srs_secret', ARRAY['bigint', 'boolean'], 'authserver_admin', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'retire_srs_secret', ARRAY['bigint', 'boolean'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'is_srs_address', ARRAY['text'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_judge_author', ARRAY['text', 'text', 'text'], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_judge_author', ARRAY['text', 'text', 'text'], 'authserver_signer', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_judge_author', ARRAY['text', 'text', 'text'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'find_owner', ARRAY['text'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'has_address_in', ARRAY['uuid', 'bigint'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'doctor_lists', ARRAY['integer', 'integer'], 'authserver_admin', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'doctor_lists', ARRAY['integer', 'integer'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'doctor_verdicts', ARRAY['integer'], 'authserver_admin', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'doctor_verdicts', ARRAY['integer'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'forwarder_max_targets', ARRAY[]::text[], 'authserver_forwarder', ARRAY['EXECUTE']);
SELECT function_privs_are('authserver', 'forwarder_max_targets', ARRAY[]::text[], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'judge_lists', ARRAY[]::text[], 'authserver_admin', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'takes_mail', ARRAY['bigint'], 'authserver_api', ARRAY[]::text[]);
SELECT table_privs_are('authserver', 'list_verdict', 'authserver_admin', ARRAY['SELECT']);
SELECT function_privs_are('authserver', 'find_login', ARRAY['text'], 'authserver_api', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'look_up', ARRAY['text'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('authserver', 'look_up_list_owner', ARRAY['bigint', 'text'], 'authserver_forwarder', ARRAY[]::text[]);

SELECT function_privs_are('public', 'authserver_get_credentials', ARRAY['character varying'], 'authserver_api', ARRAY['EXECUTE']);
SELECT function_privs_are('public', 'authserver_get_credentials', ARRAY['character varying', 'character varying'], 'authserver_api', ARRAY['EXECUTE']);
SELECT function_privs_are('public', 'authserver_check_domain', ARRAY['character varying'], 'authserver_api', ARRAY['EXECUTE']);
SELECT function_privs_are('public', 'authserver_resolve_alias', ARRAY['character varying', 'boolean'], 'authserver_api', ARRAY['EXECUTE']);
SELECT function_privs_are('public', 'authserver_iterate_users', ARRAY[]::text[], 'authserver_api', ARRAY['EXECUTE']);
SELECT function_privs_are('public', 'authserver_sender_addresses', ARRAY['character varying'], 'authserver_api', ARRAY['EXECUTE']);
SELECT function_privs_are('public', 'authserver_sender_addresses', ARRAY['character varying'], 'authserver_admin', ARRAY[]::text[]);
SELECT function_privs_are('public', 'authserver_get_credentials', ARRAY['character varying'], 'authserver_forwarder', ARRAY[]::text[]);
SELECT function_privs_are('public', 'authserver_get_credentials', ARRAY['character varying'], 'authserver_signer', ARRAY[]::text[]);

SELECT is_empty(
    $$ SELECT p.oid::regprocedure FROM pg_proc p
       WHERE (p.pronamespace = 'authserver'::regnamespace
              OR (p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authserver\_%'))
         AND has_function_privilege('public', p.oid, 'EXECUTE') $$,
    'no routine is everybody''s');
SELECT is_empty(
    $$ SELECT p.oid::regprocedure FROM pg_proc p
       WHERE p.pronamespace = 'authserver'::regnamespace AND NOT 'search_path=pg_catalog, pg_temp' = ANY (p.proconfig) $$,
    'every routine has its search_path');
SELECT is_empty(
    $$ SELECT c.relname, r.rolname FROM pg_class c, pg_roles r
       WHERE c.relnamespace = 'authserver'::regnamespace AND c.relkind IN ('r', 'v', 'S')
         AND r.rolname IN ('authserver_signer', 'authserver_forwarder', 'authserver_api')
         AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE')
                            ELSE has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END $$,
    'daemons and API hold no right on a table');
SELECT table_privs_are('authserver', 'mail_user', 'authserver_admin', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']);
SELECT table_privs_are('authserver', 'dkim_key_event', 'authserver_admin', ARRAY['SELECT', 'INSERT']);
SELECT table_privs_are('authserver', 'schema_migration', 'authserver_admin', ARRAY['SELECT']);

SELECT schema_privs_are('authserver', 'authserver_signer', ARRAY['USAGE']);
SELECT schema_privs_are('authserver', 'authserver_forwarder', ARRAY['USAGE']);
SELECT schema_privs_are('authserver', 'authserver_admin', ARRAY['USAGE']);
SELECT schema_privs_are('authserver', 'authserver_api', ARRAY[]::text[]);
SELECT is(has_schema_privilege('public', 'public', 'CREATE'), false, 'not everybody creates in public');

SELECT is_empty(
    $$ SELECT rolname FROM pg_roles
       WHERE rolname LIKE 'authserver\_%' AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls) $$,
    'the group roles can neither log in nor do anything special');
SELECT is(pg_has_role('authserver_admin', 'authserver_owner', 'MEMBER'), false, 'admin is not the owner');
SELECT is(pg_has_role('authserver_signer', 'authserver_admin', 'MEMBER'), false, 'signer is not admin');
SELECT is(pg_has_role('authserver_forwarder', 'authserver_signer', 'MEMBER'), false, 'forwarder is not signer');

SELECT * FROM finish();
ROLLBACK;
