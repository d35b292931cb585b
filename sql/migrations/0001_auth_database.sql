-- The auth database. Runs as authserver_owner, in one transaction with the record of its number.
--
-- Names are stored folded, ASCII only: lower(x COLLATE "C"). Domains are A-labels (RFC 5890 §2.3.2.1). Local
-- parts of ours are Dot-strings (RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3), because OpenSMTPD refuses
-- quoted ones: an alias that needed quotes could never be reached.

-- What the owner makes from here on is nobody's to execute until it is granted.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE authserver.schema_migration (
    version    int         PRIMARY KEY CONSTRAINT schema_migration_version CHECK (version > 0),
    name       text        NOT NULL,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE authserver.schema_migration IS 'The migrations that this database has had.';

CREATE TABLE authserver.schema_routine (
    name       text        PRIMARY KEY,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE authserver.schema_routine IS 'The routine files as they were last installed.';

-- Domains and their keys ---------------------------------------------------------------------------------

CREATE TABLE authserver.domain (
    id                       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name                     text        NOT NULL,
    redirect_to              text,
    can_use_transactional    boolean     NOT NULL DEFAULT false,
    sign                     boolean     NOT NULL DEFAULT true,
    require_signature        boolean     NOT NULL DEFAULT false,
    refuse_several_authors   boolean     NOT NULL DEFAULT false,
    sign_by_reverse_path     boolean     NOT NULL DEFAULT false,
    signature_expiry_seconds bigint               DEFAULT 604800,
    created_at               timestamptz NOT NULL DEFAULT now(),
    changed_at               timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT domain_name_unique UNIQUE (name),
    CONSTRAINT domain_name_folded CHECK (name = lower(name COLLATE "C")),
    -- RFC 5321 §4.1.2 Domain and §4.5.3.1.2; the last label is not a number, so no IP address passes.
    CONSTRAINT domain_name_valid CHECK (
        octet_length(name) <= 253
        AND name ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT domain_redirect_to_folded CHECK (redirect_to = lower(redirect_to COLLATE "C")),
    CONSTRAINT domain_redirect_to_valid CHECK (
        octet_length(redirect_to) <= 253
        AND redirect_to ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT domain_redirect_not_to_itself CHECK (redirect_to <> name),
    CONSTRAINT domain_require_signature_signs CHECK (sign OR NOT require_signature),
    -- RFC 6376 §3.5 x=: later than t=. At most ten years, so that no sum overflows.
    CONSTRAINT domain_signature_expiry_valid CHECK (signature_expiry_seconds BETWEEN 60 AND 315360000)
);
COMMENT ON TABLE authserver.domain IS 'The mail domains of ours, with their policy for DKIM signatures.';
COMMENT ON COLUMN authserver.domain.name IS 'Folded A-labels. Never changes: wrapped keys are bound to it.';
COMMENT ON COLUMN authserver.domain.redirect_to IS 'The domain at which local parts without an alias of their own are looked for.';
COMMENT ON COLUMN authserver.domain.can_use_transactional IS 'Whether its submitted mail may take the transactional relay.';
COMMENT ON COLUMN authserver.domain.sign IS 'Whether its mail is signed.';
COMMENT ON COLUMN authserver.domain.require_signature IS 'Whether mail that cannot be signed now has to wait (451 4.3.5).';
COMMENT ON COLUMN authserver.domain.refuse_several_authors IS 'Whether mail with several authors is refused (550 5.6.0) instead of passed unsigned.';
COMMENT ON COLUMN authserver.domain.sign_by_reverse_path IS 'Whether it signs mail of foreign authors whose reverse-path is in this domain.';
COMMENT ON COLUMN authserver.domain.signature_expiry_seconds IS 'How long after t= a signature expires (x=); NULL for no x=.';

CREATE TABLE authserver.dkim_key (
    id                  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id           bigint      NOT NULL REFERENCES authserver.domain (id) ON DELETE CASCADE,
    selector            text        NOT NULL,
    algorithm           text        NOT NULL,
    wrapped_private_key bytea,
    public_key          bytea       NOT NULL,
    state               text        NOT NULL DEFAULT 'published',
    forced              boolean     NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    activated_at        timestamptz,
    retired_at          timestamptz,
    revoked_at          timestamptz,
    CONSTRAINT dkim_key_selector_unique UNIQUE (domain_id, selector),
    CONSTRAINT dkim_key_selector_folded CHECK (selector = lower(selector COLLATE "C")),
    -- RFC 6376 §3.1 selector: sub-domain *("." sub-domain)
    CONSTRAINT dkim_key_selector_valid CHECK (
        octet_length(selector) <= 200
        AND selector ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'),
    CONSTRAINT dkim_key_algorithm_known CHECK (algorithm IN ('rsa', 'ed25519')),
    CONSTRAINT dkim_key_public_key_size CHECK (octet_length(public_key) BETWEEN 32 AND 4096),
    CONSTRAINT dkim_key_wrapped_private_key_size CHECK (octet_length(wrapped_private_key) BETWEEN 32 AND 16384),
    CONSTRAINT dkim_key_state_known CHECK (state IN ('published', 'active', 'retired', 'revoked')),
    CONSTRAINT dkim_key_state_has_its_time CHECK (
        (state = 'published' AND activated_at IS NULL AND retired_at IS NULL AND revoked_at IS NULL)
        OR (state = 'active' AND activated_at IS NOT NULL AND retired_at IS NULL AND revoked_at IS NULL)
        OR (state = 'retired' AND retired_at IS NOT NULL AND revoked_at IS NULL)
        OR (state = 'revoked' AND retired_at IS NOT NULL AND revoked_at IS NOT NULL)),
    CONSTRAINT dkim_key_private_key_until_revoked CHECK (wrapped_private_key IS NOT NULL OR state IN ('retired', 'revoked')),
    CONSTRAINT dkim_key_times_in_order CHECK (retired_at >= activated_at AND revoked_at >= retired_at)
);
COMMENT ON TABLE authserver.dkim_key IS 'The DKIM keys of a domain; all active ones sign.';
COMMENT ON COLUMN authserver.dkim_key.wrapped_private_key IS 'PKCS#8 under AES-256-GCM, bound to domain and selector; may be forgotten once the key is retired.';
COMMENT ON COLUMN authserver.dkim_key.public_key IS 'X.509 SubjectPublicKeyInfo (DER).';
COMMENT ON COLUMN authserver.dkim_key.state IS 'published -> active -> retired -> revoked.';
COMMENT ON COLUMN authserver.dkim_key.forced IS 'Whether it was activated without its DNS record having been seen.';
CREATE INDEX dkim_key_active ON authserver.dkim_key (domain_id) WHERE state = 'active';

-- Users, lists, aliases ----------------------------------------------------------------------------------

CREATE TABLE authserver.mail_user (
    id                  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    identifier          text        NOT NULL,
    full_name           text        NOT NULL DEFAULT '',
    password            text,
    active              boolean     NOT NULL DEFAULT true,
    staff               boolean     NOT NULL DEFAULT false,
    delivery_mailbox_id bigint,
    created_at          timestamptz NOT NULL DEFAULT now(),
    changed_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mail_user_identifier_unique UNIQUE (identifier),
    CONSTRAINT mail_user_identifier_folded CHECK (identifier = lower(identifier COLLATE "C")),
    CONSTRAINT mail_user_identifier_valid CHECK (
        octet_length(identifier) BETWEEN 1 AND 255 AND identifier !~ '[[:cntrl:][:space:]]'),
    CONSTRAINT mail_user_full_name_valid CHECK (octet_length(full_name) <= 1000 AND full_name !~ '[[:cntrl:]]'),
    -- A crypt(3) hash; NULL, '' and what begins with ! or * lets nobody in.
    CONSTRAINT mail_user_password_valid CHECK (
        octet_length(password) <= 1000 AND (password = '' OR password ~ '^[!*]' OR password ~ '^\$[a-z0-9-]+\$[!-9;-~]+$'))
);
COMMENT ON TABLE authserver.mail_user IS 'People with a mailbox.';
COMMENT ON COLUMN authserver.mail_user.identifier IS 'The name of the account, folded; not an address that receives mail.';
COMMENT ON COLUMN authserver.mail_user.password IS 'A crypt(3) hash such as $5$…';
COMMENT ON COLUMN authserver.mail_user.delivery_mailbox_id IS 'The alias whose address is the mailbox, and the user''s primary address.';

CREATE TABLE authserver.mailing_list (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text        NOT NULL,
    new_mailfrom text,
    owner_id     uuid        REFERENCES authserver.mail_user (id) ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    changed_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mailing_list_name_unique UNIQUE (name),
    CONSTRAINT mailing_list_name_valid CHECK (
        octet_length(name) BETWEEN 1 AND 255 AND name !~ '[[:cntrl:]]' AND name !~ '^\s|\s$'),
    -- RFC 5321 §4.1.2 Mailbox: a Dot-string and a folded domain, each within §4.5.3.1
    CONSTRAINT mailing_list_new_mailfrom_valid CHECK (
        octet_length(split_part(new_mailfrom, '@', 1)) <= 64
        AND octet_length(split_part(new_mailfrom, '@', 2)) <= 253
        AND new_mailfrom ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
COMMENT ON TABLE authserver.mailing_list IS 'Sets of addresses that an alias can stand for.';
COMMENT ON COLUMN authserver.mailing_list.new_mailfrom IS 'The reverse-path of what the list sends on; NULL to keep or rewrite the sender''s.';
COMMENT ON COLUMN authserver.mailing_list.owner_id IS 'Who is told about members that cannot be reached.';
CREATE INDEX mailing_list_owner ON authserver.mailing_list (owner_id) WHERE owner_id IS NOT NULL;

CREATE TABLE authserver.mailing_list_address (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id bigint NOT NULL REFERENCES authserver.mailing_list (id) ON DELETE CASCADE,
    address text   NOT NULL,
    -- The case of a foreign local part is its domain's business (RFC 5321 §2.4); the domain is folded.
    CONSTRAINT mailing_list_address_valid CHECK (
        octet_length(split_part(address, '@', 1)) <= 64
        AND octet_length(split_part(address, '@', 2)) <= 253
        AND address ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
COMMENT ON TABLE authserver.mailing_list_address IS 'The members of a list, in the order in which they were added.';
CREATE UNIQUE INDEX mailing_list_address_unique ON authserver.mailing_list_address (list_id, lower(address COLLATE "C"));
CREATE INDEX mailing_list_address_order ON authserver.mailing_list_address (list_id, id);

CREATE TABLE authserver.email_alias (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id  bigint      NOT NULL REFERENCES authserver.domain (id),
    local_part text        NOT NULL,
    user_id    uuid        REFERENCES authserver.mail_user (id) ON DELETE CASCADE,
    list_id    bigint      REFERENCES authserver.mailing_list (id) ON DELETE CASCADE,
    blocked    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT email_alias_local_part_unique UNIQUE (domain_id, local_part),
    CONSTRAINT email_alias_id_and_user UNIQUE (id, user_id),
    CONSTRAINT email_alias_local_part_folded CHECK (local_part = lower(local_part COLLATE "C")),
    -- RFC 5321 §4.5.3.1.1
    CONSTRAINT email_alias_local_part_length CHECK (octet_length(local_part) <= 64),
    CONSTRAINT email_alias_local_part_valid CHECK (
        local_part ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*$'),
    CONSTRAINT email_alias_blocked_known CHECK (blocked IN ('reject', 'drop', 'defer')),
    CONSTRAINT email_alias_one_target CHECK (
        num_nonnulls(user_id, list_id) = 1 OR (num_nonnulls(user_id, list_id) = 0 AND blocked IS NOT NULL))
);
COMMENT ON TABLE authserver.email_alias IS 'The addresses of our domains: each is a user''s, or a list''s, or blocked.';
COMMENT ON COLUMN authserver.email_alias.blocked IS 'What happens to its mail while it is blocked: reject (550), drop (taken and thrown away), defer (451); NULL where it is not.';
CREATE INDEX email_alias_user ON authserver.email_alias (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX email_alias_list ON authserver.email_alias (list_id) WHERE list_id IS NOT NULL;

-- A delivery mailbox is an alias of the same user; it cannot be removed while it is that.
ALTER TABLE authserver.mail_user
    ADD CONSTRAINT mail_user_delivery_mailbox_is_its_own
    FOREIGN KEY (delivery_mailbox_id, id) REFERENCES authserver.email_alias (id, user_id);
CREATE INDEX mail_user_delivery_mailbox ON authserver.mail_user (delivery_mailbox_id) WHERE delivery_mailbox_id IS NOT NULL;

CREATE TABLE authserver.service_user (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid        NOT NULL REFERENCES authserver.mail_user (id) ON DELETE CASCADE,
    username    text        NOT NULL,
    password    text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    changed_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT service_user_username_unique UNIQUE (username),
    CONSTRAINT service_user_username_folded CHECK (username = lower(username COLLATE "C")),
    CONSTRAINT service_user_username_valid CHECK (
        octet_length(username) BETWEEN 1 AND 255 AND username !~ '[[:cntrl:][:space:]@]'),
    CONSTRAINT service_user_password_valid CHECK (
        octet_length(password) <= 1000 AND (password = '' OR password ~ '^[!*]' OR password ~ '^\$[a-z0-9-]+\$[!-9;-~]+$'))
);
COMMENT ON TABLE authserver.service_user IS 'Further logins of a user, each with its own password, for programs and devices.';
CREATE INDEX service_user_user ON authserver.service_user (user_id);

-- Permissions and groups ---------------------------------------------------------------------------------

CREATE TABLE authserver.permission (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text   NOT NULL,
    description text   NOT NULL DEFAULT '',
    CONSTRAINT permission_name_unique UNIQUE (name),
    CONSTRAINT permission_name_valid CHECK (octet_length(name) BETWEEN 1 AND 255 AND name !~ '[[:cntrl:][:space:]]')
);
COMMENT ON TABLE authserver.permission IS 'What a service can demand of who logs in.';

CREATE TABLE authserver.user_group (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text   NOT NULL,
    description text   NOT NULL DEFAULT '',
    CONSTRAINT user_group_name_unique UNIQUE (name),
    CONSTRAINT user_group_name_valid CHECK (
        octet_length(name) BETWEEN 1 AND 255 AND name !~ '[[:cntrl:]]' AND name !~ '^\s|\s$')
);
COMMENT ON TABLE authserver.user_group IS 'Groups of users, which hold permissions.';

CREATE TABLE authserver.user_permission (
    user_id       uuid   NOT NULL REFERENCES authserver.mail_user (id) ON DELETE CASCADE,
    permission_id bigint NOT NULL REFERENCES authserver.permission (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, permission_id)
);
CREATE INDEX user_permission_permission ON authserver.user_permission (permission_id);

CREATE TABLE authserver.user_group_member (
    group_id bigint NOT NULL REFERENCES authserver.user_group (id) ON DELETE CASCADE,
    user_id  uuid   NOT NULL REFERENCES authserver.mail_user (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX user_group_member_group ON authserver.user_group_member (group_id);

CREATE TABLE authserver.user_group_permission (
    group_id      bigint NOT NULL REFERENCES authserver.user_group (id) ON DELETE CASCADE,
    permission_id bigint NOT NULL REFERENCES authserver.permission (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, permission_id)
);
CREATE INDEX user_group_permission_permission ON authserver.user_group_permission (permission_id);

-- What became of a message's targets ---------------------------------------------------------------------

CREATE TABLE authserver.delivery_outcome (
    key         bytea       PRIMARY KEY,
    outcome     text        NOT NULL,
    reply       text,
    first_seen  timestamptz NOT NULL DEFAULT now(),
    changed_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT delivery_outcome_key_size CHECK (octet_length(key) = 32),
    CONSTRAINT delivery_outcome_known CHECK (outcome IN ('delivered', 'refused', 'deferred')),
    CONSTRAINT delivery_outcome_reply_size CHECK (octet_length(reply) <= 2000)
);
COMMENT ON TABLE authserver.delivery_outcome IS 'Outcomes of messages of which some targets still wait, so that a retry sends only what is missing.';
COMMENT ON COLUMN authserver.delivery_outcome.key IS 'SHA-256 over the message''s hash, reverse-path, recipient and target: nobody can read an address from it.';
CREATE INDEX delivery_outcome_first_seen ON authserver.delivery_outcome (first_seen);

-- What never changes, and times --------------------------------------------------------------------------

CREATE FUNCTION authserver.refuse_rename() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% of % does not change: its keys are bound to it; make it anew', TG_ARGV[0], TG_TABLE_NAME
        USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END;
$$;
COMMENT ON FUNCTION authserver.refuse_rename() IS 'Refuses a change that would part a wrapped key from its associated data. SQLSTATE 23514.';

CREATE TRIGGER domain_is_not_renamed BEFORE UPDATE ON authserver.domain
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION authserver.refuse_rename('the name');
CREATE TRIGGER dkim_key_is_not_renamed BEFORE UPDATE ON authserver.dkim_key
    FOR EACH ROW WHEN (OLD.selector IS DISTINCT FROM NEW.selector OR OLD.domain_id IS DISTINCT FROM NEW.domain_id)
    EXECUTE FUNCTION authserver.refuse_rename('the selector or domain');

CREATE FUNCTION authserver.set_changed_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION authserver.set_changed_at() IS 'Keeps changed_at.';

CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.domain FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();
CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.mail_user FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();
CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.mailing_list FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();
CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.email_alias FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();
CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.service_user FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at();

-- Notifications ------------------------------------------------------------------------------------------
-- Channel authserver, payload `KIND ID`: what was cached about that row is out of date. `domain 0` stands for
-- names that were nobody's, `all 0` for everything. A payload holds no name: every role may listen.

CREATE FUNCTION authserver.notify_changes(kind text, ids bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    id bigint;
BEGIN
    -- A change of thousands of rows at once is cheaper told in one word.
    IF cardinality(ids) > 1000 THEN
        PERFORM pg_notify('authserver', 'all 0');
        RETURN;
    END IF;
    FOREACH id IN ARRAY coalesce(ids, '{}') LOOP
        PERFORM pg_notify('authserver', kind || ' ' || id);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION authserver.notify_changes(text, bigint[]) IS 'Tells who listens on channel authserver which rows changed.';

CREATE FUNCTION authserver.notify_domain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (SELECT array_agg(DISTINCT c.id) FROM changed c));
    IF TG_OP = 'INSERT' THEN
        PERFORM authserver.notify_changes('domain', ARRAY[0]);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_domain() IS 'Notifies changes of domains; a new one also drops what was cached about names that were nobody''s.';

CREATE FUNCTION authserver.notify_dkim_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (SELECT array_agg(DISTINCT c.domain_id) FROM changed c));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_dkim_key() IS 'Notifies the domains whose keys changed.';

CREATE FUNCTION authserver.notify_alias() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('domain', (SELECT array_agg(DISTINCT c.domain_id) FROM changed c));
    IF TG_OP = 'UPDATE' THEN
        -- A delivery mailbox decides about all aliases of its user and is the address of the lists it owns.
        PERFORM authserver.notify_users((SELECT array_agg(DISTINCT c.user_id) FROM changed c WHERE c.user_id IS NOT NULL));
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_alias() IS 'Notifies the domains whose aliases changed.';

CREATE FUNCTION authserver.notify_users(users uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(users) > 1000 THEN
        PERFORM authserver.notify_changes('all', ARRAY[0]);
        RETURN;
    END IF;
    PERFORM authserver.notify_changes('domain', (
        SELECT array_agg(DISTINCT a.domain_id) FROM authserver.email_alias a WHERE a.user_id = ANY (users)));
    PERFORM authserver.notify_changes('list', (
        SELECT array_agg(DISTINCT l.id) FROM authserver.mailing_list l WHERE l.owner_id = ANY (users)));
END;
$$;
COMMENT ON FUNCTION authserver.notify_users(uuid[]) IS 'Notifies the domains of users'' aliases and the lists that they own.';

CREATE FUNCTION authserver.notify_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_users((SELECT array_agg(DISTINCT c.id) FROM changed c));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_user() IS 'Notifies changes of users.';

CREATE FUNCTION authserver.notify_list() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('list', (SELECT array_agg(DISTINCT c.id) FROM changed c));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_list() IS 'Notifies changes of lists.';

CREATE FUNCTION authserver.notify_list_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('list', (SELECT array_agg(DISTINCT c.list_id) FROM changed c));
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_list_address() IS 'Notifies the lists whose members changed.';

CREATE FUNCTION authserver.notify_all() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_changes('all', ARRAY[0]);
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_all() IS 'Notifies that anything may have changed.';

-- An update concerns the row as it was and as it is: only alias and member can move, so they tell both.
CREATE TRIGGER notify_insert AFTER INSERT ON authserver.domain REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain();
CREATE TRIGGER notify_update AFTER UPDATE ON authserver.domain REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain();
CREATE TRIGGER notify_delete AFTER DELETE ON authserver.domain REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.domain
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.dkim_key REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key();
CREATE TRIGGER notify_update AFTER UPDATE ON authserver.dkim_key REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key();
CREATE TRIGGER notify_delete AFTER DELETE ON authserver.dkim_key REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.dkim_key
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.email_alias REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();
CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.email_alias REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();
CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.email_alias REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();
CREATE TRIGGER notify_delete AFTER DELETE ON authserver.email_alias REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.email_alias
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

CREATE TRIGGER notify_update AFTER UPDATE ON authserver.mail_user REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_user();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mail_user
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

CREATE TRIGGER notify_update AFTER UPDATE ON authserver.mailing_list REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list();
CREATE TRIGGER notify_delete AFTER DELETE ON authserver.mailing_list REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mailing_list
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();
CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();
CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();
CREATE TRIGGER notify_delete AFTER DELETE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mailing_list_address
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

-- Rights: the command line works on the tables; the daemons and the API have routines only --------------------

GRANT SELECT, INSERT, UPDATE, DELETE ON
    authserver.domain, authserver.dkim_key, authserver.mail_user, authserver.mailing_list,
    authserver.mailing_list_address, authserver.email_alias, authserver.service_user, authserver.permission,
    authserver.user_group, authserver.user_permission, authserver.user_group_member,
    authserver.user_group_permission, authserver.delivery_outcome
    TO authserver_admin;
GRANT SELECT ON authserver.schema_migration, authserver.schema_routine TO authserver_admin;
