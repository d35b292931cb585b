CREATE OR REPLACE FUNCTION authserver.lookup_keys(local_part text)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    keys text[] := ARRAY[local_part];
    rest text := local_part;
BEGIN
    -- Not STRICT, which answers NULL without asking whether the caller may.
    IF local_part IS NULL THEN
        RETURN NULL;
    END IF;
    LOOP
        -- Without its last + or - and what follows; empty where it has none, or nothing before it.
        rest := left(rest, -strpos(reverse(translate(rest, '-', '+')), '+'));
        EXIT WHEN rest = '';
        keys := keys || rest;
    END LOOP;
    RETURN keys;
END;
$$;

COMMENT ON FUNCTION authserver.lookup_keys(text) IS
'The local parts at which an address may be found: itself, then each prefix that ends before a + or -, longest first.';

REVOKE ALL ON FUNCTION authserver.lookup_keys(text) FROM PUBLIC;
