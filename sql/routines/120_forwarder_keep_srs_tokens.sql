CREATE OR REPLACE FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    today    CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    -- An SRS address is good for 21 days; clocks may differ.
    max_age  CONSTANT int := 24;
    max_rows CONSTANT real := 5000000;
    excess   CONSTANT boolean := (SELECT c.reltuples > max_rows FROM pg_class c WHERE c.oid = 'authserver.srs_token'::regclass);
BEGIN
    IF cardinality(tokens) IS DISTINCT FROM cardinality(addresses) THEN
        RAISE EXCEPTION 'arrays of different lengths' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Whoever adds rows takes away more: what has expired; of too many, what has gone unused for longest.
    DELETE FROM authserver.srs_token t
    WHERE t.token IN (
        SELECT o.token FROM authserver.srs_token o
        WHERE o.last_used < today - max_age OR (excess AND o.last_used < today)
        ORDER BY o.last_used
        LIMIT 100 + 2 * cardinality(tokens)
        FOR UPDATE SKIP LOCKED);

    -- In the order of the tokens, so that two who keep the same do not wait for each other in a circle.
    INSERT INTO authserver.srs_token AS t (token, address, last_used)
    SELECT DISTINCT ON (n.token) n.token, n.address, today
    FROM unnest(tokens, addresses) AS n (token, address)
    ORDER BY n.token
    ON CONFLICT (token) DO UPDATE SET last_used = today WHERE t.last_used < today;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_keep_srs_tokens(text[], text[]) IS
'Keeps the senders behind tokens, one in each place of the arrays, and deletes some that have not been used for 24 days; above some 5 million rows those that have gone unused for longest. SQLSTATE 22023: arrays of different lengths; 23514: a token or address that is none.';

REVOKE ALL ON FUNCTION authserver.forwarder_keep_srs_tokens(text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_keep_srs_tokens(text[], text[]) TO authserver_forwarder, authserver_admin;
