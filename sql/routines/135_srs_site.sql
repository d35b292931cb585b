CREATE OR REPLACE FUNCTION authserver.srs_site(
    srs_domain text,
    OUT form text,
    OUT since timestamptz,
    OUT domain_active boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(s.srs_form), max(s.srs_form_since),
           EXISTS (
               SELECT FROM authserver.domain d
               WHERE d.name = lower(srs_site.srs_domain COLLATE "C") COLLATE "default" AND d.active)
    FROM authserver.site s
$$;

COMMENT ON FUNCTION authserver.srs_site(text) IS
'How the hash of a return address is made, since when that is so (NULL: it was never changed), and whether a domain is one of ours that takes mail.';

REVOKE ALL ON FUNCTION authserver.srs_site(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.srs_site(text) TO authserver_forwarder, authserver_admin;
