-- Where an extension of an address begins, and whether lists have any. Runs as authserver_owner. Domains and lists that are here
-- already, and those that are imported, stay as they were; `authserver domain create` and `mailinglist create` have their own
-- defaults.

ALTER TABLE authserver.domain
    ADD COLUMN delimiter text NOT NULL DEFAULT 'both',
    ADD CONSTRAINT domain_delimiter_known CHECK (delimiter IN ('plus', 'dash', 'both', 'none'));
COMMENT ON COLUMN authserver.domain.delimiter IS
'The character before which an extension of its addresses is cut off: + (plus), - (dash), either (both), or none of them.';

ALTER TABLE authserver.mailing_list ADD COLUMN extensions boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN authserver.mailing_list.extensions IS
'Whether its addresses take extensions. Where they do not, an address with one is nobody''s.';

-- An address that is nobody's may be a list's with an extension, or one of those that are its owner's: what is known about the
-- domains of its addresses goes, too.
CREATE FUNCTION authserver.notify_list_addresses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (
        SELECT array_agg(DISTINCT a.domain_id)
        FROM changed c
        JOIN previous p ON p.id = c.id
            AND (p.active, p.extensions, p.owner_id) IS DISTINCT FROM (c.active, c.extensions, c.owner_id)
        JOIN authserver.email_alias a ON a.list_id = c.id));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_list_addresses() IS
'Notifies the domains of the addresses of lists that were activated or deactivated, take extensions or do so no longer, or have another owner.';

CREATE TRIGGER notify_update_addresses AFTER UPDATE ON authserver.mailing_list
    REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_addresses();

CREATE OR REPLACE FUNCTION authserver.notify_users(users uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(users) > 1000 THEN
        PERFORM authserver.notify_changes('all', ARRAY[0]);
        RETURN;
    END IF;
    PERFORM authserver.notify_changes('domain', (
        SELECT array_agg(f.domain_id) FROM (
            SELECT a.domain_id FROM authserver.email_alias a WHERE a.user_id = ANY (users)
            UNION
            SELECT a.domain_id FROM authserver.mailing_list l JOIN authserver.email_alias a ON a.list_id = l.id
            WHERE l.owner_id = ANY (users)) f));
    PERFORM authserver.notify_changes('list', (
        SELECT array_agg(DISTINCT l.id) FROM authserver.mailing_list l WHERE l.owner_id = ANY (users)));
END;
$$;
COMMENT ON FUNCTION authserver.notify_users(uuid[]) IS
'Notifies the domains of users'' aliases, the lists that they own, and the domains of the addresses of those.';

-- Cut at + and - whatever the domain says; look_up alone knows where now.
DROP FUNCTION IF EXISTS authserver.lookup_keys(text);
DELETE FROM authserver.schema_routine WHERE name = '030_lookup_keys';
