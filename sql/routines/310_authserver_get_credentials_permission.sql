CREATE OR REPLACE FUNCTION public.authserver_get_credentials(email varchar, required_permission varchar)
RETURNS TABLE (username varchar, password varchar, primary_alias varchar)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    found := authserver.find_login(email);
    IF found.user_id IS NOT NULL AND authserver.has_permission(found.user_id, required_permission) THEN
        username := email;
        password := found.password;
        primary_alias := found.primary_address;
        RETURN NEXT;
    END IF;
END;
$$;

COMMENT ON FUNCTION public.authserver_get_credentials(varchar, varchar) IS
'STABLE API: as authserver_get_credentials(varchar), for users only who hold the permission themselves or through a group.';

REVOKE ALL ON FUNCTION public.authserver_get_credentials(varchar, varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_get_credentials(varchar, varchar) TO authserver_api;
