-- How install.sql ends.
-- By another routine a list may lead elsewhere.
DO $$ BEGIN PERFORM authserver.judge_lists(); END $$;
COMMIT;
\echo the schema has version :newest
