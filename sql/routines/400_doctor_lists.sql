CREATE OR REPLACE FUNCTION authserver.doctor_lists(max_rows int, max_targets int)
RETURNS TABLE (fault text, list_name text, address text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE
    -- Where each member of a list that is in use is found in a domain of ours, as authserver.look_up finds it;
    -- redirects followed.
    walk AS (
        SELECT m.id AS member_id, m.list_id, m.address, n.local_part, 0 AS depth, d.id AS domain_id, n.redirect_to,
               d.active, h.id AS alias_id, h.user_id, h.list_id AS to_list, h.blocked
        FROM authserver.mailing_list_address m
        JOIN authserver.mailing_list ml ON ml.id = m.list_id AND ml.active
        CROSS JOIN LATERAL (
            -- In the column's own collation, without which its index is of no use.
            SELECT lower(split_part(m.address, '@', 1) COLLATE "C") COLLATE "default" AS local_part) l
        JOIN authserver.domain d ON d.name = split_part(m.address, '@', 2)
        -- Where it goes from here if nobody is found: a catch-all has a local part of its own.
        CROSS JOIN LATERAL (
            SELECT CASE WHEN d.active THEN coalesce(split_part(d.catch_all, '@', 2), d.redirect_to) END AS redirect_to,
                   coalesce(lower(split_part(d.catch_all, '@', 1) COLLATE "C") COLLATE "default", l.local_part) AS local_part) n
        LEFT JOIN LATERAL (
            SELECT a.id, a.user_id, a.list_id, a.blocked FROM authserver.email_alias a
            WHERE l.local_part !~ '.[+-]' AND a.domain_id = d.id AND a.local_part = l.local_part
            UNION ALL
            -- With an extension; LIST-request and its like are a user's here, the owner's.
            SELECT k.alias_id, k.user_id, CASE WHEN k.user_id IS NULL THEN k.list_id END, k.block_action
            FROM authserver.look_up(l.local_part || '@' || d.name) k
            WHERE l.local_part ~ '.[+-]' AND k.alias_id IS NOT NULL) h ON d.active
        UNION ALL
        SELECT w.member_id, w.list_id, w.address, n.local_part, w.depth + 1, d.id, n.redirect_to,
               d.active, h.id, h.user_id, h.list_id, h.blocked
        FROM walk w
        JOIN authserver.domain d ON d.name = w.redirect_to
        CROSS JOIN LATERAL (
            SELECT CASE WHEN d.active THEN coalesce(split_part(d.catch_all, '@', 2), d.redirect_to) END AS redirect_to,
                   coalesce(lower(split_part(d.catch_all, '@', 1) COLLATE "C") COLLATE "default", w.local_part) AS local_part) n
        LEFT JOIN LATERAL (
            SELECT a.id, a.user_id, a.list_id, a.blocked FROM authserver.email_alias a
            WHERE w.local_part !~ '.[+-]' AND a.domain_id = d.id AND a.local_part = w.local_part
            UNION ALL
            -- With an extension; LIST-request and its like are a user's here, the owner's.
            SELECT k.alias_id, k.user_id, CASE WHEN k.user_id IS NULL THEN k.list_id END, k.block_action
            FROM authserver.look_up(w.local_part || '@' || d.name) k
            WHERE w.local_part ~ '.[+-]' AND k.alias_id IS NOT NULL) h ON d.active
        WHERE w.alias_id IS NULL AND w.depth < 10
    ),
    ends AS MATERIALIZED (
        SELECT w.list_id, w.address, w.to_list,
               CASE
                   WHEN NOT w.active THEN 'inactive_domain'
                   WHEN w.alias_id IS NULL AND w.redirect_to IS NOT NULL AND w.depth < 10 THEN 'foreign'
                   WHEN w.alias_id IS NULL THEN 'nobody'
                   WHEN w.blocked IS NOT NULL THEN 'blocked'
                   WHEN NOT t.active THEN 'inactive_list'
                   WHEN w.to_list IS NOT NULL THEN 'list'
                   WHEN u.active AND b.blocked IS NULL AND bd.active THEN 'user'
                   ELSE 'disabled'
               END AS kind
        FROM walk w
        LEFT JOIN authserver.mail_user u ON u.id = w.user_id
        LEFT JOIN authserver.email_alias b ON b.id = u.delivery_mailbox_id
        LEFT JOIN authserver.domain bd ON bd.id = b.domain_id
        LEFT JOIN authserver.mailing_list t ON t.id = w.to_list
        -- The last step of each member: nothing follows it.
        WHERE w.alias_id IS NOT NULL OR w.redirect_to IS NULL OR w.depth = 10
            OR NOT EXISTS (SELECT FROM authserver.domain n WHERE n.name = w.redirect_to)
    ),
    alive AS (
        SELECT m.list_id FROM authserver.mailing_list_address m
        WHERE NOT EXISTS (SELECT FROM authserver.domain d WHERE d.name = split_part(m.address, '@', 2))
        UNION
        SELECT e.list_id FROM ends e WHERE e.kind IN ('user', 'foreign')
        UNION
        SELECT e.list_id FROM alive a JOIN ends e ON e.kind = 'list' AND e.to_list = a.list_id
    ),
    reach AS (
        SELECT e.list_id AS start, e.to_list AS at FROM ends e WHERE e.kind = 'list'
        UNION
        SELECT r.start, e.to_list
        FROM reach r
        JOIN ends e ON e.kind = 'list' AND e.list_id = r.at
        WHERE r.at <> r.start
    ),
    used AS (
        SELECT l.id, l.name FROM authserver.mailing_list l
        WHERE l.active AND EXISTS (SELECT FROM authserver.email_alias a WHERE a.list_id = l.id)
    ),
    -- Each with the lists that forwarder_expand expands for it.
    expanded AS (
        SELECT r.start, r.at FROM reach r JOIN used l ON l.id = r.start
        UNION
        SELECT l.id, l.id FROM used l
    ),
    sizes AS (
        SELECT m.list_id, count(*) AS members FROM authserver.mailing_list_address m GROUP BY m.list_id
    ),
    large AS (
        SELECT x.start FROM expanded x JOIN sizes s ON s.list_id = x.at
        GROUP BY x.start HAVING sum(s.members) > max_targets
    ),
    faults AS (
        SELECT DISTINCT 'list_circle' AS fault, l.name, NULL::text AS address
        FROM reach r JOIN authserver.mailing_list l ON l.id = r.start WHERE r.at = r.start
        UNION ALL
        -- The same address on two of its lists is one target, and a list is none.
        SELECT 'list_too_large', l.name, NULL
        FROM large g
        JOIN authserver.mailing_list l ON l.id = g.start
        JOIN expanded x ON x.start = g.start
        JOIN authserver.mailing_list_address m ON m.list_id = x.at
        LEFT JOIN ends e ON e.list_id = m.list_id AND e.address = m.address AND e.kind = 'list'
        GROUP BY l.id, l.name
        HAVING count(DISTINCT m.address) FILTER (WHERE e.list_id IS NULL) > max_targets OR count(*) > 100000
        UNION ALL
        SELECT 'list_empty', l.name, NULL FROM used l
        WHERE NOT EXISTS (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = l.id)
        UNION ALL
        SELECT 'list_nowhere', l.name, NULL FROM used l
        WHERE EXISTS (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = l.id)
            AND NOT EXISTS (SELECT FROM alive a WHERE a.list_id = l.id)
            -- A list that is nothing but a circle is said once.
            AND NOT EXISTS (SELECT FROM reach c WHERE c.start = l.id AND c.at = l.id)
        UNION ALL
        SELECT 'member_' || e.kind, l.name, e.address
        FROM ends e JOIN authserver.mailing_list l ON l.id = e.list_id
        WHERE e.kind IN ('nobody', 'disabled', 'blocked', 'inactive_domain', 'inactive_list')
        UNION ALL
        SELECT 'list_mailfrom_leads_back', l.name, l.new_mailfrom
        FROM authserver.mailing_list l
        JOIN authserver.domain d ON d.name = split_part(l.new_mailfrom, '@', 2)
        JOIN authserver.email_alias a ON a.list_id = l.id AND a.domain_id = d.id
            AND a.local_part = lower(split_part(l.new_mailfrom, '@', 1) COLLATE "C") COLLATE "default"
        WHERE l.active
    )
    SELECT f.fault, f.name, f.address
    FROM (
        SELECT x.*, row_number() OVER (PARTITION BY x.fault ORDER BY x.name COLLATE "C", x.address COLLATE "C") AS place
        FROM faults x) f
    WHERE f.place <= max_rows
    ORDER BY f.fault, f.place
$$;

COMMENT ON FUNCTION authserver.doctor_lists(int, int) IS
'Lists that lead to themselves (list_circle), to more than max_targets addresses (list_too_large), to nobody (list_empty, list_nowhere) or back by their own reverse-path, and members that are nobody, disabled, blocked, in a deactivated domain or a deactivated list; at most max_rows of each. Deactivated lists are not examined. One pass over all members.';

REVOKE ALL ON FUNCTION authserver.doctor_lists(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION authserver.doctor_lists(int, int) TO authserver_admin;
