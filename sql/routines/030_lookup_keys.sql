CREATE OR REPLACE FUNCTION authserver.lookup_keys(local_part text)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Most local parts have no extension.
    IF local_part !~ '.[+-]' THEN
        RETURN ARRAY[local_part];
    END IF;
    RETURN (
        SELECT array_agg(left(local_part, i - 1) ORDER BY i DESC)
        FROM generate_series(2, length(local_part) + 1) AS i
        WHERE i = length(local_part) + 1 OR substr(local_part, i, 1) IN ('+', '-'));
END;
$$;

COMMENT ON FUNCTION authserver.lookup_keys(text) IS
'The local parts at which an address may be found: itself, then each prefix that ends before a + or -, longest first.';

REVOKE ALL ON FUNCTION authserver.lookup_keys(text) FROM PUBLIC;
