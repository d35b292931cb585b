CREATE OR REPLACE FUNCTION authserver.set_srs_form(form text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM authserver.site s WHERE s.srs_form = form) THEN
        RETURN false;
    END IF;
    UPDATE authserver.site s SET srs_form = form, srs_form_since = now() WHERE s.srs_form <> form;
    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION authserver.set_srs_form(text) IS
'Changes how the hash of a return address is made from now on, and returns whether that is a change. SQLSTATE 23514: neither mailsrs nor separated.';

REVOKE ALL ON FUNCTION authserver.set_srs_form(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.set_srs_form(text) TO authserver_forwarder, authserver_admin;
