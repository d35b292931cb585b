CREATE OR REPLACE FUNCTION public.authserver_sender_addresses(login varchar)
RETURNS TABLE (address varchar)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- table-postgres joins the rows with ", " in a buffer of LINE_MAX (2048), OpenSMTPD splits them in another. One
    -- octet too many, and the user could not send at all.
    max_octets CONSTANT int := 2000;
    folded     CONSTANT text := lower(login COLLATE "C");
    found      record;
BEGIN
    -- Who may not log in by this name sends from nowhere.
    found := authserver.find_login(login);
    IF found.user_id IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH RECURSIVE own (local_part, domain, alias_id, depth) AS (
            SELECT a.local_part, d.name, a.id, 0
            FROM authserver.email_alias a
            -- Not as joins, here and below: for many aliases they would read all domains, or all aliases.
            CROSS JOIN LATERAL (
                SELECT n.name FROM authserver.domain n WHERE n.id = a.domain_id AND n.active OFFSET 0) d
            WHERE a.user_id = found.user_id AND a.blocked IS NULL
            UNION ALL
            -- The same local part in a domain that is redirected, where it is nobody's own there; as far as
            -- forwarder_resolve follows redirects.
            SELECT o.local_part, d.name, o.alias_id, o.depth + 1
            FROM own o
            CROSS JOIN LATERAL (
                SELECT r.id, r.name FROM authserver.domain r WHERE r.redirect_to = o.domain AND r.active OFFSET 0) d
            WHERE o.depth < 10 AND CASE
                -- Most have neither an extension nor what could be taken for one.
                WHEN o.local_part !~ '.[+-]' THEN NOT EXISTS (
                    SELECT FROM authserver.email_alias a WHERE a.domain_id = d.id AND a.local_part = o.local_part OFFSET 0)
                ELSE (
                    SELECT k.decision = 'redirect' AND k.user_id IS NULL
                    FROM authserver.look_up(o.local_part || '@' || d.name) k)
            END
        ),
        written AS (
            -- An apostrophe opens a quotation in OpenSMTPD's lines; no other character that an alias can have does.
            SELECT replace(w.address, '''', '\''') AS line, row_number() OVER (
                ORDER BY w.address = found.primary_address DESC, w.address = folded DESC, w.depth, w.alias_id, w.address) AS place
            FROM (SELECT o.local_part || '@' || o.domain AS address, o.depth, o.alias_id FROM own o) w
        )
        SELECT l.line::varchar
        FROM (SELECT w.line, w.place, sum(octet_length(w.line) + 2) OVER (ORDER BY w.place) AS octets FROM written w) l
        WHERE l.octets <= max_octets
        ORDER BY l.place;
END;
$$;

COMMENT ON FUNCTION public.authserver_sender_addresses(varchar) IS
'STABLE API, for the senders table (query_mailaddrmap) of OpenSMTPD: the addresses from which somebody may send who logged in with an address of his or as a service user: the primary address first, then his other aliases that are neither blocked nor in a deactivated domain, also by way of redirected domains, as many as OpenSMTPD takes (2,000 octets), with \'' for an apostrophe. No row for who cannot log in.';

REVOKE ALL ON FUNCTION public.authserver_sender_addresses(varchar) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.authserver_sender_addresses(varchar) TO authserver_api;
