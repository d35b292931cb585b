CREATE OR REPLACE FUNCTION authserver.closest_domain(name text)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at  text := name;
    hit bigint;
BEGIN
    WHILE at IS NOT NULL LOOP
        SELECT d.id INTO hit FROM authserver.domain d WHERE d.name = at;
        -- As dkimsigner's selection has it, a parent has two labels at least, and a literal none.
        at := CASE WHEN hit IS NULL AND left(at, 1) <> '[' AND at ~ '\..*\.' THEN substr(at, strpos(at, '.') + 1) END;
    END LOOP;
    RETURN hit;
END;
$$;

COMMENT ON FUNCTION authserver.closest_domain(text) IS
'The domain of ours that a folded name is or that is the closest one above it; NULL where there is none. Deactivated ones count.';

REVOKE ALL ON FUNCTION authserver.closest_domain(text) FROM PUBLIC;
