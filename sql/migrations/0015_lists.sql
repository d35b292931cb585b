-- What becomes of bounces to a list, and whether it takes mail at all, known before anybody asks. Runs as authserver_owner.

-- Bounces ------------------------------------------------------------------------------------------------

ALTER TABLE authserver.mailing_list
    ADD COLUMN null_sender text,
    ADD CONSTRAINT mailing_list_null_sender_known CHECK (null_sender IN ('owner', 'members', 'refuse'));
COMMENT ON COLUMN authserver.mailing_list.null_sender IS
'Who gets mail with a null reverse-path: the owner, or else the new_mailfrom (owner), the members, or nobody (refuse). NULL: the owner where there is one or a new_mailfrom; else the members of a list of one, or at an address such as postmaster; else nobody.';

-- Lists that are here go on as they did where nobody answers for them.
UPDATE authserver.mailing_list SET null_sender = 'members' WHERE owner_id IS NULL AND new_mailfrom IS NULL;

-- They tell more.
DROP FUNCTION IF EXISTS authserver.forwarder_route(text[]);
DROP FUNCTION IF EXISTS authserver.forwarder_expand(bigint);
DROP FUNCTION IF EXISTS authserver.forwarder_expand(bigint, int);
DROP FUNCTION IF EXISTS authserver.look_up_list(bigint);

-- Verdicts -----------------------------------------------------------------------------------------------

CREATE TABLE authserver.list_verdict (
    list_id bigint NOT NULL,
    verdict text,
    CONSTRAINT list_verdict_pkey PRIMARY KEY (list_id),
    CONSTRAINT list_verdict_list_id_fkey FOREIGN KEY (list_id) REFERENCES authserver.mailing_list (id) ON DELETE CASCADE,
    CONSTRAINT list_verdict_known CHECK (
        verdict IN ('ok', 'empty', 'nowhere', 'blocked', 'inactive', 'circle', 'too_large', 'too_deep'))
);
COMMENT ON TABLE authserver.list_verdict IS 'Whether a list takes mail, as mailforwarder would decide. Triggers keep it: at the end of each transaction there is a verdict that holds.';
COMMENT ON COLUMN authserver.list_verdict.verdict IS
'ok, or why its mail would be refused, whether it is active or not. NULL while a transaction has changed what it rests on.';

CREATE TABLE authserver.list_verdict_turn (
    only_row boolean NOT NULL DEFAULT true,
    taken_by xid8,
    CONSTRAINT list_verdict_turn_pkey PRIMARY KEY (only_row),
    CONSTRAINT list_verdict_turn_only_row CHECK (only_row)
);
COMMENT ON TABLE authserver.list_verdict_turn IS 'The lock of those who change what verdicts rest on: one row.';
COMMENT ON COLUMN authserver.list_verdict_turn.taken_by IS 'The last transaction that took its turn.';
INSERT INTO authserver.list_verdict_turn DEFAULT VALUES;

-- Before there is a trigger: `authserver db migrate` and install.sql judge them when the routines are there.
INSERT INTO authserver.list_verdict (list_id) SELECT l.id FROM authserver.mailing_list l;

-- What finds the lists that a change concerns. An address is found at prefixes of its local part, which all begin with the same
-- stem: the first character, and what follows until a + or -.
CREATE INDEX mailing_list_address_stem ON authserver.mailing_list_address (
    split_part(address, '@', 2), substring(lower(split_part(address, '@', 1) COLLATE "C") FROM '^.[^+-]*'));
CREATE INDEX domain_catch_all_domain ON authserver.domain (split_part(catch_all, '@', 2)) WHERE catch_all IS NOT NULL;

-- Two transactions that do not see each other's rows would each leave a verdict that the other's change makes wrong. A row that
-- is changed, not one that is locked: a transaction that reads an old snapshot fails instead of judging by it.
CREATE FUNCTION authserver.take_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE authserver.list_verdict_turn t SET taken_by = pg_current_xact_id()
    WHERE t.taken_by IS DISTINCT FROM pg_current_xact_id();
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.take_turn() IS 'Waits until nobody else changes what verdicts of lists rest on, and lets nobody else until the transaction ends.';

