CREATE OR REPLACE FUNCTION authserver.signer_profiles(domains text[])
RETURNS TABLE (
    domain_id               bigint,
    header_canonicalization text,
    body_canonicalization   text,
    signed_fields           text,
    oversigned_fields       text,
    auid                    text,
    author_must_match       text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.id, d.header_canonicalization, d.body_canonicalization, d.signed_fields, d.oversigned_fields, d.auid,
           d.author_must_match
    FROM authserver.domain d
    WHERE d.name = ANY (domains)
    ORDER BY d.name
$$;

COMMENT ON FUNCTION authserver.signer_profiles(text[]) IS
'For each given name (folded A-labels) that is a domain of ours: what its signatures cover and say, and what who sends in its name must have. Field names are as in h=. A routine of its own, so that signer_keys stays as the daemons that are running know it.';

REVOKE ALL ON FUNCTION authserver.signer_profiles(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.signer_profiles(text[]) TO authserver_signer, authserver_admin;
