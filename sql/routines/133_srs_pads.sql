CREATE OR REPLACE FUNCTION authserver.srs_pads(secret bytea, OUT inner_pad bytea, OUT outer_pad bytea)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    block CONSTANT int := 64;
    key   bytea := secret;
BEGIN
    -- RFC 2104 §2: a key longer than a block is hashed, a shorter one is filled up with zeros.
    IF octet_length(key) > block THEN
        key := sha256(key);
    END IF;
    key := key || decode(repeat('00', block - octet_length(key)), 'hex');
    inner_pad := key;
    outer_pad := key;
    FOR i IN 0 .. block - 1 LOOP
        inner_pad := set_byte(inner_pad, i, get_byte(key, i) # x'36'::int);
        outer_pad := set_byte(outer_pad, i, get_byte(key, i) # x'5c'::int);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION authserver.srs_pads(bytea) IS
'What HMAC-SHA256 makes of a secret: sha256(outer_pad || sha256(inner_pad || text)) is the hash of a text (RFC 2104).';

REVOKE ALL ON FUNCTION authserver.srs_pads(bytea) FROM PUBLIC;
