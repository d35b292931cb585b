CREATE OR REPLACE FUNCTION authserver.is_usable_password(password text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(password LIKE '$%', false);
END;
$$;

COMMENT ON FUNCTION authserver.is_usable_password(text) IS
'Whether a stored password can let anybody in: a crypt(3) hash, not NULL, empty, or marked with ! or *.';

REVOKE ALL ON FUNCTION authserver.is_usable_password(text) FROM PUBLIC;
