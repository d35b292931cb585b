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
    -- What is still to be looked at, the next one last.
    waiting         text[];
    waiting_parents int[];
    waiting_depths  int[];
    top             int;
    -- What each step of this input looked at, to find circles.
    step_parents    int[];
    step_lists      bigint[];
    step_addresses  text[];
    ancestor        int;
    member          record;
    listed          record;
BEGIN
    FOR i IN 1 .. coalesce(array_length(addresses, 1), 0) LOOP
        input := i;
        step := 0;
        waiting := ARRAY[addresses[i]];
        waiting_parents := ARRAY[NULL::int];
        waiting_depths := ARRAY[0];
        top := 1;
        step_parents := '{}';
        step_lists := '{}';
        step_addresses := '{}';

        WHILE top > 0 LOOP
            address := waiting[top];
            parent := waiting_parents[top];
            depth := waiting_depths[top];
            top := top - 1;
            step := step + 1;
            list_name := NULL;
            new_mailfrom := NULL;
            owner_address := NULL;

            SELECT l.decision, l.domain_id, l.domain, l.alias_id, l.matched_local_part, l.user_id, l.list_id,
                   l.target, l.block_action, l.transactional
            INTO decision, domain_id, domain, alias_id, matched_local_part, user_id, list_id,
                 target, block_action, transactional
            FROM authserver.look_up(address) l;

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
                SELECT l.name, l.new_mailfrom, o.local_part || '@' || od.name AS owner_address INTO listed
                FROM authserver.mailing_list l
                LEFT JOIN authserver.mail_user u ON u.id = l.owner_id AND u.active
                LEFT JOIN authserver.email_alias o ON o.id = u.delivery_mailbox_id
                LEFT JOIN authserver.domain od ON od.id = o.domain_id
                WHERE l.id = forwarder_resolve.list_id;
                list_name := listed.name;
                new_mailfrom := listed.new_mailfrom;
                owner_address := listed.owner_address;
            END IF;

            -- Everything that is still waiting would be a row too.
            IF step + top > max_steps OR (step >= max_steps AND decision IN ('list', 'redirect')) THEN
                decision := 'too_many';
                top := 0;
            END IF;
            RETURN NEXT;

            step_parents[step] := parent;
            step_lists[step] := CASE WHEN decision = 'list' THEN list_id END;
            step_addresses[step] := lower(address COLLATE "C");

            IF decision = 'list' THEN
                -- Pushed last first, so that the first member is looked at next.
                FOR member IN
                    SELECT m.address AS member_address
                    FROM (SELECT x.id, x.address FROM authserver.mailing_list_address x
                          WHERE x.list_id = forwarder_resolve.list_id ORDER BY x.id LIMIT max_steps) m
                    ORDER BY m.id DESC
                LOOP
                    top := top + 1;
                    waiting[top] := member.member_address;
                    waiting_parents[top] := step;
                    waiting_depths[top] := depth + 1;
                END LOOP;
            ELSIF decision = 'redirect' THEN
                top := top + 1;
                waiting[top] := target;
                waiting_parents[top] := step;
                waiting_depths[top] := depth + 1;
            END IF;
        END LOOP;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION authserver.forwarder_resolve(text[]) IS
'All steps of the resolution of all addresses, depth first, lists within lists and redirects followed. A circle is cut (circle); below depth 10 nothing is followed (too_deep); where an address needs more than 10,000 steps, its last row says too_many and what waited is left out.';

REVOKE ALL ON FUNCTION authserver.forwarder_resolve(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.forwarder_resolve(text[]) TO authserver_forwarder, authserver_admin;
