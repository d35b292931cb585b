-- Whether the author of a submitted message is one that its sender may be. Needs pgTAP; changes nothing.
BEGIN;
SELECT plan(38);

INSERT INTO authserver.domain (name, author_must_match, author_mismatch) VALUES
    ('orchard.example', 'domain', 'unsigned'), ('garden.example', 'address', 'refuse');
INSERT INTO authserver.domain (name) VALUES ('open.example');
INSERT INTO authserver.domain (name, redirect_to, author_must_match) VALUES ('old.example', 'orchard.example', 'domain');
INSERT INTO authserver.domain (name, catch_all, author_must_match) VALUES ('any.example', 'carol@orchard.example', 'domain');
INSERT INTO authserver.mail_user (identifier, password) VALUES
    ('alice', '$5$salt$alice'), ('carol', '$5$salt$carol'), ('former', '$5$salt$former'), ('olga', '$5$salt$olga');
INSERT INTO authserver.mailing_list (name) VALUES ('team');
INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
SELECT d.id, v.local_part, u.id, l.id, v.blocked
FROM (VALUES
    ('garden.example', 'alice', 'alice', NULL, NULL), ('garden.example', 'info', 'alice', NULL, NULL),
    ('orchard.example', 'carol', 'carol', NULL, NULL), ('orchard.example', 'boss', 'carol', NULL, NULL),
    ('orchard.example', 'former', 'former', NULL, NULL), ('garden.example', 'olga', 'olga', NULL, NULL),
    ('orchard.example', 'olga', 'olga', NULL, 'reject'),
    ('orchard.example', 'team', NULL, 'team', NULL), ('garden.example', 'team', NULL, 'team', NULL),
    ('orchard.example', 'noreply', NULL, NULL, 'drop'), ('garden.example', 'noreply', NULL, NULL, 'drop'))
    v (domain, local_part, identifier, list, blocked)
JOIN authserver.domain d ON d.name = v.domain
LEFT JOIN authserver.mail_user u ON u.identifier = v.identifier
LEFT JOIN authserver.mailing_list l ON l.name = v.list;
UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id, active = u.identifier <> 'former'
FROM authserver.email_alias a WHERE a.user_id = u.id AND a.local_part = u.identifier AND a.blocked IS NULL;
INSERT INTO authserver.service_user (user_id, username, password)
SELECT id, 'printer', '$5$salt$printer' FROM authserver.mail_user WHERE identifier = 'carol';

CREATE FUNCTION pg_temp.verdict(author text, sender text, login text) RETURNS text LANGUAGE sql AS
$$ SELECT verdict FROM authserver.forwarder_judge_author(author, sender, login) $$;

SELECT results_eq(
    $$ SELECT domain, author_must_match, author_mismatch, verdict
       FROM authserver.forwarder_judge_author('alice@GARDEN.example', 'carol@orchard.example', NULL) $$,
    $$ VALUES ('garden.example', 'address', 'refuse', 'mismatch') $$, 'the author''s domain says what counts');
SELECT results_eq(
    $$ SELECT domain, author_must_match, author_mismatch, verdict, domain_ids
       FROM authserver.forwarder_judge_author('x@foreign.example', 'carol@orchard.example', NULL) $$,
    $$ VALUES (NULL, 'off', 'unsigned', 'unjudged', ARRAY[0]::bigint[]) $$, 'a foreign author is not judged');
SELECT is(pg_temp.verdict('x@open.example', 'alice@garden.example', NULL), 'unjudged', 'off asks nothing');
SELECT is(pg_temp.verdict('carol@orchard.example', NULL, NULL), 'unjudged', '<> without a login is not judged');
SELECT is(pg_temp.verdict('not an address', 'carol@orchard.example', NULL), 'unjudged');
SELECT is(pg_temp.verdict(NULL, NULL, NULL), 'unjudged');
SELECT is(pg_temp.verdict('carol@orchard.example', 'not an address', NULL), 'mismatch');
SELECT is(pg_temp.verdict('x@[192.0.2.1]', 'carol@orchard.example', NULL), 'unjudged');