CREATE FUNCTION authserver.doubt_all() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE authserver.list_verdict v SET verdict = NULL WHERE v.verdict IS NOT NULL;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.doubt_all() IS 'Lets every list be judged again.';

CREATE FUNCTION authserver.doubt_domain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- All other columns say where mail goes, those too that are added one day.
    others CONSTANT text[] := '{can_use_transactional,sign,require_signature,refuse_several_authors,sign_by_reverse_path,signature_expiry_seconds,header_canonicalization,body_canonicalization,signed_fields,oversigned_fields,auid,rotate_keys,key_age_days,key_lead_days,key_grace_days,author_must_match,author_mismatch,created_at,changed_at}';
    names    text[];
    switched bigint[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(c.name), array_agg(c.id) FILTER (WHERE c.active <> p.active) INTO names, switched
        FROM changed c JOIN previous p ON p.id = c.id
        WHERE to_jsonb(c) - others <> to_jsonb(p) - others;
    ELSE
        SELECT array_agg(c.name) INTO names FROM changed c;
    END IF;
    PERFORM authserver.doubt_lists_at(names, NULL);
    IF switched IS NOT NULL THEN
        PERFORM authserver.doubt_lists_of((
            SELECT array_agg(u.id) FROM authserver.email_alias a
            JOIN authserver.mail_user u ON u.delivery_mailbox_id = a.id
            WHERE a.domain_id = ANY (switched)));
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.doubt_domain() IS 'Lets lists be judged again that have a member in a domain that changed, or of a user whose mailbox is in one that was activated or deactivated.';

CREATE FUNCTION authserver.doubt_alias() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    domains bigint[];
    stems   text[];
    users   uuid[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        WITH moved AS (
            SELECT c.id, c.domain_id, c.local_part, p.domain_id AS old_domain_id, p.local_part AS old_local_part
            FROM changed c JOIN previous p ON p.id = c.id
            WHERE (c.domain_id, c.local_part, c.user_id, c.list_id, c.blocked)
                IS DISTINCT FROM (p.domain_id, p.local_part, p.user_id, p.list_id, p.blocked)),
        places AS (
            SELECT r.domain_id, substring(r.local_part COLLATE "C" FROM '^.[^+-]*') AS stem FROM moved r
            UNION
            SELECT r.old_domain_id, substring(r.old_local_part COLLATE "C" FROM '^.[^+-]*') FROM moved r)
        SELECT array_agg(p.domain_id), array_agg(p.stem),
               (SELECT array_agg(u.id) FROM moved r JOIN authserver.mail_user u ON u.delivery_mailbox_id = r.id)
        INTO domains, stems, users
        FROM places p;
        -- What a user's other aliases take ends at his delivery mailbox.
        PERFORM authserver.doubt_lists_of(users);
    ELSE
        SELECT array_agg(p.domain_id), array_agg(p.stem) INTO domains, stems
        FROM (SELECT DISTINCT c.domain_id, substring(c.local_part COLLATE "C" FROM '^.[^+-]*') AS stem FROM changed c) p;
    END IF;
    PERFORM authserver.doubt_lists_at(array_agg(d.name ORDER BY s.place), array_agg(s.stem ORDER BY s.place))
    FROM unnest(domains, stems) WITH ORDINALITY AS s (domain_id, stem, place)
    JOIN authserver.domain d ON d.id = s.domain_id;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.doubt_alias() IS 'Lets lists be judged again that have a member which aliases that changed decide about.';

CREATE FUNCTION authserver.doubt_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.doubt_lists_of((
        SELECT array_agg(c.id) FROM changed c JOIN previous p ON p.id = c.id
        WHERE c.active <> p.active OR c.delivery_mailbox_id IS DISTINCT FROM p.delivery_mailbox_id));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.doubt_user() IS 'Lets lists be judged again that have an alias of a user as a member who was activated, deactivated or has another delivery mailbox.';

CREATE FUNCTION authserver.doubt_list() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    others CONSTANT text[] := '{name,new_mailfrom,null_sender,created_at,changed_at}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO authserver.list_verdict (list_id) SELECT c.id FROM changed c;
        RETURN NULL;
    END IF;
    -- Its own verdict does not ask whether it is active; that of lists above it does.
    PERFORM authserver.doubt_lists_above((
        SELECT array_agg(c.id) FROM changed c JOIN previous p ON p.id = c.id
        WHERE to_jsonb(c) - others <> to_jsonb(p) - others));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.doubt_list() IS 'Begins the verdict of a new list; lets lists be judged again that lead to one that changed.';

CREATE FUNCTION authserver.doubt_members() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lists bigint[];
BEGIN
    -- Where a list is in doubt those above it are too: whatever led to it since has put them there.
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(v.list_id) INTO lists FROM authserver.list_verdict v
        WHERE v.verdict IS NOT NULL
            AND v.list_id IN (SELECT c.list_id FROM changed c UNION SELECT p.list_id FROM previous p);
    ELSE
        SELECT array_agg(v.list_id) INTO lists FROM authserver.list_verdict v
        WHERE v.verdict IS NOT NULL AND v.list_id IN (SELECT c.list_id FROM changed c);
    END IF;
    IF lists IS NOT NULL THEN
        UPDATE authserver.list_verdict v SET verdict = NULL WHERE v.list_id = ANY (lists);
        PERFORM authserver.doubt_lists_above(lists);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.doubt_members() IS 'Lets lists be judged again whose members changed, and those above them.';

CREATE FUNCTION authserver.judge_doubted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE authserver.list_verdict v SET verdict = authserver.judge_list(v.list_id)
    WHERE v.list_id = NEW.list_id AND v.verdict IS NULL;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.judge_doubted() IS 'Judges a list at the end of a transaction, once.';

CREATE CONSTRAINT TRIGGER judge AFTER INSERT OR UPDATE ON authserver.list_verdict
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.verdict IS NULL) EXECUTE FUNCTION authserver.judge_doubted();

CREATE TRIGGER take_turn BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.domain
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn();
CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.domain REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_domain();
CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.domain REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_domain();
CREATE TRIGGER doubt_delete AFTER DELETE ON authserver.domain REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_domain();
CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.domain
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all();

CREATE TRIGGER take_turn BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.email_alias
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn();
CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.email_alias REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_alias();
CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.email_alias REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_alias();
CREATE TRIGGER doubt_delete AFTER DELETE ON authserver.email_alias REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_alias();
CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.email_alias
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all();

-- A password is nobody's business here, and a user without aliases is on no list.
CREATE TRIGGER take_turn BEFORE UPDATE OF active, delivery_mailbox_id OR DELETE OR TRUNCATE ON authserver.mail_user
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn();
CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.mail_user REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_user();
CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.mail_user
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all();

CREATE TRIGGER take_turn BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.mailing_list
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn();
CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.mailing_list REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_list();
CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.mailing_list REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_list();

CREATE TRIGGER take_turn BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.mailing_list_address
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn();
CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_members();
CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.mailing_list_address
    REFERENCING OLD TABLE AS previous NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_members();
CREATE TRIGGER doubt_delete AFTER DELETE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_members();
CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.mailing_list_address
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all();

-- The limit decides about every list.
CREATE TRIGGER take_turn BEFORE UPDATE OF max_targets OR DELETE OR TRUNCATE ON authserver.site
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn();
CREATE TRIGGER doubt_update AFTER UPDATE OF max_targets ON authserver.site
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all();

GRANT SELECT ON authserver.list_verdict, authserver.site TO authserver_admin;
GRANT UPDATE (max_targets) ON authserver.site TO authserver_admin;
