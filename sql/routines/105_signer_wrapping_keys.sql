CREATE OR REPLACE FUNCTION authserver.signer_wrapping_keys()
RETURNS TABLE (wrapping_key_id text, keys bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT encode(substring(k.wrapped_private_key FROM 2 FOR 8), 'hex'), count(*)
    FROM authserver.dkim_key k
    WHERE k.state = 'active'
    GROUP BY 1
    ORDER BY 1
$$;

COMMENT ON FUNCTION authserver.signer_wrapping_keys() IS
'The IDs of the wrapping keys that the active private keys are wrapped with, so that dkimsigner can say at its start that it was given another one.';

REVOKE ALL ON FUNCTION authserver.signer_wrapping_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.signer_wrapping_keys() TO authserver_signer;
