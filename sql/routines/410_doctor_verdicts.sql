CREATE OR REPLACE FUNCTION authserver.doctor_verdicts(max_rows int)
RETURNS TABLE (list_name text, stored text, judged text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.name, coalesce(v.verdict, 'none'), j.judged
    FROM authserver.mailing_list l
    LEFT JOIN authserver.list_verdict v ON v.list_id = l.id
    CROSS JOIN LATERAL (SELECT authserver.judge_list(l.id) AS judged OFFSET 0) j
    WHERE v.verdict IS DISTINCT FROM j.judged
    ORDER BY l.name COLLATE "C"
    LIMIT max_rows
$$;

COMMENT ON FUNCTION authserver.doctor_verdicts(int) IS
'Lists whose stored verdict is not what mailforwarder would decide: at most max_rows. It judges every list.';

REVOKE ALL ON FUNCTION authserver.doctor_verdicts(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.doctor_verdicts(int) TO authserver_admin;
