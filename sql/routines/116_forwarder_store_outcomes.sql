CREATE OR REPLACE FUNCTION authserver.forwarder_store_outcomes(
    keys bytea[], envelopes bigint[], outcomes text[], replies text[], lifetime_seconds bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    changed bigint[];
BEGIN
    IF cardinality(keys) IS DISTINCT FROM cardinality(envelopes)
        OR cardinality(keys) IS DISTINCT FROM cardinality(outcomes)
        OR cardinality(keys) IS DISTINCT FROM cardinality(replies)
    THEN
        RAISE EXCEPTION 'arrays of different lengths' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Whoever adds rows takes away more that have expired, so the table is bounded without anybody's care.
    DELETE FROM authserver.delivery_outcome d
    WHERE d.key IN (
        SELECT o.key FROM authserver.delivery_outcome o
        WHERE o.first_seen < now() - make_interval(secs => lifetime_seconds)
        ORDER BY o.first_seen
        LIMIT 100 + 2 * cardinality(keys)
        FOR UPDATE SKIP LOCKED);

    -- In the order of the keys, so that two who store the same do not wait for each other in a circle.
    WITH stored AS (
        INSERT INTO authserver.delivery_outcome AS o (key, envelope, outcome, reply)
        SELECT DISTINCT ON (n.key) n.key, n.envelope, n.outcome, n.reply
        FROM unnest(keys, envelopes, outcomes, replies) AS n (key, envelope, outcome, reply)
        ORDER BY n.key
        ON CONFLICT (key) DO UPDATE
            SET outcome = EXCLUDED.outcome, reply = EXCLUDED.reply, changed_at = now()
            -- What is final stays so.
            WHERE o.outcome = 'deferred' OR (o.outcome = 'refused' AND EXCLUDED.outcome IN ('delivered', 'reported'))
        RETURNING o.envelope)
    SELECT array_agg(DISTINCT s.envelope) INTO changed FROM stored s;
    IF cardinality(changed) > 1000 THEN
        PERFORM pg_notify('authserver', 'outcome 0');
    ELSE
        PERFORM authserver.notify_changes('outcome', changed);
    END IF;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_store_outcomes(bytea[], bigint[], text[], text[], bigint) IS
'Remembers outcomes, one in each place of the arrays, notifies their envelopes (0: many), and deletes some of those that are older than the lifetime. The time of first sight stays; delivered and reported are final. SQLSTATE 22023: arrays of different lengths; 23514: an outcome that is none.';

REVOKE ALL ON FUNCTION authserver.forwarder_store_outcomes(bytea[], bigint[], text[], text[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_store_outcomes(bytea[], bigint[], text[], text[], bigint) TO authserver_forwarder;
