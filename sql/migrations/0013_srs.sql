-- The secrets of return addresses. The edge proves a hash with them before it takes a bounce. Runs as authserver_owner.

CREATE TABLE authserver.srs_secret (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret     bytea       NOT NULL,
    inner_pad  bytea       NOT NULL,
    outer_pad  bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    signs_at   timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT srs_secret_size CHECK (octet_length(secret) BETWEEN 1 AND 65536),
    CONSTRAINT srs_secret_pad_size CHECK (octet_length(inner_pad) = 64 AND octet_length(outer_pad) = 64)
);
COMMENT ON TABLE authserver.srs_secret IS 'Secrets of return addresses; no role reads it, srs_secrets() hands them out.';
COMMENT ON COLUMN authserver.srs_secret.inner_pad IS 'The secret as HMAC-SHA256 mixes it in before the text (RFC 2104 section 2), so that sha256() makes a hash.';
COMMENT ON COLUMN authserver.srs_secret.outer_pad IS 'The same for before the inner hash.';
COMMENT ON COLUMN authserver.srs_secret.signs_at IS 'From when on it may sign; it verifies at once. Of those that may, the latest does.';
COMMENT ON COLUMN authserver.srs_secret.retired_at IS 'From when on it signs no more; it verifies for 24 days more.';

-- A secret is longer than an index takes.
CREATE UNIQUE INDEX srs_secret_unique ON authserver.srs_secret (sha256(secret));

CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.srs_secret
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();
