CREATE OR REPLACE FUNCTION authserver.doubt_lists_of(users uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(users) IS NULL THEN
        RETURN;
    END IF;
    PERFORM authserver.doubt_lists_at(array_agg(p.name), array_agg(p.stem))
    FROM (
        SELECT DISTINCT d.name, substring(a.local_part COLLATE "C" FROM '^.[^+-]*') AS stem
        FROM (
            SELECT a.domain_id, a.local_part FROM authserver.email_alias a WHERE a.user_id = ANY (users)
            UNION ALL
            -- At an address of a list its owner may be meant.
            SELECT a.domain_id, a.local_part
            FROM authserver.mailing_list l
            JOIN authserver.email_alias a ON a.list_id = l.id
            WHERE l.owner_id = ANY (users)) a
        JOIN authserver.domain d ON d.id = a.domain_id) p;
END;
$$;

COMMENT ON FUNCTION authserver.doubt_lists_of(uuid[]) IS 'Lets lists be judged again that have an alias of these users as a member, or an address of a list that they own.';

REVOKE ALL ON FUNCTION authserver.doubt_lists_of(uuid[]) FROM PUBLIC;
