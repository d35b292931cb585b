CREATE OR REPLACE FUNCTION authserver.look_up(
    address text,
    OUT decision text,
    OUT domain_id bigint,
    OUT domain text,
    OUT transactional boolean,
    OUT alias_id bigint,
    OUT matched_local_part text,
    OUT user_id uuid,
    OUT primary_address text,
    OUT list_id bigint,
    OUT target text,
    OUT block_action text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts record;
    key   text;
    ours  record;
    hit   record;
    owner record;
BEGIN
    transactional := false;
    parts := authserver.split_address(address);
    IF parts.domain IS NULL THEN
        decision := 'invalid';
        RETURN;
    END IF;
    domain := parts.domain;

    SELECT d.id, d.redirect_to, d.catch_all, d.can_use_transactional, d.active INTO ours
    FROM authserver.domain d WHERE d.name = parts.domain;
    IF NOT FOUND THEN
        decision := 'foreign';
        RETURN;
    END IF;
    domain_id := ours.id;
    IF NOT ours.active THEN
        -- Ours, so that it goes nowhere else; whatever it has does not count.
        decision := 'inactive';
        RETURN;
    END IF;
    transactional := ours.can_use_transactional;

    -- As authserver.lookup_keys has them, one after the other: few addresses have more than one extension, and one query
    -- for all keys costs as much as five for one.
    key := parts.local_part;
    LOOP
        SELECT a.id, a.local_part, a.user_id, a.list_id, a.blocked INTO hit
        FROM authserver.email_alias a
        WHERE a.domain_id = ours.id AND a.local_part = key;
        EXIT WHEN FOUND;
        key := left(key, -strpos(reverse(translate(key, '-', '+')), '+'));
        EXIT WHEN key = '';
    END LOOP;
    IF hit.id IS NULL THEN
        IF ours.catch_all IS NOT NULL THEN
            -- One address for all: the local part ends here, and its extension with it.
            decision := 'redirect';
            target := ours.catch_all;
        ELSIF ours.redirect_to IS NULL THEN
            decision := 'unknown';
        ELSE
            decision := 'redirect';
            target := left(address, -length(parts.domain)) || ours.redirect_to;
        END IF;
        RETURN;
    END IF;
    alias_id := hit.id;
    matched_local_part := hit.local_part;
    user_id := hit.user_id;
    list_id := hit.list_id;

    IF hit.blocked IS NOT NULL THEN
        decision := 'blocked';
        block_action := hit.blocked;
    ELSIF hit.list_id IS NOT NULL THEN
        SELECT CASE WHEN l.active THEN 'list' ELSE 'inactive' END INTO decision
        FROM authserver.mailing_list l
        WHERE l.id = hit.list_id;
    ELSE
        SELECT m.local_part || '@' || d.name AS address, m.blocked IS NULL AND d.active AS open INTO owner
        FROM authserver.mail_user u
        JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id
        JOIN authserver.domain d ON d.id = m.domain_id
        WHERE u.id = hit.user_id AND u.active;
        primary_address := owner.address;
        -- Mail for any alias of a user ends at the primary address, so that one has to be open.
        decision := CASE WHEN owner.address IS NOT NULL AND owner.open THEN 'user' ELSE 'unknown' END;
    END IF;
END;
$$;

COMMENT ON FUNCTION authserver.look_up(text) IS
'One step of address resolution, for the daemons and the stored-procedure API alike: user, list, blocked, inactive (a deactivated domain, or with a list_id a deactivated list), redirect, unknown, foreign or invalid. primary_address is that of an active user, though it may itself be blocked or in a deactivated domain (then the decision is unknown).';

REVOKE ALL ON FUNCTION authserver.look_up(text) FROM PUBLIC;
