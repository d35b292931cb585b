CREATE OR REPLACE FUNCTION authserver.judge_lists()
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- As who changes what verdicts rest on does it: authserver.take_turn.
    UPDATE authserver.list_verdict_turn t SET taken_by = pg_current_xact_id()
    WHERE t.taken_by IS DISTINCT FROM pg_current_xact_id();
    INSERT INTO authserver.list_verdict AS v (list_id, verdict)
    SELECT l.id, authserver.judge_list(l.id) FROM authserver.mailing_list l
    ON CONFLICT (list_id) DO UPDATE SET verdict = EXCLUDED.verdict
        WHERE v.verdict IS DISTINCT FROM EXCLUDED.verdict;
END;
$$;

COMMENT ON FUNCTION authserver.judge_lists() IS
'Judges every list anew. `authserver db migrate`, `spapi install` and install.sql do so when they have installed a routine, since by another routine an address may lead elsewhere.';

REVOKE ALL ON FUNCTION authserver.judge_lists() FROM PUBLIC;
