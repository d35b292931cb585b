CREATE OR REPLACE FUNCTION authserver.mark_keys()
RETURNS TABLE (key bytea)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH aged AS (
        SELECT k.key, k.created_at, k.created_at > now() - interval '2 hours' AS young,
               lead(k.created_at) OVER (ORDER BY k.created_at, k.id) AS followed_at
        FROM authserver.mark_key k)
    -- A new key makes marks only when every dkimsigner has it, one that did without the database for an hour too.
    SELECT a.key FROM aged a
    WHERE a.followed_at IS NULL OR a.followed_at > now() - interval '14 days'
    ORDER BY a.young,
             CASE WHEN NOT a.young THEN a.created_at END DESC,
             a.created_at
$$;

COMMENT ON FUNCTION authserver.mark_keys() IS
'The keys of the origin marks: the first makes them, all prove them. A new one makes marks after two hours; the former proves them for 14 days more.';

REVOKE ALL ON FUNCTION authserver.mark_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.mark_keys() TO authserver_signer, authserver_forwarder;
