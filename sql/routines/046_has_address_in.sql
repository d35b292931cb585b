CREATE OR REPLACE FUNCTION authserver.has_address_in(
    who uuid,
    domain_id bigint,
    OUT has_one boolean,
    OUT domain_ids bigint[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at   record;
    name text;
BEGIN
    domain_ids := '{}';
    SELECT d.id, d.name, d.redirect_to INTO at
    FROM authserver.domain d WHERE d.id = has_address_in.domain_id AND d.active;
    name := at.name;
    -- As far as forwarder_route follows redirects.
    FOR i IN 0 .. 10 LOOP
        domain_ids := domain_ids || coalesce(at.id, 0);
        has_one := EXISTS (
            SELECT FROM authserver.email_alias a
            WHERE a.user_id = who AND a.domain_id = at.id AND a.blocked IS NULL
              -- What is somebody else's in the domain itself is not reached by way of its redirect.
              AND (i = 0 OR (authserver.find_owner(a.local_part || '@' || name)).user_id = who));
        EXIT WHEN has_one OR at.redirect_to IS NULL;
        SELECT d.id, d.name, d.redirect_to INTO at
        FROM authserver.domain d WHERE d.name = at.redirect_to AND d.active;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION authserver.has_address_in(uuid, bigint) IS
'Whether an active user has an address in a domain: an alias that is not blocked, there or where the domain redirects to. A catch-all is none. domain_ids are the domains that were looked at, 0 for one that is not ours.';

REVOKE ALL ON FUNCTION authserver.has_address_in(uuid, bigint) FROM PUBLIC;
