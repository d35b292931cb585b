CREATE OR REPLACE FUNCTION authserver.is_srs_address(local_part text)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Base 32 of RFC 4648 §6, folded. Two digits count days modulo 1024, as Mail::SRS and postsrsd write them.
    digits  CONSTANT text := 'abcdefghijklmnopqrstuvwxyz234567';
    max_age CONSTANT int := 21;
    stamp   text;
    days    int;
BEGIN
    IF local_part ~ '^srs1[=+-][a-z0-9+/]{4,32}=[^=]+=[=+-][^=]+=[a-z2-7]{2}=[^=]+=.+$' THEN
        -- The time stamp inside is that of the forwarder before us.
        RETURN true;
    END IF;
    stamp := (regexp_match(local_part, '^srs0[=+-][a-z0-9+/]{4,32}=([a-z2-7]{2})=[^=]+=.+$'))[1];
    IF stamp IS NULL THEN
        RETURN NULL;
    END IF;
    days := (strpos(digits, left(stamp, 1)) - 1) * 32 + strpos(digits, right(stamp, 1)) - 1;
    -- One day of grace for clocks that differ.
    RETURN (floor(extract(epoch FROM now()) / 86400)::int + 1 - days + 1024) % 1024 <= max_age + 1;
END;
$$;

COMMENT ON FUNCTION authserver.is_srs_address(text) IS
'Whether a folded local part is an SRS address by its shape: true, false where it is too old, NULL where it is none. Only mailforwarder knows the secrets: it checks the hash.';

REVOKE ALL ON FUNCTION authserver.is_srs_address(text) FROM PUBLIC;
