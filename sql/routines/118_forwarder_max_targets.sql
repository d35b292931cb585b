CREATE OR REPLACE FUNCTION authserver.forwarder_max_targets()
RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.max_targets FROM authserver.site s
$$;

COMMENT ON FUNCTION authserver.forwarder_max_targets() IS
'How many addresses one recipient may stand for. A list that stands for more takes no mail.';

REVOKE ALL ON FUNCTION authserver.forwarder_max_targets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_max_targets() TO authserver_forwarder, authserver_admin;
