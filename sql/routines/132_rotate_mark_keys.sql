CREATE OR REPLACE FUNCTION authserver.rotate_mark_keys()
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made boolean;
BEGIN
    -- Two at once would make two keys.
    LOCK TABLE authserver.mark_key IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO authserver.mark_key (created_at)
    SELECT now()
    WHERE NOT EXISTS (SELECT FROM authserver.mark_key k WHERE k.created_at > now() - interval '30 days');
    made := FOUND;
    -- The days of mark_keys().
    DELETE FROM authserver.mark_key k
    WHERE EXISTS (
        SELECT FROM authserver.mark_key n
        WHERE (n.created_at, n.id) > (k.created_at, k.id) AND n.created_at <= now() - interval '14 days');
    RETURN made;
END;
$$;

COMMENT ON FUNCTION authserver.rotate_mark_keys() IS
'Makes a new key for the origin marks where the newest is 30 days old or there is none, and deletes those that prove nothing any more. Returns whether it made one.';

REVOKE ALL ON FUNCTION authserver.rotate_mark_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.rotate_mark_keys() TO authserver_admin;
