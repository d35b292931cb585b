CREATE OR REPLACE FUNCTION authserver.doubt_lists_above(lists bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.doubt_lists_at(array_agg(p.name), array_agg(p.stem))
    FROM (
        SELECT DISTINCT d.name, substring(a.local_part COLLATE "C" FROM '^.[^+-]*') AS stem
        FROM authserver.email_alias a
        JOIN authserver.domain d ON d.id = a.domain_id
        WHERE a.list_id = ANY (lists)) p;
END;
$$;

COMMENT ON FUNCTION authserver.doubt_lists_above(bigint[]) IS 'Lets lists be judged again that lead to one of these.';

REVOKE ALL ON FUNCTION authserver.doubt_lists_above(bigint[]) FROM PUBLIC;
