CREATE OR REPLACE FUNCTION authserver.schema_version()
RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(max(m.version), 0) FROM authserver.schema_migration m
$$;

COMMENT ON FUNCTION authserver.schema_version() IS
'The number of the last migration. A daemon refuses to start on one that it does not know.';

REVOKE ALL ON FUNCTION authserver.schema_version() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.schema_version() TO authserver_admin, authserver_signer, authserver_forwarder;
