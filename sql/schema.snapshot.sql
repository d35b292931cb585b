SCHEMA authserver OWNER authserver_owner
GRANT USAGE ON SCHEMA authserver TO authserver_admin
GRANT USAGE ON SCHEMA authserver TO authserver_forwarder
GRANT CREATE ON SCHEMA authserver TO authserver_owner
GRANT USAGE ON SCHEMA authserver TO authserver_owner
GRANT USAGE ON SCHEMA authserver TO authserver_signer
GRANT USAGE ON SCHEMA public TO authserver_api
GRANT CREATE ON SCHEMA public TO authserver_owner
GRANT USAGE ON SCHEMA public TO authserver_owner
TABLE authserver.delivery_outcome OWNER authserver_owner
  COLUMN key bytea NOT NULL
  COLUMN outcome text NOT NULL
  COLUMN reply text
  COLUMN first_seen timestamp with time zone NOT NULL DEFAULT now()
  COLUMN changed_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN envelope bigint NOT NULL
  CONSTRAINT delivery_outcome_key_size CHECK ((octet_length(key) = 32))
  CONSTRAINT delivery_outcome_known CHECK ((outcome = ANY (ARRAY['delivered'::text, 'refused'::text, 'reported'::text, 'deferred'::text])))
  CONSTRAINT delivery_outcome_pkey PRIMARY KEY (key)
  CONSTRAINT delivery_outcome_reply_size CHECK ((octet_length(reply) <= 2000))
  CREATE INDEX delivery_outcome_envelope ON authserver.delivery_outcome USING btree (envelope)
  CREATE INDEX delivery_outcome_first_seen ON authserver.delivery_outcome USING btree (first_seen)
  CREATE UNIQUE INDEX delivery_outcome_pkey ON authserver.delivery_outcome USING btree (key)
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.dkim_key OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN domain_id bigint NOT NULL
  COLUMN selector text NOT NULL
  COLUMN algorithm text NOT NULL
  COLUMN wrapped_private_key bytea
  COLUMN public_key bytea NOT NULL
  COLUMN state text NOT NULL DEFAULT 'published'::text
  COLUMN forced boolean NOT NULL DEFAULT false
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN activated_at timestamp with time zone
  COLUMN retired_at timestamp with time zone
  COLUMN revoked_at timestamp with time zone
  COLUMN seen_since timestamp with time zone
  COLUMN signatures_until timestamp with time zone
  COLUMN gone_at timestamp with time zone
  CONSTRAINT dkim_key_algorithm_known CHECK ((algorithm = ANY (ARRAY['rsa'::text, 'ed25519'::text])))
  CONSTRAINT dkim_key_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES authserver.domain(id) ON DELETE CASCADE
  CONSTRAINT dkim_key_gone_once_revoked CHECK (((gone_at IS NULL) OR (state = 'revoked'::text)))
  CONSTRAINT dkim_key_pkey PRIMARY KEY (id)
  CONSTRAINT dkim_key_private_key_until_revoked CHECK (((wrapped_private_key IS NOT NULL) OR (state = ANY (ARRAY['retired'::text, 'revoked'::text]))))
  CONSTRAINT dkim_key_public_key_size CHECK (((octet_length(public_key) >= 32) AND (octet_length(public_key) <= 4096)))
  CONSTRAINT dkim_key_seen_while_published CHECK (((seen_since IS NULL) OR (state = 'published'::text)))
  CONSTRAINT dkim_key_selector_folded CHECK ((selector = lower((selector COLLATE "C"))))
  CONSTRAINT dkim_key_selector_unique UNIQUE (domain_id, selector)
  CONSTRAINT dkim_key_selector_valid CHECK (((octet_length(selector) <= 200) AND (selector ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'::text)))
  CONSTRAINT dkim_key_state_has_its_time CHECK ((((state = 'published'::text) AND (activated_at IS NULL) AND (retired_at IS NULL) AND (revoked_at IS NULL)) OR ((state = 'active'::text) AND (activated_at IS NOT NULL) AND (retired_at IS NULL) AND (revoked_at IS NULL)) OR ((state = 'retired'::text) AND (retired_at IS NOT NULL) AND (revoked_at IS NULL)) OR ((state = 'revoked'::text) AND (retired_at IS NOT NULL) AND (revoked_at IS NOT NULL))))
  CONSTRAINT dkim_key_state_known CHECK ((state = ANY (ARRAY['published'::text, 'active'::text, 'retired'::text, 'revoked'::text])))
  CONSTRAINT dkim_key_times_in_order CHECK (((retired_at >= activated_at) AND (revoked_at >= retired_at)))
  CONSTRAINT dkim_key_wrapped_private_key_size CHECK (((octet_length(wrapped_private_key) >= 32) AND (octet_length(wrapped_private_key) <= 16384)))
  CREATE INDEX dkim_key_active ON authserver.dkim_key USING btree (domain_id) WHERE (state = 'active'::text)
  CREATE UNIQUE INDEX dkim_key_pkey ON authserver.dkim_key USING btree (id)
  CREATE UNIQUE INDEX dkim_key_selector_unique ON authserver.dkim_key USING btree (domain_id, selector)
  CREATE TRIGGER dkim_key_is_not_renamed BEFORE UPDATE ON authserver.dkim_key FOR EACH ROW WHEN (((old.selector IS DISTINCT FROM new.selector) OR (old.domain_id IS DISTINCT FROM new.domain_id))) EXECUTE FUNCTION authserver.refuse_rename('the selector or domain')
  CREATE TRIGGER notify_delete AFTER DELETE ON authserver.dkim_key REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key()
  CREATE TRIGGER notify_insert AFTER INSERT ON authserver.dkim_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.dkim_key FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update AFTER UPDATE ON authserver.dkim_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_dkim_key()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.dkim_key_event OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN domain text NOT NULL
  COLUMN selector text NOT NULL
  COLUMN event text NOT NULL
  COLUMN forced boolean NOT NULL DEFAULT false
  COLUMN person text NOT NULL
  COLUMN role text NOT NULL DEFAULT SESSION_USER
  COLUMN at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT dkim_key_event_known CHECK ((event = ANY (ARRAY['created'::text, 'imported'::text, 'exported'::text, 'activated'::text, 'retired'::text, 'revoked'::text, 'removed'::text])))
  CONSTRAINT dkim_key_event_person_valid CHECK ((((octet_length(person) >= 1) AND (octet_length(person) <= 255)) AND (person !~ '[[:cntrl:]]'::text)))
  CONSTRAINT dkim_key_event_pkey PRIMARY KEY (id)
  CREATE INDEX dkim_key_event_domain ON authserver.dkim_key_event USING btree (domain, id)
  CREATE UNIQUE INDEX dkim_key_event_pkey ON authserver.dkim_key_event USING btree (id)
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
TABLE authserver.domain OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN name text NOT NULL
  COLUMN redirect_to text
  COLUMN can_use_transactional boolean NOT NULL DEFAULT false
  COLUMN sign boolean NOT NULL DEFAULT true
  COLUMN require_signature boolean NOT NULL DEFAULT false
  COLUMN refuse_several_authors boolean NOT NULL DEFAULT false
  COLUMN sign_by_reverse_path boolean NOT NULL DEFAULT false
  COLUMN signature_expiry_seconds bigint DEFAULT 604800
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN changed_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN header_canonicalization text NOT NULL DEFAULT 'relaxed'::text
  COLUMN body_canonicalization text NOT NULL DEFAULT 'relaxed'::text
  COLUMN signed_fields text
  COLUMN oversigned_fields text
  COLUMN auid text
  COLUMN rotate_keys boolean NOT NULL DEFAULT true
  COLUMN key_age_days integer NOT NULL DEFAULT 180
  COLUMN key_lead_days integer NOT NULL DEFAULT 2
  COLUMN key_grace_days integer NOT NULL DEFAULT 5
  COLUMN catch_all text
  COLUMN active boolean NOT NULL DEFAULT true
  COLUMN author_must_match text NOT NULL DEFAULT 'off'::text
  COLUMN author_mismatch text NOT NULL DEFAULT 'unsigned'::text
  COLUMN delimiter text NOT NULL DEFAULT 'both'::text
  CONSTRAINT domain_auid_valid CHECK (((auid = 'author'::text) OR ((octet_length(auid) <= 320) AND (auid ~ '^([A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*)?@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text) AND ((split_part(auid, '@'::text, 2) = name) OR ("right"(split_part(auid, '@'::text, 2), (length(name) + 1)) = ('.'::text || name))))))
  CONSTRAINT domain_author_mismatch_known CHECK ((author_mismatch = ANY (ARRAY['unsigned'::text, 'refuse'::text])))
  CONSTRAINT domain_author_must_match_known CHECK ((author_must_match = ANY (ARRAY['off'::text, 'domain'::text, 'address'::text])))
  CONSTRAINT domain_body_canonicalization_known CHECK ((body_canonicalization = ANY (ARRAY['simple'::text, 'relaxed'::text])))
  CONSTRAINT domain_catch_all_valid CHECK (((octet_length(split_part(catch_all, '@'::text, 1)) <= 64) AND (octet_length(split_part(catch_all, '@'::text, 2)) <= 253) AND (catch_all ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
  CONSTRAINT domain_delimiter_known CHECK ((delimiter = ANY (ARRAY['plus'::text, 'dash'::text, 'both'::text, 'none'::text])))
  CONSTRAINT domain_header_canonicalization_known CHECK ((header_canonicalization = ANY (ARRAY['simple'::text, 'relaxed'::text])))
  CONSTRAINT domain_key_age_valid CHECK (((key_age_days >= 1) AND (key_age_days <= 3650)))
  CONSTRAINT domain_key_grace_valid CHECK (((key_grace_days >= 5) AND (key_grace_days <= 365)))
  CONSTRAINT domain_key_lead_valid CHECK (((key_lead_days >= 0) AND (key_lead_days <= 90)))
  CONSTRAINT domain_name_folded CHECK ((name = lower((name COLLATE "C"))))
  CONSTRAINT domain_name_unique UNIQUE (name)
  CONSTRAINT domain_name_valid CHECK (((octet_length(name) <= 253) AND (name ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
  CONSTRAINT domain_oversigned_fields_valid CHECK (((octet_length(oversigned_fields) <= 1000) AND (oversigned_fields ~ '^[!-9<-@[-~]+(:[!-9<-@[-~]+)*$'::text) AND (oversigned_fields !~ '(^|:)(bcc|resent-bcc|received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]*)(:|$)'::text)))
  CONSTRAINT domain_pkey PRIMARY KEY (id)
  CONSTRAINT domain_redirect_not_to_itself CHECK ((redirect_to <> name))
  CONSTRAINT domain_redirect_or_catch_all CHECK ((num_nonnulls(redirect_to, catch_all) <= 1))
  CONSTRAINT domain_redirect_to_folded CHECK ((redirect_to = lower((redirect_to COLLATE "C"))))
  CONSTRAINT domain_redirect_to_valid CHECK (((octet_length(redirect_to) <= 253) AND (redirect_to ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
  CONSTRAINT domain_require_signature_signs CHECK ((sign OR (NOT require_signature)))
  CONSTRAINT domain_signature_expiry_valid CHECK (((signature_expiry_seconds >= 60) AND (signature_expiry_seconds <= 315360000)))
  CONSTRAINT domain_signed_fields_valid CHECK (((octet_length(signed_fields) <= 1000) AND (signed_fields ~ '^[!-9<-@[-~]+(:[!-9<-@[-~]+)*$'::text) AND (signed_fields !~ '(^|:)(bcc|resent-bcc|received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]*)(:|$)'::text)))
  CREATE INDEX domain_catch_all_domain ON authserver.domain USING btree (split_part(catch_all, '@'::text, 2)) WHERE (catch_all IS NOT NULL)
  CREATE UNIQUE INDEX domain_name_unique ON authserver.domain USING btree (name)
  CREATE UNIQUE INDEX domain_pkey ON authserver.domain USING btree (id)
  CREATE INDEX domain_redirect_to ON authserver.domain USING btree (redirect_to) WHERE (redirect_to IS NOT NULL)
  CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.domain FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at()
  CREATE TRIGGER domain_is_not_renamed BEFORE UPDATE ON authserver.domain FOR EACH ROW WHEN ((old.name IS DISTINCT FROM new.name)) EXECUTE FUNCTION authserver.refuse_rename('the name')
  CREATE TRIGGER doubt_delete AFTER DELETE ON authserver.domain REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_domain()
  CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.domain REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_domain()
  CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.domain FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all()
  CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.domain REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_domain()
  CREATE TRIGGER notify_delete AFTER DELETE ON authserver.domain REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain()
  CREATE TRIGGER notify_insert AFTER INSERT ON authserver.domain REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.domain FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update AFTER UPDATE ON authserver.domain REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain()
  CREATE TRIGGER notify_update_active AFTER UPDATE ON authserver.domain REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_domain_active()
  CREATE TRIGGER take_turn BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.domain FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.email_alias OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN domain_id bigint NOT NULL
  COLUMN local_part text NOT NULL
  COLUMN user_id uuid
  COLUMN list_id bigint
  COLUMN blocked text
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN changed_at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT email_alias_blocked_known CHECK ((blocked = ANY (ARRAY['reject'::text, 'drop'::text, 'defer'::text])))
  CONSTRAINT email_alias_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES authserver.domain(id)
  CONSTRAINT email_alias_id_and_user UNIQUE (id, user_id)
  CONSTRAINT email_alias_list_id_fkey FOREIGN KEY (list_id) REFERENCES authserver.mailing_list(id) ON DELETE CASCADE
  CONSTRAINT email_alias_local_part_folded CHECK ((local_part = lower((local_part COLLATE "C"))))
  CONSTRAINT email_alias_local_part_length CHECK ((octet_length(local_part) <= 64))
  CONSTRAINT email_alias_local_part_unique UNIQUE (domain_id, local_part)
  CONSTRAINT email_alias_local_part_valid CHECK ((local_part ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*$'::text))
  CONSTRAINT email_alias_one_target CHECK (((num_nonnulls(user_id, list_id) = 1) OR ((num_nonnulls(user_id, list_id) = 0) AND (blocked IS NOT NULL))))
  CONSTRAINT email_alias_pkey PRIMARY KEY (id)
  CONSTRAINT email_alias_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE
  CREATE UNIQUE INDEX email_alias_id_and_user ON authserver.email_alias USING btree (id, user_id)
  CREATE INDEX email_alias_list ON authserver.email_alias USING btree (list_id) WHERE (list_id IS NOT NULL)
  CREATE UNIQUE INDEX email_alias_local_part_unique ON authserver.email_alias USING btree (domain_id, local_part)
  CREATE UNIQUE INDEX email_alias_pkey ON authserver.email_alias USING btree (id)
  CREATE INDEX email_alias_user ON authserver.email_alias USING btree (user_id) WHERE (user_id IS NOT NULL)
  CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.email_alias FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at()
  CREATE TRIGGER doubt_delete AFTER DELETE ON authserver.email_alias REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_alias()
  CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.email_alias REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_alias()
  CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.email_alias FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all()
  CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.email_alias REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_alias()
  CREATE TRIGGER notify_delete AFTER DELETE ON authserver.email_alias REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias()
  CREATE TRIGGER notify_insert AFTER INSERT ON authserver.email_alias REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.email_alias FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.email_alias REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias()
  CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.email_alias REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_alias()
  CREATE TRIGGER take_turn BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.email_alias FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.list_verdict OWNER authserver_owner
  COLUMN list_id bigint NOT NULL
  COLUMN verdict text
  CONSTRAINT list_verdict_known CHECK ((verdict = ANY (ARRAY['ok'::text, 'empty'::text, 'nowhere'::text, 'blocked'::text, 'inactive'::text, 'circle'::text, 'too_large'::text, 'too_deep'::text])))
  CONSTRAINT list_verdict_list_id_fkey FOREIGN KEY (list_id) REFERENCES authserver.mailing_list(id) ON DELETE CASCADE
  CONSTRAINT list_verdict_pkey PRIMARY KEY (list_id)
  CREATE UNIQUE INDEX list_verdict_pkey ON authserver.list_verdict USING btree (list_id)
  CREATE CONSTRAINT TRIGGER judge AFTER INSERT OR UPDATE ON authserver.list_verdict DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.verdict IS NULL)) EXECUTE FUNCTION authserver.judge_doubted()
  GRANT SELECT TO authserver_admin
TABLE authserver.list_verdict_turn OWNER authserver_owner
  COLUMN only_row boolean NOT NULL DEFAULT true
  COLUMN taken_by xid8
  CONSTRAINT list_verdict_turn_only_row CHECK (only_row)
  CONSTRAINT list_verdict_turn_pkey PRIMARY KEY (only_row)
  CREATE UNIQUE INDEX list_verdict_turn_pkey ON authserver.list_verdict_turn USING btree (only_row)
TABLE authserver.mail_user OWNER authserver_owner
  COLUMN id uuid NOT NULL DEFAULT gen_random_uuid()
  COLUMN identifier text NOT NULL
  COLUMN full_name text NOT NULL DEFAULT ''::text
  COLUMN password text
  COLUMN active boolean NOT NULL DEFAULT true
  COLUMN staff boolean NOT NULL DEFAULT false
  COLUMN delivery_mailbox_id bigint
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN changed_at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT mail_user_delivery_mailbox_is_its_own FOREIGN KEY (delivery_mailbox_id, id) REFERENCES authserver.email_alias(id, user_id)
  CONSTRAINT mail_user_full_name_valid CHECK (((octet_length(full_name) <= 1000) AND (full_name !~ '[[:cntrl:]]'::text)))
  CONSTRAINT mail_user_identifier_folded CHECK ((identifier = lower((identifier COLLATE "C"))))
  CONSTRAINT mail_user_identifier_unique UNIQUE (identifier)
  CONSTRAINT mail_user_identifier_valid CHECK ((((octet_length(identifier) >= 1) AND (octet_length(identifier) <= 255)) AND (identifier !~ '[[:cntrl:][:space:]]'::text)))
  CONSTRAINT mail_user_password_valid CHECK (((octet_length(password) <= 1000) AND ((password = ''::text) OR (password ~ '^[!*]'::text) OR (password ~ '^\$[a-z0-9-]+\$[!-9;-~]+$'::text))))
  CONSTRAINT mail_user_pkey PRIMARY KEY (id)
  CREATE INDEX mail_user_delivery_mailbox ON authserver.mail_user USING btree (delivery_mailbox_id) WHERE (delivery_mailbox_id IS NOT NULL)
  CREATE UNIQUE INDEX mail_user_identifier_unique ON authserver.mail_user USING btree (identifier)
  CREATE UNIQUE INDEX mail_user_pkey ON authserver.mail_user USING btree (id)
  CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.mail_user FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at()
  CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.mail_user FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all()
  CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.mail_user REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_user()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mail_user FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update AFTER UPDATE ON authserver.mail_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_user()
  CREATE TRIGGER take_turn BEFORE DELETE OR UPDATE OF active, delivery_mailbox_id OR TRUNCATE ON authserver.mail_user FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.mailing_list OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN name text NOT NULL
  COLUMN new_mailfrom text
  COLUMN owner_id uuid
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN changed_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN active boolean NOT NULL DEFAULT true
  COLUMN extensions boolean NOT NULL DEFAULT true
  COLUMN null_sender text
  CONSTRAINT mailing_list_name_unique UNIQUE (name)
  CONSTRAINT mailing_list_name_valid CHECK ((((octet_length(name) >= 1) AND (octet_length(name) <= 255)) AND (name !~ '[[:cntrl:]]'::text) AND (name !~ '^\s|\s$'::text)))
  CONSTRAINT mailing_list_new_mailfrom_valid CHECK (((octet_length(split_part(new_mailfrom, '@'::text, 1)) <= 64) AND (octet_length(split_part(new_mailfrom, '@'::text, 2)) <= 253) AND (new_mailfrom ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
  CONSTRAINT mailing_list_null_sender_known CHECK ((null_sender = ANY (ARRAY['owner'::text, 'members'::text, 'refuse'::text])))
  CONSTRAINT mailing_list_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES authserver.mail_user(id) ON DELETE SET NULL
  CONSTRAINT mailing_list_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX mailing_list_name_unique ON authserver.mailing_list USING btree (name)
  CREATE INDEX mailing_list_owner ON authserver.mailing_list USING btree (owner_id) WHERE (owner_id IS NOT NULL)
  CREATE UNIQUE INDEX mailing_list_pkey ON authserver.mailing_list USING btree (id)
  CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.mailing_list FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at()
  CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.mailing_list REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_list()
  CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.mailing_list REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_list()
  CREATE TRIGGER notify_delete AFTER DELETE ON authserver.mailing_list REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mailing_list FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update AFTER UPDATE ON authserver.mailing_list REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list()
  CREATE TRIGGER notify_update_addresses AFTER UPDATE ON authserver.mailing_list REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_addresses()
  CREATE TRIGGER take_turn BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.mailing_list FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.mailing_list_address OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN list_id bigint NOT NULL
  COLUMN address text NOT NULL
  CONSTRAINT mailing_list_address_list_id_fkey FOREIGN KEY (list_id) REFERENCES authserver.mailing_list(id) ON DELETE CASCADE
  CONSTRAINT mailing_list_address_pkey PRIMARY KEY (id)
  CONSTRAINT mailing_list_address_valid CHECK (((octet_length(split_part(address, '@'::text, 1)) <= 64) AND (octet_length(split_part(address, '@'::text, 2)) <= 253) AND (address ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)))
  CREATE INDEX mailing_list_address_order ON authserver.mailing_list_address USING btree (list_id, id)
  CREATE UNIQUE INDEX mailing_list_address_pkey ON authserver.mailing_list_address USING btree (id)
  CREATE INDEX mailing_list_address_stem ON authserver.mailing_list_address USING btree (split_part(address, '@'::text, 2), "substring"(lower((split_part(address, '@'::text, 1) COLLATE "C")), '^.[^+-]*'::text))
  CREATE UNIQUE INDEX mailing_list_address_unique ON authserver.mailing_list_address USING btree (list_id, lower((address COLLATE "C")))
  CREATE TRIGGER doubt_delete AFTER DELETE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_members()
  CREATE TRIGGER doubt_insert AFTER INSERT ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_members()
  CREATE TRIGGER doubt_truncate AFTER TRUNCATE ON authserver.mailing_list_address FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all()
  CREATE TRIGGER doubt_update AFTER UPDATE ON authserver.mailing_list_address REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_members()
  CREATE TRIGGER notify_delete AFTER DELETE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address()
  CREATE TRIGGER notify_insert AFTER INSERT ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.mailing_list_address FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.mailing_list_address REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address()
  CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.mailing_list_address REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_list_address()
  CREATE TRIGGER take_turn BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.mailing_list_address FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.mark_key OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN key bytea NOT NULL DEFAULT sha256(((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) || uuid_send(gen_random_uuid())))
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT mark_key_pkey PRIMARY KEY (id)
  CONSTRAINT mark_key_size CHECK ((octet_length(key) = 32))
  CREATE UNIQUE INDEX mark_key_pkey ON authserver.mark_key USING btree (id)
  CREATE TRIGGER notify_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.mark_key FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
TABLE authserver.permission OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN name text NOT NULL
  COLUMN description text NOT NULL DEFAULT ''::text
  COLUMN active boolean NOT NULL DEFAULT true
  CONSTRAINT permission_name_unique UNIQUE (name)
  CONSTRAINT permission_name_valid CHECK ((((octet_length(name) >= 1) AND (octet_length(name) <= 255)) AND (name !~ '[[:cntrl:][:space:]]'::text)))
  CONSTRAINT permission_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX permission_name_unique ON authserver.permission USING btree (name)
  CREATE UNIQUE INDEX permission_pkey ON authserver.permission USING btree (id)
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.report_told OWNER authserver_owner
  COLUMN address text NOT NULL
  COLUMN told_at timestamp with time zone NOT NULL
  CONSTRAINT report_told_address_size CHECK (((octet_length(address) >= 3) AND (octet_length(address) <= 1000)))
  CONSTRAINT report_told_pkey PRIMARY KEY (address)
  CREATE UNIQUE INDEX report_told_pkey ON authserver.report_told USING btree (address)
  CREATE INDEX report_told_told_at ON authserver.report_told USING btree (told_at)
TABLE authserver.schema_migration OWNER authserver_owner
  COLUMN version integer NOT NULL
  COLUMN name text NOT NULL
  COLUMN checksum text NOT NULL
  COLUMN applied_at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT schema_migration_pkey PRIMARY KEY (version)
  CONSTRAINT schema_migration_version CHECK ((version > 0))
  CREATE UNIQUE INDEX schema_migration_pkey ON authserver.schema_migration USING btree (version)
  GRANT SELECT TO authserver_admin
TABLE authserver.schema_routine OWNER authserver_owner
  COLUMN name text NOT NULL
  COLUMN checksum text NOT NULL
  COLUMN applied_at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT schema_routine_pkey PRIMARY KEY (name)
  CREATE UNIQUE INDEX schema_routine_pkey ON authserver.schema_routine USING btree (name)
  GRANT SELECT TO authserver_admin
TABLE authserver.service_user OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN user_id uuid NOT NULL
  COLUMN username text NOT NULL
  COLUMN password text NOT NULL
  COLUMN description text NOT NULL DEFAULT ''::text
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN changed_at timestamp with time zone NOT NULL DEFAULT now()
  CONSTRAINT service_user_password_valid CHECK (((octet_length(password) <= 1000) AND ((password = ''::text) OR (password ~ '^[!*]'::text) OR (password ~ '^\$[a-z0-9-]+\$[!-9;-~]+$'::text))))
  CONSTRAINT service_user_pkey PRIMARY KEY (id)
  CONSTRAINT service_user_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE
  CONSTRAINT service_user_username_folded CHECK ((username = lower((username COLLATE "C"))))
  CONSTRAINT service_user_username_unique UNIQUE (username)
  CONSTRAINT service_user_username_valid CHECK ((((octet_length(username) >= 1) AND (octet_length(username) <= 255)) AND (username !~ '[[:cntrl:][:space:]@]'::text)))
  CREATE UNIQUE INDEX service_user_pkey ON authserver.service_user USING btree (id)
  CREATE INDEX service_user_user ON authserver.service_user USING btree (user_id)
  CREATE UNIQUE INDEX service_user_username_unique ON authserver.service_user USING btree (username)
  CREATE TRIGGER changed_at BEFORE UPDATE ON authserver.service_user FOR EACH ROW EXECUTE FUNCTION authserver.set_changed_at()
  CREATE TRIGGER notify_delete AFTER DELETE ON authserver.service_user REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user()
  CREATE TRIGGER notify_insert AFTER INSERT ON authserver.service_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user()
  CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.service_user FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.service_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user()
  CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.service_user REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user()
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.site OWNER authserver_owner
  COLUMN only_row boolean NOT NULL DEFAULT true
  COLUMN max_targets integer NOT NULL DEFAULT 20000
  COLUMN srs_form text NOT NULL DEFAULT 'separated'::text
  COLUMN srs_form_since timestamp with time zone
  CONSTRAINT site_max_targets_range CHECK (((max_targets >= 1) AND (max_targets <= 100000)))
  CONSTRAINT site_only_row CHECK (only_row)
  CONSTRAINT site_pkey PRIMARY KEY (only_row)
  CONSTRAINT site_srs_form_known CHECK ((srs_form = ANY (ARRAY['mailsrs'::text, 'separated'::text])))
  CREATE UNIQUE INDEX site_pkey ON authserver.site USING btree (only_row)
  CREATE TRIGGER doubt_update AFTER UPDATE OF max_targets ON authserver.site FOR EACH STATEMENT EXECUTE FUNCTION authserver.doubt_all()
  CREATE TRIGGER notify_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.site FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
  CREATE TRIGGER take_turn BEFORE DELETE OR UPDATE OF max_targets OR TRUNCATE ON authserver.site FOR EACH STATEMENT EXECUTE FUNCTION authserver.take_turn()
  GRANT SELECT TO authserver_admin
TABLE authserver.srs_secret OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN secret bytea NOT NULL
  COLUMN inner_pad bytea NOT NULL
  COLUMN outer_pad bytea NOT NULL
  COLUMN created_at timestamp with time zone NOT NULL DEFAULT now()
  COLUMN signs_at timestamp with time zone NOT NULL
  COLUMN retired_at timestamp with time zone
  CONSTRAINT srs_secret_pad_size CHECK (((octet_length(inner_pad) = 64) AND (octet_length(outer_pad) = 64)))
  CONSTRAINT srs_secret_pkey PRIMARY KEY (id)
  CONSTRAINT srs_secret_size CHECK (((octet_length(secret) >= 1) AND (octet_length(secret) <= 65536)))
  CREATE UNIQUE INDEX srs_secret_pkey ON authserver.srs_secret USING btree (id)
  CREATE UNIQUE INDEX srs_secret_unique ON authserver.srs_secret USING btree (sha256(secret))
  CREATE TRIGGER notify_change AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON authserver.srs_secret FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all()
TABLE authserver.srs_token OWNER authserver_owner
  COLUMN token text NOT NULL
  COLUMN address text NOT NULL
  COLUMN last_used date NOT NULL
  CONSTRAINT srs_token_address_size CHECK (((octet_length(address) >= 3) AND (octet_length(address) <= 1000)))
  CONSTRAINT srs_token_pkey PRIMARY KEY (token)
  CONSTRAINT srs_token_valid CHECK ((token ~ '^[a-z2-7]{26}$'::text))
  CREATE INDEX srs_token_last_used ON authserver.srs_token USING btree (last_used)
  CREATE UNIQUE INDEX srs_token_pkey ON authserver.srs_token USING btree (token)
TABLE authserver.user_group OWNER authserver_owner
  COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  COLUMN name text NOT NULL
  COLUMN description text NOT NULL DEFAULT ''::text
  COLUMN active boolean NOT NULL DEFAULT true
  CONSTRAINT user_group_name_unique UNIQUE (name)
  CONSTRAINT user_group_name_valid CHECK ((((octet_length(name) >= 1) AND (octet_length(name) <= 255)) AND (name !~ '[[:cntrl:]]'::text) AND (name !~ '^\s|\s$'::text)))
  CONSTRAINT user_group_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX user_group_name_unique ON authserver.user_group USING btree (name)
  CREATE UNIQUE INDEX user_group_pkey ON authserver.user_group USING btree (id)
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.user_group_member OWNER authserver_owner
  COLUMN group_id bigint NOT NULL
  COLUMN user_id uuid NOT NULL
  CONSTRAINT user_group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES authserver.user_group(id) ON DELETE CASCADE
  CONSTRAINT user_group_member_pkey PRIMARY KEY (user_id, group_id)
  CONSTRAINT user_group_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE
  CREATE INDEX user_group_member_group ON authserver.user_group_member USING btree (group_id)
  CREATE UNIQUE INDEX user_group_member_pkey ON authserver.user_group_member USING btree (user_id, group_id)
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.user_group_permission OWNER authserver_owner
  COLUMN group_id bigint NOT NULL
  COLUMN permission_id bigint NOT NULL
  CONSTRAINT user_group_permission_group_id_fkey FOREIGN KEY (group_id) REFERENCES authserver.user_group(id) ON DELETE CASCADE
  CONSTRAINT user_group_permission_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES authserver.permission(id) ON DELETE CASCADE
  CONSTRAINT user_group_permission_pkey PRIMARY KEY (group_id, permission_id)
  CREATE INDEX user_group_permission_permission ON authserver.user_group_permission USING btree (permission_id)
  CREATE UNIQUE INDEX user_group_permission_pkey ON authserver.user_group_permission USING btree (group_id, permission_id)
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
TABLE authserver.user_permission OWNER authserver_owner
  COLUMN user_id uuid NOT NULL
  COLUMN permission_id bigint NOT NULL
  CONSTRAINT user_permission_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES authserver.permission(id) ON DELETE CASCADE
  CONSTRAINT user_permission_pkey PRIMARY KEY (user_id, permission_id)
  CONSTRAINT user_permission_user_id_fkey FOREIGN KEY (user_id) REFERENCES authserver.mail_user(id) ON DELETE CASCADE
  CREATE INDEX user_permission_permission ON authserver.user_permission USING btree (permission_id)
  CREATE UNIQUE INDEX user_permission_pkey ON authserver.user_permission USING btree (user_id, permission_id)
  GRANT DELETE TO authserver_admin
  GRANT INSERT TO authserver_admin
  GRANT SELECT TO authserver_admin
  GRANT UPDATE TO authserver_admin
FUNCTION authserver.closest_domain(text) RETURNS bigint OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE f4ccd1b28414aec0c7d29a47d6317780
FUNCTION authserver.create_srs_secret() RETURNS record OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 5c0368b6d36f78690338637b6746c514
  GRANT EXECUTE TO authserver_admin
FUNCTION authserver.doctor_lists(integer,integer) RETURNS TABLE(fault text, list_name text, address text) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 6d8a131b3d9d877b06e76199010b6c97
  GRANT EXECUTE TO authserver_admin
FUNCTION authserver.doctor_verdicts(integer) RETURNS TABLE(list_name text, stored text, judged text) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 9d168531ba5e0dd840ddcd6a44727c18
  GRANT EXECUTE TO authserver_admin
FUNCTION authserver.doubt_alias() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 5c3fe48d8cb4a83e5b8e38b9f5f62153
FUNCTION authserver.doubt_all() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 0974a2d748696f48cf3c24f75af0239b
FUNCTION authserver.doubt_domain() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE edfccece38dab00e03e08a8741b235f8
FUNCTION authserver.doubt_list() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE ac30276ca4d9d7767335d68252d5b2fb
FUNCTION authserver.doubt_lists_above(bigint[]) RETURNS void OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE b1f9ef731b3aa9fdf51bc04472b96f00
FUNCTION authserver.doubt_lists_at(text[],text[]) RETURNS void OWNER authserver_owner SET search_path=pg_catalog, pg_temp; jit=off; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_hashjoin=off; enable_mergejoin=off SOURCE 503423c39fa40fc62b192485bdafb82b
FUNCTION authserver.doubt_lists_of(uuid[]) RETURNS void OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE e4d7e2bedc13e9c9bf61ef2cd0a01fc9
FUNCTION authserver.doubt_members() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 1e9d3d430243d5ab53053e0f1e7aa16b
FUNCTION authserver.doubt_user() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 70b7c68e82f62a04939c3abfa2a70292
FUNCTION authserver.find_login(text) RETURNS record OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE fdd41ff0d48edb238387e91894ca7269
FUNCTION authserver.find_owner(text) RETURNS record OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE a8527695c9e0e65e2863de9b97da7047
FUNCTION authserver.forwarder_claim_report(text) RETURNS boolean OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE b92fe44b96e25fe867379486a9fb7b7a
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_expand(bigint) RETURNS TABLE(step integer, parent integer, address text, decision text, domain_id bigint, domain text, matched_local_part text, list_id bigint, list_name text, new_mailfrom text, owner_address text, target text, block_action text, null_sender text, single_member boolean) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE ee9b4a37ba1d8d101acd635b456f9cc2
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_expand(bigint,integer) RETURNS TABLE(step integer, parent integer, address text, decision text, domain_id bigint, domain text, matched_local_part text, list_id bigint, list_name text, new_mailfrom text, owner_address text, target text, block_action text, null_sender text, single_member boolean) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE edf95b2c5a8b801951f5cbb6f1048a23
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_find_srs_tokens(text[]) RETURNS TABLE(token text, address text) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE cdf260508332aef13e8c471ca28640f7
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_judge_author(text,text,text) RETURNS record OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 3a1be3c150e17886a5f3bbb0440c2a7a
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_keep_srs_tokens(text[],text[]) RETURNS void OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE e44adbb25b92f4ff3f0f3e02b943d28d
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_max_targets() RETURNS integer OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 3ac2ecd95d8663132936f035df590002
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_outcomes(bytea[]) RETURNS TABLE(key bytea, outcome text, reply text, age_seconds bigint) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 8c1f868efb723bc5ad59762b23257292
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_pending_envelopes(bigint[],integer) RETURNS SETOF bigint OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 774d795243d96963c076dffe95223adb
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_register_srs_secrets(bytea[]) RETURNS integer OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 9c5cf5a679f41cadb8357e5908c9f9d8
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_route(text[]) RETURNS TABLE(input integer, step integer, address text, decision text, domain_id bigint, domain text, matched_local_part text, list_id bigint, list_name text, new_mailfrom text, owner_address text, target text, block_action text, transactional boolean, null_sender text, single_member boolean) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE a9962fe108dec47972caa519ca1fbff6
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.forwarder_store_outcomes(bytea[],bigint[],text[],text[],bigint) RETURNS void OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE c74469831047548cae750d1921238531
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.has_address_in(uuid,bigint) RETURNS record OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE 70dd65dff12cc714bbab055325718f01
FUNCTION authserver.has_permission(uuid,text) RETURNS boolean OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE 0d618f6fd49f59dafda9d063196d2c64
FUNCTION authserver.is_srs_address(text) RETURNS boolean OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE 4558e44aa845c4adb8c8d39ee857ad04
FUNCTION authserver.is_usable_password(text) RETURNS boolean OWNER authserver_owner IMMUTABLE SET search_path=pg_catalog, pg_temp SOURCE 9f240af618a1b98927e9ede8b4d88c88
FUNCTION authserver.judge_doubted() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 547248d3702f2c4bbd9abce52b8a6434
FUNCTION authserver.judge_list(bigint) RETURNS text OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp; jit=off; plan_cache_mode=force_generic_plan; enable_seqscan=off; enable_hashjoin=off; enable_mergejoin=off SOURCE c09035bebc0a348f7e1c849f11ee755e
FUNCTION authserver.judge_lists() RETURNS void OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE 9c0c3f77a4aa1ec8e42fc9e706396789
FUNCTION authserver.look_up(text) RETURNS record OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE c245574fbe69f7261fe8a98777a3e27b
FUNCTION authserver.look_up_list(bigint) RETURNS record OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE 97d23c2e29c8bc482f26f98389e50239
FUNCTION authserver.look_up_list_owner(bigint,text) RETURNS record OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE 97645e0853d87ff9561fc90179505d08
FUNCTION authserver.mark_keys() RETURNS TABLE(key bytea) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 40f62758c9c043623baade3c8a33221c
  GRANT EXECUTE TO authserver_forwarder
  GRANT EXECUTE TO authserver_signer
FUNCTION authserver.notify_alias() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 0900e9fe9ef69e5aafa2466d20b47134
FUNCTION authserver.notify_all() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 381769da1f30149ab6b66e26d0de9520
FUNCTION authserver.notify_changes(text,bigint[]) RETURNS void OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE f2e82959f69e6ab3663835be4e9b4f6e
FUNCTION authserver.notify_dkim_key() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 54eac9a40bc18a879b9a599150509ee2
FUNCTION authserver.notify_domain() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 74d304af1d0c30f7aa63db271cfcc33a
FUNCTION authserver.notify_domain_active() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 13ed8448d08fa0d8f00e8e229c3d1312
FUNCTION authserver.notify_list() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 50365d0358b91c353483190aab849744
FUNCTION authserver.notify_list_address() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 13bbef37ce7bcf4d52317e7df8cf4e49
FUNCTION authserver.notify_list_addresses() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 3a768949cf0fa9e64e5ec76344baae20
FUNCTION authserver.notify_service_user() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 5eaaa01789f5f67caacde7456fa4de44
FUNCTION authserver.notify_user() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 787e998badbb387692c34340ddf8ed4e
FUNCTION authserver.notify_users(uuid[]) RETURNS void OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE 172e4100273025673fcf8d34ae968c05
FUNCTION authserver.refuse_rename() RETURNS trigger OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE be491c2a1017803e18133080d3c63a0b
FUNCTION authserver.retire_srs_secret(bigint,boolean) RETURNS text OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE d744203054a7051cbb543852848bcabc
  GRANT EXECUTE TO authserver_admin
FUNCTION authserver.rotate_mark_keys() RETURNS boolean OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 4b00b3fc317d16fd1faadb8da8109ab0
  GRANT EXECUTE TO authserver_admin
FUNCTION authserver.schema_version() RETURNS integer OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 81c5279f37bf2604d3604223bbc28a43
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
  GRANT EXECUTE TO authserver_signer
FUNCTION authserver.set_changed_at() RETURNS trigger OWNER authserver_owner SET search_path=pg_catalog, pg_temp SOURCE dacb133b65cdf53ef93afa35498b3560
FUNCTION authserver.set_srs_form(text) RETURNS boolean OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 319fb149ae6c81c49b6b1341b5831dac
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.signer_keys(text[]) RETURNS TABLE(domain_id bigint, domain text, sign boolean, require_signature boolean, refuse_several_authors boolean, sign_by_reverse_path boolean, signature_expiry_seconds bigint, key_id bigint, selector text, algorithm text, wrapped_private_key bytea) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE f37ef0edbe21863729da7bcc391982f5
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_signer
FUNCTION authserver.signer_profiles(text[]) RETURNS TABLE(domain_id bigint, header_canonicalization text, body_canonicalization text, signed_fields text, oversigned_fields text, auid text, author_must_match text) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 97cf1e8ec591e7ad658a9bba1324a9b3
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_signer
FUNCTION authserver.signer_wrapping_keys() RETURNS TABLE(wrapping_key_id text, keys bigint) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 044195b8eaf055edad13bb1594659071
  GRANT EXECUTE TO authserver_signer
FUNCTION authserver.split_address(text) RETURNS record OWNER authserver_owner IMMUTABLE SET search_path=pg_catalog, pg_temp SOURCE 53fbdb34739fe27905b34a762315ed2a
  GRANT EXECUTE TO authserver_admin
FUNCTION authserver.srs_pads(bytea) RETURNS record OWNER authserver_owner IMMUTABLE SET search_path=pg_catalog, pg_temp SOURCE 4701221f5af052f56c473152a6560c6d
FUNCTION authserver.srs_secrets() RETURNS TABLE(id bigint, secret bytea, state text, created_at timestamp with time zone, signs_at timestamp with time zone, retired_at timestamp with time zone, octets integer, fingerprint text) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 96c7d2f28bcd5781e1c4ed24d0824a82
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.srs_site(text) RETURNS record OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 6c08ff14d67ede1d18b515493c31bdf9
  GRANT EXECUTE TO authserver_admin
  GRANT EXECUTE TO authserver_forwarder
FUNCTION authserver.take_turn() RETURNS trigger OWNER authserver_owner SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 1b56e3c84e5a7d949f48fec7623bbb75
FUNCTION authserver.takes_mail(bigint) RETURNS boolean OWNER authserver_owner STABLE SET search_path=pg_catalog, pg_temp SOURCE 37b4460f5439f9398d1f0d994af826ef
FUNCTION authserver_check_domain(character varying) RETURNS SETOF character varying OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE fc85aabe5c6928aa712cb9fe08eb55bd
  GRANT EXECUTE TO authserver_api
FUNCTION authserver_get_credentials(character varying) RETURNS TABLE(username character varying, password character varying, primary_alias character varying) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE c8603341662434a39d67508df10a9bac
  GRANT EXECUTE TO authserver_api
FUNCTION authserver_get_credentials(character varying,character varying) RETURNS TABLE(username character varying, password character varying, primary_alias character varying) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 49d1c7a13560a5159298e9e5c430860e
  GRANT EXECUTE TO authserver_api
FUNCTION authserver_iterate_users() RETURNS TABLE(userid character varying) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 8746898d7835265d8ea01a523239d0c8
  GRANT EXECUTE TO authserver_api
FUNCTION authserver_resolve_alias(character varying,boolean) RETURNS TABLE(alias character varying) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE 79dee3da99deafe40b63031afa25dcff
  GRANT EXECUTE TO authserver_api
FUNCTION authserver_sender_addresses(character varying) RETURNS TABLE(address character varying) OWNER authserver_owner STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp SOURCE fcdd54d7badaae24b047fa5c599c2fa2
  GRANT EXECUTE TO authserver_api
