CREATE OR REPLACE FUNCTION authserver.forwarder_find_srs_tokens(tokens text[])
RETURNS TABLE (token text, address text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.token, t.address FROM authserver.srs_token t WHERE t.token = ANY (tokens)
$$;

COMMENT ON FUNCTION authserver.forwarder_find_srs_tokens(text[]) IS
'The senders behind tokens; no row for a token that is not kept or no longer.';

REVOKE ALL ON FUNCTION authserver.forwarder_find_srs_tokens(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_find_srs_tokens(text[]) TO authserver_forwarder, authserver_admin;
