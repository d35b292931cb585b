CREATE OR REPLACE FUNCTION public.authserver_get_credentials(email varchar)
RETURNS TABLE (username varchar, password varchar, primary_alias varchar)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT email, f.password::varchar, f.primary_address::varchar
    FROM authserver.find_login(email) f
    WHERE f.user_id IS NOT NULL
$$;

COMMENT ON FUNCTION public.authserver_get_credentials(varchar) IS
'STABLE API: the password hash and primary address of who logs in with an address or as a service user; no row where nobody may.';

REVOKE ALL ON FUNCTION public.authserver_get_credentials(varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_get_credentials(varchar) TO authserver_api;
