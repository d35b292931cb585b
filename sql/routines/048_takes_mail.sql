CREATE OR REPLACE FUNCTION authserver.takes_mail(list bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What is in doubt is taken: mailforwarder decides.
    RETURN NOT EXISTS (SELECT FROM authserver.list_verdict v WHERE v.list_id = list AND v.verdict <> 'ok');
END;
$$;

COMMENT ON FUNCTION authserver.takes_mail(bigint) IS
'Whether mailforwarder takes mail for a list, as its verdict says: what the edge takes and mailforwarder refuses would be a bounce to a stranger.';

REVOKE ALL ON FUNCTION authserver.takes_mail(bigint) FROM PUBLIC;