-- domain
SELECT is(pg_temp.verdict('carol@orchard.example', 'carol@orchard.example', NULL), 'match');
SELECT is(pg_temp.verdict('boss@orchard.example', 'Carol+x@orchard.example', NULL), 'match', 'any address of the domain');
SELECT is(pg_temp.verdict('who@orchard.example', 'carol@orchard.example', NULL), 'match');
SELECT is(pg_temp.verdict('alice@orchard.example', 'alice@garden.example', NULL), 'mismatch', 'an address elsewhere is none');
SELECT is(pg_temp.verdict('olga@orchard.example', 'olga@garden.example', NULL), 'mismatch', 'nor is a blocked one');
SELECT is(pg_temp.verdict('former@orchard.example', 'former@orchard.example', NULL), 'mismatch', 'who is disabled sends nothing');
SELECT is(pg_temp.verdict('team@orchard.example', 'team+bob=x.example@orchard.example', NULL), 'match', 'a list, VERP');
SELECT is(pg_temp.verdict('shop@orchard.example', 'noreply@orchard.example', NULL), 'match', 'a blocked alias');
SELECT is(pg_temp.verdict('shop@orchard.example', 'nobody@orchard.example', NULL), 'mismatch', 'nobody''s address');
SELECT is(pg_temp.verdict('carol@orchard.example', 'team@garden.example', NULL), 'mismatch', 'a list elsewhere');
SELECT is(pg_temp.verdict('carol@orchard.example', 'bounce@foreign.example', NULL), 'mismatch');
SELECT is(pg_temp.verdict('carol@old.example', 'carol@orchard.example', NULL), 'match', 'by way of a redirect');
SELECT is(pg_temp.verdict('x@any.example', 'boss@orchard.example', NULL), 'mismatch', 'a catch-all gives nobody an address');
SELECT is(pg_temp.verdict('carol@orchard.example', 'x@any.example', NULL), 'mismatch', 'nor a sender a user');
SELECT is(pg_temp.verdict('root@host.orchard.example', 'root@host.orchard.example', NULL), 'match', 'cron, below a domain of ours');
SELECT is(pg_temp.verdict('root@host.orchard.example', 'carol@orchard.example', NULL), 'match');
SELECT is(pg_temp.verdict('root@host.orchard.example', 'root@other.orchard.example', NULL), 'mismatch');

-- A login
SELECT is(pg_temp.verdict('carol@orchard.example', NULL, 'printer'), 'match', 'a service user stands for its owner');
SELECT is(pg_temp.verdict('carol@orchard.example', 'carol@orchard.example', 'alice@garden.example'), 'mismatch',
    'a login decides before the reverse-path');
SELECT is(pg_temp.verdict('carol@orchard.example', 'carol@orchard.example', 'relay'), 'match', 'one that is none of ours does not');
SELECT is(pg_temp.verdict('carol@orchard.example', NULL, 'relay'), 'unjudged');

-- address
SELECT is(pg_temp.verdict('Info+shop@garden.example', 'alice@garden.example', NULL), 'match', 'an alias with an extension');
SELECT is(pg_temp.verdict('olga@garden.example', 'alice@garden.example', NULL), 'mismatch');
SELECT is(pg_temp.verdict('team@garden.example', 'alice@garden.example', NULL), 'mismatch', 'a list is nobody''s own');
SELECT is(pg_temp.verdict('team@garden.example', 'team+v@garden.example', NULL), 'match', 'its own mail is its own');
SELECT is(pg_temp.verdict('noreply@garden.example', 'noreply@garden.example', NULL), 'match');
SELECT is(pg_temp.verdict('alice@garden.example', 'noreply@garden.example', NULL), 'mismatch');
SELECT is(pg_temp.verdict('root@host.garden.example', 'root@host.garden.example', NULL), 'match');

-- What the answer rests on
SELECT results_eq(
    $$ SELECT j.list_id IS NOT NULL, 0 = ANY (j.domain_ids), (
           SELECT array_agg(DISTINCT d.name ORDER BY d.name) FROM authserver.domain d WHERE d.id = ANY (j.domain_ids))
       FROM authserver.forwarder_judge_author('x@old.example', 'team@garden.example', NULL) j $$,
    $$ VALUES (true, false, ARRAY['garden.example', 'old.example']) $$, 'domains and a list');
UPDATE authserver.domain SET active = false WHERE name = 'orchard.example';
SELECT is(pg_temp.verdict('carol@orchard.example', 'carol@orchard.example', NULL), 'mismatch', 'nobody sends in a deactivated domain''s name');

SELECT * FROM finish();
ROLLBACK;
