CREATE OR REPLACE FUNCTION authserver.forwarder_expand(list bigint, most int)
RETURNS TABLE (
    step               int,
    parent             int,
    address            text,
    decision           text,
    domain_id          bigint,
    domain             text,
    matched_local_part text,
    list_id            bigint,
    list_name          text,
    new_mailfrom       text,
    owner_address      text,
    target             text,
    block_action       text,
    null_sender        text,
    single_member      boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    max_redirects CONSTANT int := 10;
    -- Few members are looked up one by one: joining all tables would cost more.
    small         CONSTANT boolean := most <= 1000;
    -- The lists that were found so far, each once, and the step that found it; of the first one none did.
    lists     bigint[] := ARRAY[list];
    finders   int[] := ARRAY[NULL::int];
    -- For each step that leads on, the one above it, and the list that it is.
    parents   int[] := '{}'::int[];
    members   bigint[] := '{}'::bigint[];
    at        int := 1;
    place     int;
    redirects int;
    followed  text[];
    rows_at   refcursor;
    member    record;
    looked    record;
    listed    record;
BEGIN
    step := 0;
    WHILE at <= cardinality(lists) LOOP
        -- Seen from the index alone, before the members are looked at.
        IF NOT small AND step + (SELECT count(*) FROM (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = lists[at]
                                         LIMIT most + 1) AS few) > most THEN
            step := step + 1;
            parent := finders[at];
            address := '';
            decision := 'too_many';
            domain_id := NULL;
            domain := NULL;
            matched_local_part := NULL;
            list_id := NULL;
            list_name := NULL;
            new_mailfrom := NULL;
            owner_address := NULL;
            null_sender := NULL;
            single_member := NULL;
            target := NULL;
            block_action := NULL;
            RETURN NEXT;
            RETURN;
        END IF;
        IF small THEN
            OPEN rows_at FOR
            SELECT m.address, NULL::bigint AS domain_id, split_part(m.address, '@', 2) AS domain, NULL::text AS matched_local_part,
                   NULL::bigint AS list_id, NULL::text AS block_action,
                   CASE WHEN octet_length(m.address) = length(m.address) AND NOT EXISTS (
                       SELECT FROM authserver.domain d WHERE d.name = split_part(m.address, '@', 2)) THEN 'foreign' END AS decision
            FROM authserver.mailing_list_address m
            WHERE m.list_id = lists[at]
            ORDER BY m.id
            LIMIT most + 1;
        ELSE
            OPEN rows_at FOR
            -- What look_up would say of a member that is an address as it stands in the table, all members at once. Of
            -- others, those with extensions for one, it is asked.
            SELECT m.address, d.id AS domain_id, split_part(m.address, '@', 2) AS domain,
                   CASE WHEN d.active THEN a.local_part END AS matched_local_part,
                   CASE WHEN d.active THEN a.list_id END AS list_id,
                   CASE WHEN d.active THEN a.blocked END AS block_action,
                   CASE
                       WHEN octet_length(m.address) <> length(m.address) THEN NULL
                       WHEN d.id IS NULL THEN 'foreign'
                       WHEN NOT d.active THEN 'inactive'
                       WHEN a.id IS NULL THEN NULL
                       WHEN a.blocked IS NOT NULL THEN 'blocked'
                       WHEN l.id IS NOT NULL THEN CASE WHEN l.active THEN 'list' ELSE 'inactive' END
                       WHEN b.blocked IS NULL AND bd.active THEN 'user'
                       ELSE 'unknown'
                   END AS decision
            FROM authserver.mailing_list_address m
            LEFT JOIN authserver.domain d ON d.name = split_part(m.address, '@', 2)
            -- In the column's own collation, without which its index is of no use.
            LEFT JOIN authserver.email_alias a ON a.domain_id = d.id
                AND a.local_part = lower(split_part(m.address, '@', 1) COLLATE "C") COLLATE "default"
            LEFT JOIN authserver.mailing_list l ON l.id = a.list_id
            LEFT JOIN authserver.mail_user u ON u.id = a.user_id AND u.active
            LEFT JOIN authserver.email_alias b ON b.id = u.delivery_mailbox_id
            LEFT JOIN authserver.domain bd ON bd.id = b.domain_id
            WHERE m.list_id = lists[at]
            ORDER BY m.id;
        END IF;
        LOOP
            FETCH rows_at INTO member;
            EXIT WHEN NOT FOUND;
            parent := finders[at];
            address := member.address;
            decision := member.decision;
            domain_id := member.domain_id;
            domain := member.domain;
            matched_local_part := member.matched_local_part;
            list_id := member.list_id;
            block_action := member.block_action;
            target := NULL;
            redirects := 0;
            followed := '{}'::text[];
            LOOP
                step := step + 1;
                IF decision IS NULL THEN
                    looked := authserver.look_up(address);
                    decision := looked.decision;
                    domain_id := looked.domain_id;
                    domain := looked.domain;
                    matched_local_part := looked.matched_local_part;
                    list_id := looked.list_id;
                    target := looked.target;
                    block_action := looked.block_action;
                END IF;
                list_name := NULL;
                new_mailfrom := NULL;
                owner_address := NULL;
                null_sender := NULL;
                single_member := NULL;
                IF list_id IS NOT NULL THEN
                    listed := authserver.look_up_list(list_id);
                    list_name := listed.list_name;
                    new_mailfrom := listed.new_mailfrom;
                    owner_address := listed.owner_address;
                    null_sender := listed.null_sender;
                    single_member := listed.single_member;
                END IF;
                IF step > most THEN
                    decision := 'too_many';
                ELSIF decision = 'list' AND list_id = ANY (lists) THEN
                    -- What is on it is in the answer, or will be. It is a circle where it stands above here.
                    decision := 'repeated';
                    place := parent;
                    WHILE place IS NOT NULL AND members[place] IS DISTINCT FROM list_id LOOP
                        place := parents[place];
                    END LOOP;
                    IF place IS NOT NULL OR list_id = list THEN
                        decision := 'circle';
                    END IF;
                ELSIF decision = 'list' THEN
                    lists := lists || list_id;
                    finders := finders || step;
                ELSIF decision = 'redirect' THEN
                    IF lower(address COLLATE "C") = ANY (followed) THEN
                        decision := 'circle';
                    ELSIF redirects = max_redirects THEN
                        decision := 'too_deep';
                    END IF;
                END IF;
                RETURN NEXT;
                IF decision = 'too_many' THEN
                    CLOSE rows_at;
                    RETURN;
                END IF;
                IF decision IN ('list', 'redirect') THEN
                    parents[step] := parent;
                    members[step] := list_id;
                END IF;
                EXIT WHEN decision <> 'redirect';
                redirects := redirects + 1;
                followed := followed || lower(address COLLATE "C");
                parent := step;
                address := target;
                decision := NULL;
            END LOOP;
        END LOOP;
        CLOSE rows_at;
        at := at + 1;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_expand(bigint, int) IS
'Who is on a list, and on the lists within it, each of which is expanded once: its own members first, then those of the lists among them. parent is the step of the list or redirect that named this one, NULL for the list that was asked for. A list that comes up again is repeated, or a circle where it stands above itself. Where there would be more steps than most, the last one is too_many, and the answer is of no use.';

REVOKE ALL ON FUNCTION authserver.forwarder_expand(bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_expand(bigint, int) TO authserver_forwarder, authserver_admin;
