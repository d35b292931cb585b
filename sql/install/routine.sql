-- One step of install.sql: installs routines/:file.sql and records it, unless that very text is installed.
SELECT NOT EXISTS (
    SELECT FROM authserver.schema_routine r WHERE r.name = :'file' AND r.checksum = :'checksum') AS is_pending \gset
\if :is_pending
\ir ../routines/:file.sql
INSERT INTO authserver.schema_routine (name, checksum) VALUES (:'file', :'checksum')
ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now();
\echo installed routine :file
\endif
