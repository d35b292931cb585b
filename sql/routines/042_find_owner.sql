CREATE OR REPLACE FUNCTION authserver.find_owner(
    address text,
    OUT decision text,
    OUT user_id uuid,
    OUT alias_id bigint,
    OUT list_id bigint,
    OUT domain_ids bigint[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    looked record;
    at     text := address;
BEGIN
    domain_ids := '{}';
    -- As far as forwarder_route follows redirects.
    FOR i IN 0 .. 10 LOOP
        looked := authserver.look_up(at);
        domain_ids := domain_ids || coalesce(looked.domain_id, 0);
        EXIT WHEN looked.decision <> 'redirect'
            -- LIST-request is the list's, though its owner gets the mail.
            OR looked.user_id IS NOT NULL
            -- As for authserver_sender_addresses: what a catch-all takes is nobody's address.
            OR EXISTS (SELECT FROM authserver.domain d WHERE d.id = looked.domain_id AND d.catch_all IS NOT NULL);
        at := looked.target;
    END LOOP;
    decision := CASE WHEN looked.decision = 'redirect' AND looked.user_id IS NOT NULL THEN 'list' ELSE looked.decision END;
    alias_id := looked.alias_id;
    list_id := looked.list_id;
    -- An address stays its user's where he receives no mail because of his delivery mailbox.
    IF looked.decision IN ('user', 'unknown') AND looked.primary_address IS NOT NULL THEN
        user_id := looked.user_id;
    END IF;
END;
$$;

COMMENT ON FUNCTION authserver.find_owner(text) IS
'Whose an address is, redirects of domains followed, catch-alls not: an active user''s with a delivery mailbox, or the alias and list that it leads to (LIST-request and its like count as the list). decision is that of the last step; domain_ids are the domains on the way, 0 for one that is not ours.';

REVOKE ALL ON FUNCTION authserver.find_owner(text) FROM PUBLIC;
