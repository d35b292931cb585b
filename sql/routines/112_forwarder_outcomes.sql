CREATE OR REPLACE FUNCTION authserver.forwarder_outcomes(keys bytea[])
RETURNS TABLE (
    key         bytea,
    outcome     text,
    reply       text,
    age_seconds bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'a replica may not know yet what was delivered' USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    RETURN QUERY
        SELECT o.key, o.outcome, o.reply, greatest(0, extract(epoch FROM now() - o.first_seen))::bigint
        FROM authserver.delivery_outcome o
        WHERE o.key = ANY (keys);
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_outcomes(bytea[]) IS
'What is remembered under these keys, with the time since it was first stored. Keys without a row give none. On a replica SQLSTATE 25006: it may be behind.';

REVOKE ALL ON FUNCTION authserver.forwarder_outcomes(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_outcomes(bytea[]) TO authserver_forwarder;
