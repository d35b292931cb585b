CREATE OR REPLACE FUNCTION authserver.create_srs_secret(OUT id bigint, OUT signs_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- 366 bits of the server's random numbers, since gen_random_bytes is an extension's.
    made CONSTANT bytea := sha256(
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
BEGIN
    -- Two at once would both be the first.
    LOCK TABLE authserver.srs_secret IN SHARE ROW EXCLUSIVE MODE;
    -- The days of srs_secrets().
    DELETE FROM authserver.srs_secret s WHERE s.retired_at <= now() - interval '24 days';
    INSERT INTO authserver.srs_secret AS s (secret, inner_pad, outer_pad, signs_at)
    SELECT made, p.inner_pad, p.outer_pad,
           CASE
               -- Daemons go on for an hour without the database: by then each one has it.
               WHEN EXISTS (SELECT FROM authserver.srs_secret o WHERE o.retired_at IS NULL) THEN now() + interval '2 hours'
               ELSE now()
           END
    FROM authserver.srs_pads(made) p
    RETURNING s.id, s.signs_at INTO create_srs_secret.id, create_srs_secret.signs_at;
END;
$$;

COMMENT ON FUNCTION authserver.create_srs_secret() IS
'Makes a secret of return addresses: it verifies at once, and signs after two hours, or at once where it is the only one. Deletes those that verify nothing any more.';

REVOKE ALL ON FUNCTION authserver.create_srs_secret() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.create_srs_secret() TO authserver_admin;
