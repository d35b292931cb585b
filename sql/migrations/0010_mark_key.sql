-- The keys by which mailforwarder proves its origin marks to dkimsigner.

CREATE TABLE authserver.mark_key (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- 366 bits of the server's random numbers, since gen_random_bytes is an extension's.
    key        bytea       NOT NULL DEFAULT sha256(
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mark_key_size CHECK (octet_length(key) = 32)
);
COMMENT ON TABLE authserver.mark_key IS 'Keys of the origin marks that mailforwarder makes and dkimsigner proves; no role reads it, mark_keys() hands them to the two.';
COMMENT ON COLUMN authserver.mark_key.key IS 'Of HMAC-SHA256.';
COMMENT ON COLUMN authserver.mark_key.created_at IS 'Two hours later it makes marks; when its successor is 14 days old it proves none any more.';

CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.mark_key
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

INSERT INTO authserver.mark_key DEFAULT VALUES;
