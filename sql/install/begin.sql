-- How install.sql begins: with the roles and the schema, and as their owner.
\set ON_ERROR_STOP on
\set QUIET on
\encoding UTF8

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '60s';
-- Nothing that anybody planted in public is taken for what pg_catalog has.
SET LOCAL search_path = pg_catalog, pg_temp;
-- The locks of `authserver db bootstrap` and `authserver db migrate`.
DO $$ BEGIN PERFORM pg_advisory_xact_lock(2884737838); PERFORM pg_advisory_xact_lock(2884737837); END $$;

SELECT to_regnamespace('authserver') IS NULL OR r.rolsuper AS is_bootstrapping
FROM pg_roles r WHERE r.rolname = current_user \gset
\if :is_bootstrapping
\ir ../bootstrap.sql
\endif
SET LOCAL ROLE authserver_owner;

SELECT to_regclass('authserver.schema_migration') IS NULL AS is_new, false AS is_newer \gset
\if :is_new
\else
SELECT max(m.version) AS version, max(m.version) > :newest AS is_newer FROM authserver.schema_migration m \gset
\endif
\if :is_newer
\warn the schema has version :version, but this script knows none after :newest
DO $$ BEGIN RAISE EXCEPTION 'the database is newer than this script' USING ERRCODE = 'object_not_in_prerequisite_state'; END $$;
\endif
