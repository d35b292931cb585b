-- One step of install.sql: applies migrations/:file.sql and records it, unless the database has had it.
\if :is_new
SELECT true AS is_pending, false AS is_changed \gset
\else
SELECT count(*) = 0 AS is_pending, coalesce(bool_or(m.checksum <> :'checksum'), false) AS is_changed
FROM authserver.schema_migration m WHERE m.version = :version \gset
\endif
\if :is_changed
\warn migration :file is not what this database once had as that
DO $$ BEGIN RAISE EXCEPTION 'a migration was changed after this database had it' USING ERRCODE = 'object_not_in_prerequisite_state'; END $$;
\endif
\if :is_pending
\ir ../migrations/:file.sql
INSERT INTO authserver.schema_migration (version, name, checksum) VALUES (:version, :'file', :'checksum');
\echo applied migration :file
\endif
