-- Domains, lists, permissions and groups that are kept and do not count for now.

ALTER TABLE authserver.domain ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN authserver.domain.active IS
'Whether it takes mail, lets its addresses log in and send, and signs. While it does not it is still ours: nobody takes it for foreign.';

ALTER TABLE authserver.mailing_list ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN authserver.mailing_list.active IS
'Whether it takes mail. While it does not its addresses are refused, and within another list its members get nothing through it.';

ALTER TABLE authserver.permission ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN authserver.permission.active IS 'Whether it counts; while it does not nobody holds it, whoever it is granted to.';

ALTER TABLE authserver.user_group ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN authserver.user_group.active IS
'Whether its members hold its permissions; what they hold themselves or through another group is theirs all the same.';

-- A change of a domain or list is notified as any other is. What users receive elsewhere ends at their delivery
-- mailbox: where that is in a domain that is activated or deactivated, their aliases in other domains follow.
CREATE FUNCTION authserver.notify_domain_active() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changed c JOIN previous p ON p.id = c.id WHERE p.active <> c.active) THEN
        RETURN NULL;
    END IF;
    PERFORM authserver.notify_users((
        SELECT array_agg(m.id) FROM (
            SELECT u.id
            FROM changed c
            JOIN previous p ON p.id = c.id AND p.active <> c.active
            JOIN authserver.email_alias a ON a.domain_id = c.id
            JOIN authserver.mail_user u ON u.delivery_mailbox_id = a.id
            -- Of more than 1000 notify_users tells no names.
            LIMIT 1001) m));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_domain_active() IS
'Notifies what depends on the users whose delivery mailbox is in a domain that was activated or deactivated.';

CREATE TRIGGER notify_update_active AFTER UPDATE ON authserver.domain
    REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain_active();
