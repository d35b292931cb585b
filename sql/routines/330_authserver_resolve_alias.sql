CREATE OR REPLACE FUNCTION public.authserver_resolve_alias(email varchar, resolve_to_virtmail boolean DEFAULT false)
RETURNS TABLE (alias varchar)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    virtmail CONSTANT text := 'virtmail';
    -- OpenSMTPD reads what query_alias says as a line of an aliases file: what begins with | is a program to run, with / a
    -- file to write, and an apostrophe opens a quotation. Only what it reads as the address that it is goes there.
    readable CONSTANT text := '^[a-z0-9!#$%&*+=?^_`{}~-][a-z0-9!#$%&*+=?^_`{}~|/.-]*@[a-z0-9.-]+$';
    parts    record;
    looked   record;
    target   text;
    srs      boolean;
    original text;
BEGIN
    IF strpos(email, '@') = 0 THEN
        -- The composed queries hand what comes out here to authserver_get_credentials.
        IF NOT resolve_to_virtmail THEN
            alias := (
                SELECT s.username FROM authserver.service_user s
                JOIN authserver.mail_user u ON u.id = s.user_id AND u.active
                WHERE s.username = lower(email COLLATE "C") COLLATE "default" AND authserver.is_usable_password(s.password));
        END IF;
        IF alias IS NOT NULL THEN
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;

    parts := authserver.split_address(email);
    -- In a deactivated domain too: what was sent in its name may still come back.
    srs := authserver.is_srs_address(parts.local_part);
    IF srs IS NOT NULL AND EXISTS (SELECT FROM authserver.domain d WHERE d.name = parts.domain) THEN
        original := substr(parts.local_part, 6);
        original := CASE left(parts.local_part, 4)
            WHEN 'srs0' THEN
                substr(original, length(split_part(original, '=', 1) || split_part(original, '=', 2)
                    || split_part(original, '=', 3)) + 4) || '@' || split_part(original, '=', 3)
            ELSE
                'srs0' || substr(original, length(split_part(original, '=', 1) || split_part(original, '=', 2)) + 3)
                    || '@' || split_part(original, '=', 2)
        END;
        -- Where it leads to an address of ours, that has to take mail: mailforwarder refuses what leads to none.
        IF srs AND (
            NOT EXISTS (
                SELECT FROM authserver.domain d WHERE d.name = (authserver.split_address(original)).domain)
            OR EXISTS (SELECT FROM public.authserver_resolve_alias(original, true)))
        THEN
            alias := CASE WHEN resolve_to_virtmail THEN virtmail ELSE email END;
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;

    looked := authserver.look_up(email);
    IF looked.decision = 'redirect' THEN
        -- What a catch-all takes is nobody's name, nor is LIST-request: the composed queries find no credentials for it.
        target := CASE
            WHEN looked.user_id IS NOT NULL THEN email
            WHEN EXISTS (SELECT FROM authserver.domain d WHERE d.name = parts.domain AND d.catch_all IS NOT NULL) THEN email
            ELSE looked.target
        END;
        -- As far as forwarder_resolve follows; whether a foreign target exists is its domain's to say.
        FOR i IN 1 .. 10 LOOP
            EXIT WHEN looked.decision <> 'redirect';
            looked := authserver.look_up(looked.target);
        END LOOP;
        IF looked.decision IN ('user', 'foreign') OR (looked.decision = 'list' AND authserver.takes_mail(looked.list_id)) THEN
            alias := CASE WHEN resolve_to_virtmail THEN virtmail ELSE target END;
            RETURN NEXT;
        END IF;
    ELSIF looked.decision = 'list' THEN
        IF authserver.takes_mail(looked.list_id) THEN
            alias := CASE WHEN resolve_to_virtmail THEN virtmail ELSE email END;
            RETURN NEXT;
        END IF;
    ELSIF looked.decision = 'user' THEN
        alias := CASE
            WHEN resolve_to_virtmail AND looked.primary_address = lower(email COLLATE "C") THEN virtmail
            -- Delivered as it is written: Dovecot finds the mailbox by any address.
            WHEN resolve_to_virtmail AND looked.primary_address COLLATE "C" !~ readable THEN virtmail
            ELSE looked.primary_address
        END;
        RETURN NEXT;
    END IF;
END;
$$;

COMMENT ON FUNCTION public.authserver_resolve_alias(varchar, boolean) IS
'STABLE API. With true: virtmail for an address that is delivered or forwarded here as it is written, the primary address for another alias of a user (virtmail if OpenSMTPD''s aliases cannot write it: what begins with | or /, or has an apostrophe or a character beyond ASCII). With false: the primary address, for a list, its owner''s addresses or a catch-all the input, for a redirect its target, for a service user its own name. No row for what takes no mail.';

REVOKE ALL ON FUNCTION public.authserver_resolve_alias(varchar, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_resolve_alias(varchar, boolean) TO authserver_api;
