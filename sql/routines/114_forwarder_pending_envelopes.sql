CREATE OR REPLACE FUNCTION authserver.forwarder_pending_envelopes(envelopes bigint[], most int)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'a replica may not know yet what was delivered' USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    IF envelopes IS NULL THEN
        RETURN QUERY SELECT DISTINCT o.envelope FROM authserver.delivery_outcome o LIMIT most;
    ELSE
        RETURN QUERY
            SELECT DISTINCT o.envelope FROM authserver.delivery_outcome o WHERE o.envelope = ANY (envelopes) LIMIT most;
    END IF;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_pending_envelopes(bigint[], int) IS
'Those of the given envelopes about which something is remembered; of all envelopes where NULL is given. On a replica SQLSTATE 25006: it may be behind.';

REVOKE ALL ON FUNCTION authserver.forwarder_pending_envelopes(bigint[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_pending_envelopes(bigint[], int) TO authserver_forwarder;
