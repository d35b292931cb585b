CREATE OR REPLACE FUNCTION authserver.forwarder_register_srs_secrets(secrets bytea[])
RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    registered int := 0;
    alone      boolean;
    signer     record;
    latest     timestamptz;
BEGIN
    IF array_ndims(secrets) IS DISTINCT FROM 1 OR array_position(secrets, NULL) IS NOT NULL OR cardinality(secrets) > 100 THEN
        RAISE EXCEPTION 'not 1 to 100 secrets' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Two that start at once register one after the other.
    LOCK TABLE authserver.srs_secret IN SHARE ROW EXCLUSIVE MODE;
    alone := NOT EXISTS (SELECT FROM authserver.srs_secret s WHERE s.retired_at IS NULL);

    FOR i IN 1 .. cardinality(secrets) LOOP
        IF EXISTS (
            SELECT FROM authserver.srs_secret s
            WHERE sha256(s.secret) = sha256(secrets[i]) AND s.retired_at IS NULL)
        THEN
            CONTINUE;
        END IF;
        registered := registered + 1;
        -- One that was retired is in use again.
        UPDATE authserver.srs_secret s SET retired_at = NULL WHERE sha256(s.secret) = sha256(secrets[i]);
        IF NOT FOUND THEN
            INSERT INTO authserver.srs_secret (secret, inner_pad, outer_pad, signs_at)
            SELECT secrets[i], p.inner_pad, p.outer_pad,
                   CASE
                       WHEN i > 1 THEN (
                           SELECT s.signs_at - i * interval '1 microsecond' FROM authserver.srs_secret s
                           WHERE sha256(s.secret) = sha256(secrets[1]))
                       WHEN alone THEN now()
                       ELSE now() + interval '2 hours'
                   END
            FROM authserver.srs_pads(secrets[i]) p;
        END IF;
    END LOOP;

    -- The first of them signs before the others of them.
    SELECT s.id, s.signs_at INTO signer FROM authserver.srs_secret s WHERE sha256(s.secret) = sha256(secrets[1]);
    latest := (
        SELECT max(s.signs_at) FROM authserver.srs_secret s, unnest(secrets) AS g (secret)
        WHERE sha256(s.secret) = sha256(g.secret) AND s.id <> signer.id);
    IF latest >= signer.signs_at THEN
        UPDATE authserver.srs_secret s SET signs_at = greatest(now(), latest + interval '1 microsecond')
        WHERE s.id = signer.id;
    END IF;
    RETURN registered;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_register_srs_secrets(bytea[]) IS
'Keeps the secrets with which a daemon was configured, so that the edge and the other daemons verify what it makes: the first signs before the others. Returns how many are new or were retired. SQLSTATE 22023: not 1 to 100 secrets; 23514: one is empty or has over 65536 octets.';

REVOKE ALL ON FUNCTION authserver.forwarder_register_srs_secrets(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_register_srs_secrets(bytea[]) TO authserver_forwarder;
