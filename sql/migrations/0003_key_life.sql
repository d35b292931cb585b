-- The life of a key: rotation by policy, what was seen of its record in DNS, and who did what.

ALTER TABLE authserver.domain
    ADD COLUMN rotate_keys    boolean NOT NULL DEFAULT true,
    ADD COLUMN key_age_days   int     NOT NULL DEFAULT 180,
    ADD COLUMN key_lead_days  int     NOT NULL DEFAULT 2,
    ADD COLUMN key_grace_days int     NOT NULL DEFAULT 5,
    ADD CONSTRAINT domain_key_age_valid CHECK (key_age_days BETWEEN 1 AND 3650),
    ADD CONSTRAINT domain_key_lead_valid CHECK (key_lead_days BETWEEN 0 AND 90),
    -- Mail waits in queues and mailboxes after x= is over: five days (RFC 5321 §4.5.4.1) at the least.
    ADD CONSTRAINT domain_key_grace_valid CHECK (key_grace_days BETWEEN 5 AND 365);
COMMENT ON COLUMN authserver.domain.rotate_keys IS 'Whether `authserver dkim maintain` cares for its keys.';
COMMENT ON COLUMN authserver.domain.key_age_days IS 'How old an active key is when its successor is made.';
COMMENT ON COLUMN authserver.domain.key_lead_days IS 'How long a successor''s record has to be seen in DNS before it signs.';
COMMENT ON COLUMN authserver.domain.key_grace_days IS 'How long after the end of its last signature a retired key stays.';

ALTER TABLE authserver.dkim_key
    ADD COLUMN seen_since       timestamptz,
    ADD COLUMN signatures_until timestamptz,
    ADD COLUMN gone_at          timestamptz,
    ADD CONSTRAINT dkim_key_seen_while_published CHECK (seen_since IS NULL OR state = 'published'),
    ADD CONSTRAINT dkim_key_gone_once_revoked CHECK (gone_at IS NULL OR state = 'revoked');
COMMENT ON COLUMN authserver.dkim_key.seen_since IS 'Since when each look found the record of a published key in DNS.';
COMMENT ON COLUMN authserver.dkim_key.signatures_until IS 'When the last signature expires, as far as that is settled: at retirement, or when the domain''s expiry was changed.';
COMMENT ON COLUMN authserver.dkim_key.gone_at IS 'When the record of a revoked key was seen to have left DNS.';

-- Without x= nothing ends; a week is then how long mail may be under way.
UPDATE authserver.dkim_key k
SET signatures_until = k.retired_at + make_interval(secs => coalesce(d.signature_expiry_seconds, 604800))
FROM authserver.domain d
WHERE d.id = k.domain_id AND k.retired_at IS NOT NULL;

-- It outlives keys and domains, so it has their names and no reference to them.
CREATE TABLE authserver.dkim_key_event (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain   text        NOT NULL,
    selector text        NOT NULL,
    event    text        NOT NULL,
    forced   boolean     NOT NULL DEFAULT false,
    person   text        NOT NULL,
    role     text        NOT NULL DEFAULT session_user,
    at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dkim_key_event_known CHECK (
        event IN ('created', 'imported', 'exported', 'activated', 'retired', 'revoked', 'removed')),
    CONSTRAINT dkim_key_event_person_valid CHECK (octet_length(person) BETWEEN 1 AND 255 AND person !~ '[[:cntrl:]]')
);
COMMENT ON TABLE authserver.dkim_key_event IS 'What was done with each DKIM key, by whom, and whether a rule was overridden; rows are only added.';
COMMENT ON COLUMN authserver.dkim_key_event.forced IS 'Whether --force passed over a rule: activated unseen in DNS, or revoked too early.';
COMMENT ON COLUMN authserver.dkim_key_event.person IS 'The operating system''s name of who called the command line.';
COMMENT ON COLUMN authserver.dkim_key_event.role IS 'The database role that was logged in.';
CREATE INDEX dkim_key_event_domain ON authserver.dkim_key_event (domain, id);

GRANT SELECT, INSERT ON authserver.dkim_key_event TO authserver_admin;
