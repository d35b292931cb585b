CREATE OR REPLACE FUNCTION authserver.forwarder_expand(list bigint)
RETURNS TABLE (
    step               int,
    parent             int,
    address            text,
    decision           text,
    domain_id          bigint,
    domain             text,
    matched_local_part text,
    list_id            bigint,
    list_name          text,
    new_mailfrom       text,
    owner_address      text,
    target             text,
    block_action       text,
    null_sender        text,
    single_member      boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    max_steps CONSTANT int := 100000;
BEGIN
    RETURN QUERY SELECT * FROM authserver.forwarder_expand(list, max_steps);
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_expand(bigint) IS
'forwarder_expand for a list as large as any may be, which is 100,000 steps.';

REVOKE ALL ON FUNCTION authserver.forwarder_expand(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_expand(bigint) TO authserver_forwarder, authserver_admin;
