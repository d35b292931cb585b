CREATE OR REPLACE FUNCTION authserver.look_up_list_owner(
    domain_id bigint,
    local_part text,
    OUT list_id bigint,
    OUT alias_id bigint,
    OUT list_local_part text,
    OUT own_local_part text,
    OUT owner_id uuid,
    OUT owner_address text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tail text;
BEGIN
    -- RFC 2142 §6, and what other list managers have besides. What follows -bounces+ is the bounced member's (VERP), whatever
    -- it looks like.
    FOREACH tail IN ARRAY ARRAY[
        substring(local_part from '.(-(?:request|owner|admin|unsubscribe|bounces))$'),
        substring(local_part from '.(-bounces\+.*)$')]
    LOOP
        CONTINUE WHEN tail IS NULL;
        list_local_part := left(local_part, -length(tail));
        SELECT l.id, a.id, u.id, m.local_part || '@' || d.name
        INTO list_id, alias_id, owner_id, owner_address
        FROM authserver.email_alias a
        JOIN authserver.mailing_list l ON l.id = a.list_id AND l.active
        LEFT JOIN (authserver.mail_user u
            JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id AND m.blocked IS NULL
            JOIN authserver.domain d ON d.id = m.domain_id AND d.active) ON u.id = l.owner_id AND u.active
        WHERE a.domain_id = look_up_list_owner.domain_id AND a.local_part = list_local_part AND a.blocked IS NULL;
        IF FOUND THEN
            own_local_part := list_local_part || split_part(tail, '+', 1);
            RETURN;
        END IF;
    END LOOP;
    list_local_part := NULL;
END;
$$;

COMMENT ON FUNCTION authserver.look_up_list_owner(bigint, text) IS
'Of LIST-request, -owner, -admin, -unsubscribe, -bounces and -bounces+… the list that is meant, where it is active and its own address not blocked, with the alias and local part of that, the local part without what follows a +, and its owner, where he is active and has a delivery mailbox that takes mail. NULLs for other local parts.';

REVOKE ALL ON FUNCTION authserver.look_up_list_owner(bigint, text) FROM PUBLIC;
