CREATE OR REPLACE FUNCTION public.authserver_get_credentials(email varchar, required_permission varchar)
RETURNS TABLE (username varchar, password varchar, primary_alias varchar)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT email, f.password::varchar, f.primary_address::varchar
    FROM authserver.find_login(email) f
    WHERE f.user_id IS NOT NULL AND authserver.has_permission(f.user_id, required_permission)
$$;

COMMENT ON FUNCTION public.authserver_get_credentials(varchar, varchar) IS
'STABLE API: as authserver_get_credentials(varchar), for users only who hold the permission themselves or through a group.';

REVOKE ALL ON FUNCTION public.authserver_get_credentials(varchar, varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_get_credentials(varchar, varchar) TO authserver_api;
