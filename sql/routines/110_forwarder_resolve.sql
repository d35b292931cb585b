CREATE OR REPLACE FUNCTION authserver.forwarder_resolve(addresses text[])
RETURNS TABLE (
    input              int,
    step               int,
    parent             int,
    depth              int,
    address            text,
    decision           text,
    domain_id          bigint,
    domain             text,
    alias_id           bigint,
    matched_local_part text,
    user_id            uuid,
    list_id            bigint,
    list_name          text,
    new_mailfrom       text,
    owner_address      text,
    target             text,
    block_action       text,
    transactional      boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    max_depth CONSTANT int := 10;
    max_steps CONSTANT int := 10000;
    -- What was named but not looked at yet: at the top what was asked for, below it the members of a list or the
    -- target of a redirect, and so on. A depth's names stand together, those of the next depth behind them.
    names           text[];
    -- The domain of a name that is known to be nobody's of ours.
    foreign_domains text[];
    -- For each depth, from 1: the next name, the last one, the step that named them.
    next_names      int[];
    last_names      int[];
    naming_steps    int[];
    level           int;
    place           int;
    waiting         int;
    -- What the lists and redirects among the steps of this input were, to find circles.
    step_parents    int[];
    step_lists      bigint[];
    step_addresses  text[];
    ancestor        int;
    looked          record;
    listed          record;
    added           text[];
    added_foreign   text[];
BEGIN
    FOR i IN 1 .. coalesce(array_length(addresses, 1), 0) LOOP
        input := i;
        step := 0;
        names := ARRAY[addresses[i]];
        foreign_domains := ARRAY[NULL::text];
        next_names := ARRAY[1];
        last_names := ARRAY[1];
        naming_steps := ARRAY[NULL::int];
        level := 1;
        waiting := 1;
        step_parents := '{}'::int[];
        step_lists := '{}'::bigint[];
        step_addresses := '{}'::text[];

        WHILE waiting > 0 LOOP
            WHILE next_names[level] > last_names[level] LOOP
                level := level - 1;
            END LOOP;
            place := next_names[level];
            next_names[level] := place + 1;
            waiting := waiting - 1;
            address := names[place];
            domain := foreign_domains[place];
            parent := naming_steps[level];
            depth := level - 1;
            step := step + 1;
            list_name := NULL;
            new_mailfrom := NULL;
            owner_address := NULL;

            IF domain IS NULL THEN
                looked := authserver.look_up(address);
                decision := looked.decision;
                domain_id := looked.domain_id;
                domain := looked.domain;
                alias_id := looked.alias_id;
                matched_local_part := looked.matched_local_part;
                user_id := looked.user_id;
                list_id := looked.list_id;
                target := looked.target;
                block_action := looked.block_action;
                transactional := looked.transactional;
            ELSE
                decision := 'foreign';
                domain_id := NULL;
                alias_id := NULL;
                matched_local_part := NULL;
                user_id := NULL;
                list_id := NULL;
                target := NULL;
                block_action := NULL;
                transactional := false;
            END IF;

            IF decision IN ('list', 'redirect') THEN
                -- The path from here to the top has at most max_depth steps.
                ancestor := parent;
                WHILE ancestor IS NOT NULL LOOP
                    IF (decision = 'list' AND step_lists[ancestor] = list_id)
                        OR (decision = 'redirect' AND step_addresses[ancestor] = lower(address COLLATE "C"))
                    THEN
                        decision := 'circle';
                        EXIT;
                    END IF;
                    ancestor := step_parents[ancestor];
                END LOOP;
                IF decision <> 'circle' AND depth >= max_depth THEN
                    decision := 'too_deep';
                END IF;
            END IF;

            IF list_id IS NOT NULL THEN
                SELECT l.name, l.new_mailfrom, l.owner_id INTO listed
                FROM authserver.mailing_list l
                WHERE l.id = forwarder_resolve.list_id;
                list_name := listed.name;
                new_mailfrom := listed.new_mailfrom;
                IF listed.owner_id IS NOT NULL THEN
                    SELECT o.local_part || '@' || d.name INTO owner_address
                    FROM authserver.mail_user u
                    JOIN authserver.email_alias o ON o.id = u.delivery_mailbox_id
                    JOIN authserver.domain d ON d.id = o.domain_id
                    WHERE u.id = listed.owner_id AND u.active AND d.active;
                END IF;
            END IF;

            -- Everything that is still waiting would be a row too.
            IF step + waiting > max_steps OR (step >= max_steps AND decision IN ('list', 'redirect')) THEN
                decision := 'too_many';
                waiting := 0;
            END IF;
            RETURN NEXT;

            CONTINUE WHEN decision NOT IN ('list', 'redirect');
            step_parents[step] := parent;
            IF decision = 'list' THEN
                step_lists[step] := list_id;
                -- What look_up would say of most members is found out here for all at once: one in ASCII is an
                -- address as it stands in the table, its domain folded. Of others look_up says whether they are.
                SELECT array_agg(m.address ORDER BY m.id),
                       array_agg(CASE WHEN d.id IS NULL AND octet_length(m.address) = length(m.address)
                           THEN m.domain END ORDER BY m.id)
                INTO added, added_foreign
                FROM (SELECT x.id, x.address, split_part(x.address, '@', 2) AS domain
                      FROM authserver.mailing_list_address x
                      WHERE x.list_id = forwarder_resolve.list_id ORDER BY x.id LIMIT max_steps) m
                LEFT JOIN authserver.domain d ON d.name = m.domain;
                CONTINUE WHEN added IS NULL;
            ELSE
                step_addresses[step] := lower(address COLLATE "C");
                added := ARRAY[target];
                added_foreign := ARRAY[NULL::text];
            END IF;
            place := last_names[level];
            names := names[:place] || added;
            foreign_domains := foreign_domains[:place] || added_foreign;
            waiting := waiting + cardinality(added);
            level := level + 1;
            next_names[level] := place + 1;
            last_names[level] := place + cardinality(added);
            naming_steps[level] := step;
        END LOOP;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_resolve(text[]) IS
'All steps of the resolution of all addresses, depth first, lists within lists and redirects followed. A deactivated domain or list ends a path (inactive). A circle is cut (circle); below depth 10 nothing is followed (too_deep); where an address needs more than 10,000 steps, its last row says too_many and what waited is left out.';

REVOKE ALL ON FUNCTION authserver.forwarder_resolve(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_resolve(text[]) TO authserver_forwarder, authserver_admin;
