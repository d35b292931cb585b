CREATE OR REPLACE FUNCTION authserver.retire_srs_secret(secret_id bigint, at_once boolean)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    meant record;
BEGIN
    -- Two that go at once would leave none.
    LOCK TABLE authserver.srs_secret IN SHARE ROW EXCLUSIVE MODE;
    SELECT s.retired_at INTO meant FROM authserver.srs_secret s WHERE s.id = secret_id;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    IF meant.retired_at IS NULL THEN
        IF NOT EXISTS (SELECT FROM authserver.srs_secret s WHERE s.id <> secret_id AND s.retired_at IS NULL) THEN
            RETURN 'only';
        END IF;
        IF NOT at_once AND NOT EXISTS (
            SELECT FROM authserver.srs_secret s
            WHERE s.id <> secret_id AND s.retired_at IS NULL AND s.signs_at <= now())
        THEN
            RETURN 'too_early';
        END IF;
    ELSIF NOT at_once THEN
        RETURN 'retired';
    END IF;
    IF at_once THEN
        DELETE FROM authserver.srs_secret s WHERE s.id = secret_id;
    ELSE
        UPDATE authserver.srs_secret s SET retired_at = now() WHERE s.id = secret_id;
    END IF;
    RETURN 'done';
END;
$$;

COMMENT ON FUNCTION authserver.retire_srs_secret(bigint, boolean) IS
'Lets a secret of return addresses sign no more; it verifies for 24 days more, or nothing any more where that is to be at once. Returns done, or why nothing was: unknown; retired already; only: no other signs; too_early: the others do not sign yet.';

REVOKE ALL ON FUNCTION authserver.retire_srs_secret(bigint, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.retire_srs_secret(bigint, boolean) TO authserver_admin;
