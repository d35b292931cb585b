CREATE OR REPLACE FUNCTION public.authserver_check_domain(domain varchar)
RETURNS SETOF varchar
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.name::varchar FROM authserver.domain d
    WHERE d.name = lower(authserver_check_domain.domain COLLATE "C") COLLATE "default" AND d.active
$$;

COMMENT ON FUNCTION public.authserver_check_domain(varchar) IS
'STABLE API: the name of a domain of ours that takes mail; no row for any other, nor for a deactivated one.';

REVOKE ALL ON FUNCTION public.authserver_check_domain(varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_check_domain(varchar) TO authserver_api;
