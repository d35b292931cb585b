CREATE OR REPLACE FUNCTION public.authserver_get_credentials(email varchar)
RETURNS TABLE (username varchar, password varchar, primary_alias varchar)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    found := authserver.find_login(email);
    IF found.user_id IS NOT NULL THEN
        username := email;
        password := found.password;
        primary_alias := found.primary_address;
        RETURN NEXT;
    END IF;
END;
$$;

COMMENT ON FUNCTION public.authserver_get_credentials(varchar) IS
'STABLE API: the password hash and primary address of who logs in with an address or as a service user; no row where nobody may.';

REVOKE ALL ON FUNCTION public.authserver_get_credentials(varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_get_credentials(varchar) TO authserver_api;
