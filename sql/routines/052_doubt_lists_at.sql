CREATE OR REPLACE FUNCTION authserver.doubt_lists_at(domains text[], stems text[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
-- By indexes alone, and not compiled first: in the transaction that fills the tables nothing is known yet of how large they are.
SET jit = off
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    IF cardinality(domains) IS NULL OR NOT EXISTS (SELECT FROM authserver.mailing_list_address) THEN
        RETURN;
    END IF;
    IF cardinality(domains) > 10000 THEN
        UPDATE authserver.list_verdict v SET verdict = NULL WHERE v.verdict IS NOT NULL;
        RETURN;
    END IF;
    WITH RECURSIVE
    -- The places that changed, and those that lead to them.
    place (domain, stem) AS (
        SELECT s.domain, s.stem COLLATE "C" FROM unnest(domains, stems) AS s (domain, stem)
        UNION
        SELECT n.domain, n.stem COLLATE "C"
        FROM place p
        CROSS JOIN LATERAL (
            SELECT d.name, p.stem
            FROM authserver.domain d
            WHERE d.redirect_to = p.domain
            UNION ALL
            SELECT d.name, NULL
            FROM authserver.domain d
            WHERE d.catch_all IS NOT NULL AND split_part(d.catch_all, '@', 2) = p.domain
                AND (p.stem IS NULL
                    OR substring(lower(split_part(d.catch_all, '@', 1) COLLATE "C") FROM '^.[^+-]*') = p.stem)
            UNION ALL
            -- The addresses of a list that has a member there. A stem of its own, so that the index is used for both.
            SELECT d.name, substring(a.local_part COLLATE "C" FROM '^.[^+-]*')
            FROM authserver.mailing_list_address m
            JOIN authserver.email_alias a ON a.list_id = m.list_id
            JOIN authserver.domain d ON d.id = a.domain_id
            WHERE split_part(m.address, '@', 2) = p.domain
                AND substring(lower(split_part(m.address, '@', 1) COLLATE "C") FROM '^.[^+-]*') = p.stem
            UNION ALL
            SELECT d.name, substring(a.local_part COLLATE "C" FROM '^.[^+-]*')
            FROM (SELECT DISTINCT m.list_id FROM authserver.mailing_list_address m
                  WHERE p.stem IS NULL AND split_part(m.address, '@', 2) = p.domain) l
            JOIN authserver.email_alias a ON a.list_id = l.list_id
            JOIN authserver.domain d ON d.id = a.domain_id) AS n (domain, stem)
    ),
    concerned AS (
        SELECT m.list_id
        FROM place p
        JOIN authserver.mailing_list_address m ON split_part(m.address, '@', 2) = p.domain
            AND substring(lower(split_part(m.address, '@', 1) COLLATE "C") FROM '^.[^+-]*') = p.stem
        UNION
        SELECT m.list_id
        FROM place p
        JOIN authserver.mailing_list_address m ON split_part(m.address, '@', 2) = p.domain
        WHERE p.stem IS NULL
    )
    UPDATE authserver.list_verdict v SET verdict = NULL
    FROM concerned c
    WHERE v.list_id = c.list_id AND v.verdict IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION authserver.doubt_lists_at(text[], text[]) IS
'Lets lists be judged again that have a member at places that changed, or lead to one by redirects, catch-alls and lists. A place is a domain and the stem of local parts, which is NULL for the whole domain. Of more than 10,000 places every list is.';

REVOKE ALL ON FUNCTION authserver.doubt_lists_at(text[], text[]) FROM PUBLIC;
