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
    parts  record;
    key    text;
    ours   record;
    hit    record;
    owned  record;
    listed record;
    owner  record;
BEGIN
    transactional := false;
    parts := authserver.split_address(address);
    IF parts.domain IS NULL THEN
        decision := 'invalid';
        RETURN;
    END IF;
    domain := parts.domain;

    SELECT d.id, d.redirect_to, d.catch_all, d.can_use_transactional, d.active, d.delimiter INTO ours
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

    -- The address itself, then each prefix that ends before a delimiter of the domain, one after the other: few addresses have
    -- more than one extension, and one query for all keys costs as much as five for one.
    key := parts.local_part;
    LOOP
        SELECT a.id, a.local_part, a.user_id, a.list_id, a.blocked INTO hit
        FROM authserver.email_alias a
        WHERE a.domain_id = ours.id AND a.local_part = key;
        EXIT WHEN FOUND;
        -- Without its last delimiter and what follows; empty where it has none, or nothing before it.
        key := CASE ours.delimiter
            WHEN 'plus' THEN left(key, -strpos(reverse(key), '+'))
            WHEN 'dash' THEN left(key, -strpos(reverse(key), '-'))
            WHEN 'both' THEN left(key, -strpos(reverse(translate(key, '-', '+')), '+'))
            ELSE ''
        END;
        EXIT WHEN key = '';
    END LOOP;
    -- Those addresses of a list that are its owner's are none of its extensions.
    IF key <> parts.local_part
        AND parts.local_part ~ '.-(?:(?:request|owner|admin|unsubscribe|bounces)$|bounces\+)'
    THEN
        owned := authserver.look_up_list_owner(ours.id, parts.local_part);
        IF owned.list_id IS NOT NULL
            AND (hit.id IS NULL OR length(hit.local_part) <= length(owned.list_local_part))
        THEN
            -- LIST-bounces+… is LIST-bounces, which may be an alias of its own.
            SELECT a.id, a.local_part, a.user_id, a.list_id, a.blocked INTO hit
            FROM authserver.email_alias a
            WHERE a.domain_id = ours.id AND a.local_part = owned.own_local_part;
            IF NOT FOUND AND owned.owner_id IS NOT NULL THEN
                decision := 'redirect';
                alias_id := owned.alias_id;
                matched_local_part := owned.list_local_part;
                user_id := owned.owner_id;
                list_id := owned.list_id;
                target := owned.owner_address;
                RETURN;
            ELSIF NOT FOUND THEN
                hit.local_part := owned.list_local_part;
                hit.list_id := owned.list_id;
            END IF;
        END IF;
    END IF;
    IF hit.id IS NOT NULL AND hit.list_id IS NOT NULL THEN
        SELECT l.active, l.extensions INTO listed
        FROM authserver.mailing_list l
        WHERE l.id = hit.list_id;
        IF NOT listed.extensions AND hit.blocked IS NULL AND hit.local_part <> parts.local_part THEN
            hit.id := NULL;
        END IF;
    END IF;
    IF hit.id IS NULL THEN
        IF ours.catch_all IS NOT NULL THEN
            -- One address for all: the local part ends here, and its extension with it.
            decision := 'redirect';
            target := ours.catch_all;
        ELSIF ours.redirect_to IS NULL THEN
            decision := 'unknown';
            -- The list that does not take it, or whose owner does not.
            matched_local_part := hit.local_part;
            list_id := hit.list_id;
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
        decision := CASE WHEN listed.active THEN 'list' ELSE 'inactive' END;
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
'One step of address resolution, for the daemons and the stored-procedure API alike: user, list, blocked, inactive (a deactivated domain, or with a list_id a deactivated list), redirect, unknown, foreign or invalid. primary_address is that of an active user, though it may itself be blocked or in a deactivated domain (then the decision is unknown). A redirect with a user_id is one from an address such as LIST-request to the list''s owner; alias_id and list_id are then the list''s, and nobody has the address. An unknown with a list_id is that list''s with an extension that it does not take, or an address of an owner that it does not have.';

REVOKE ALL ON FUNCTION authserver.look_up(text) FROM PUBLIC;
