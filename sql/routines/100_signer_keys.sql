CREATE OR REPLACE FUNCTION authserver.signer_keys(domains text[])
RETURNS TABLE (
    domain_id                bigint,
    domain                   text,
    sign                     boolean,
    require_signature        boolean,
    refuse_several_authors   boolean,
    sign_by_reverse_path     boolean,
    signature_expiry_seconds bigint,
    key_id                   bigint,
    selector                 text,
    algorithm                text,
    wrapped_private_key      bytea)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    -- A deactivated domain is one that does not sign: no parent signs for it, and its mail does not wait for a key.
    SELECT d.id, d.name, d.sign AND d.active, d.require_signature AND d.active, d.refuse_several_authors, d.sign_by_reverse_path,
           d.signature_expiry_seconds, k.id, k.selector, k.algorithm, k.wrapped_private_key
    FROM authserver.domain d
    LEFT JOIN authserver.dkim_key k ON k.domain_id = d.id AND k.state = 'active' AND d.active
    WHERE d.name = ANY (domains)
    ORDER BY d.name, k.id
$$;

COMMENT ON FUNCTION authserver.signer_keys(text[]) IS
'For each given name (folded A-labels) that is a domain of ours: a row for each active key, or one with NULL key columns; a deactivated one has no keys, does not sign and requires nothing. Other names give no row.';

REVOKE ALL ON FUNCTION authserver.signer_keys(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.signer_keys(text[]) TO authserver_signer, authserver_admin;
