CREATE OR REPLACE FUNCTION authserver.srs_secrets()
RETURNS TABLE (
    id          bigint,
    secret      bytea,
    state       text,
    created_at  timestamptz,
    signs_at    timestamptz,
    retired_at  timestamptz,
    octets      int,
    fingerprint text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH aged AS (
        SELECT s.*, s.retired_at IS NOT NULL AS retired, s.signs_at > now() AS young FROM authserver.srs_secret s
        WHERE s.retired_at IS NULL OR s.retired_at > now() - interval '24 days'),
    placed AS (
        SELECT a.*, row_number() OVER (
            ORDER BY a.retired, a.young,
                     CASE WHEN NOT a.young THEN a.signs_at END DESC,
                     CASE WHEN NOT a.young THEN a.id END DESC,
                     a.signs_at, a.id DESC) AS place
        FROM aged a)
    SELECT p.id, p.secret,
           CASE WHEN p.place = 1 THEN 'signs' WHEN p.retired THEN 'retired' WHEN p.young THEN 'new' ELSE 'verifies' END,
           p.created_at, p.signs_at, p.retired_at, octet_length(p.secret),
           left(encode(sha256(p.outer_pad || sha256(p.inner_pad || convert_to('fingerprint', 'UTF8'))), 'hex'), 8)
    FROM placed p
    ORDER BY p.place
$$;

COMMENT ON FUNCTION authserver.srs_secrets() IS
'The secrets of return addresses: the first signs, all verify. A new one signs after two hours, when all daemons have it; a retired one verifies for 24 days. The fingerprint tells secrets apart and gives away no more than a return address does.';

REVOKE ALL ON FUNCTION authserver.srs_secrets() FROM PUBLIC;
-- For `authserver srs` and `authserver srs-secret list` as well.
GRANT EXECUTE ON FUNCTION authserver.srs_secrets() TO authserver_forwarder, authserver_admin;
