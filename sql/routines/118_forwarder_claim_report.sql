CREATE OR REPLACE FUNCTION authserver.forwarder_claim_report(to_address text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pause    CONSTANT interval := interval '1 hour';
    max_rows CONSTANT int := 100000;
    claimed  boolean;
BEGIN
    -- Most questions come while the hour runs, and write nothing.
    IF EXISTS (SELECT FROM authserver.report_told t WHERE t.address = to_address AND t.told_at > now() - pause) THEN
        RETURN false;
    END IF;

    -- Whoever adds a row takes away more that are over.
    DELETE FROM authserver.report_told t
    WHERE t.address IN (
        SELECT o.address FROM authserver.report_told o
        WHERE o.told_at <= now() - pause AND o.address <> to_address
        ORDER BY o.told_at
        LIMIT 100
        FOR UPDATE SKIP LOCKED);

    -- The number is what the last VACUUM or ANALYZE counted.
    IF (SELECT c.reltuples >= max_rows FROM pg_class c WHERE c.oid = 'authserver.report_told'::regclass)
        AND NOT EXISTS (SELECT FROM authserver.report_told t WHERE t.address = to_address)
    THEN
        RETURN false;
    END IF;

    INSERT INTO authserver.report_told AS t (address, told_at) VALUES (to_address, now())
    ON CONFLICT (address) DO UPDATE SET told_at = now() WHERE t.told_at <= now() - pause
    RETURNING true INTO claimed;
    RETURN coalesce(claimed, false);
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_claim_report(text) IS
'Claims the right to write a limited report to an address, given folded: true for the first who asks within an hour, of all instances, and then the hour begins. Deletes some rows that are over. Also false where the table has some 100,000 rows and none for the address. SQLSTATE 23514: what is no address.';

REVOKE ALL ON FUNCTION authserver.forwarder_claim_report(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_claim_report(text) TO authserver_forwarder;
