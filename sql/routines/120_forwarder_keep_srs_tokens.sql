CREATE OR REPLACE FUNCTION authserver.forwarder_keep_srs_tokens(tokens text[], addresses text[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    today    CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    -- An SRS address is good for 21 days; clocks may differ.
    max_age  CONSTANT int := 24;
    max_rows CONSTANT int := 20000000;
    expired  int;
BEGIN
    IF cardinality(tokens) IS DISTINCT FROM cardinality(addresses) THEN
        RAISE EXCEPTION 'arrays of different lengths' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Whoever adds rows takes away more that have expired.
    DELETE FROM authserver.srs_token t
    WHERE t.token IN (
        SELECT o.token FROM authserver.srs_token o
        WHERE o.last_used < today - max_age
        ORDER BY o.last_used
        LIMIT 100 + 2 * cardinality(tokens)
        FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS expired = ROW_COUNT;

    -- So that nobody fills the disk. A sender who was kept before is kept on: who has his address counts on it. The
    -- number is what the last VACUUM or ANALYZE counted.
    IF expired < cardinality(tokens)
        AND (SELECT c.reltuples >= max_rows FROM pg_class c WHERE c.oid = 'authserver.srs_token'::regclass)
        AND EXISTS (
            SELECT FROM unnest(tokens) AS n (token)
            WHERE NOT EXISTS (SELECT FROM authserver.srs_token t WHERE t.token = n.token))
    THEN
        RAISE EXCEPTION 'authserver.srs_token has % rows, and may have no more', max_rows
            USING ERRCODE = 'program_limit_exceeded';
    END IF;

    -- In the order of the tokens, so that two who keep the same do not wait for each other in a circle.
    INSERT INTO authserver.srs_token AS t (token, address, last_used)
    SELECT DISTINCT ON (n.token) n.token, n.address, today
    FROM unnest(tokens, addresses) AS n (token, address)
    ORDER BY n.token
    ON CONFLICT (token) DO UPDATE SET last_used = today WHERE t.last_used < today;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_keep_srs_tokens(text[], text[]) IS
'Keeps the senders behind tokens, one in each place of the arrays, and deletes some that have not been used for 24 days. SQLSTATE 54000: the table has some 20 million rows and one of the tokens is new; then none is kept; 22023: arrays of different lengths; 23514: a token or address that is none.';

REVOKE ALL ON FUNCTION authserver.forwarder_keep_srs_tokens(text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_keep_srs_tokens(text[], text[]) TO authserver_forwarder, authserver_admin;
