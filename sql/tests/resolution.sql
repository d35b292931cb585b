-- What addresses resolve to, for mailforwarder and for the stored-procedure API. Needs pgTAP; changes nothing.
BEGIN;
SELECT plan(53);

INSERT INTO authserver.domain (name, redirect_to) VALUES
    ('ours.example', NULL), ('old.example', 'ours.example'), ('gone.example', 'foreign.example');
INSERT INTO authserver.domain (name, catch_all) VALUES ('any.example', 'Alice+any@ours.example');
INSERT INTO authserver.mail_user (identifier, password) VALUES ('alice', '$5$salt$alice'), ('former', '$5$salt$former');
INSERT INTO authserver.mailing_list (name) VALUES ('team');
INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
SELECT d.id, v.local_part, u.id, l.id, v.blocked
FROM (VALUES ('alice', 'alice', NULL, NULL), ('info-desk', 'alice', NULL, NULL), ('former', 'former', NULL, NULL),
             ('team', NULL, 'team', NULL), ('spam', NULL, NULL, 'reject')) v (local_part, identifier, list, blocked)
JOIN authserver.domain d ON d.name = 'ours.example'
LEFT JOIN authserver.mail_user u ON u.identifier = v.identifier
LEFT JOIN authserver.mailing_list l ON l.name = v.list;
UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id, active = u.identifier <> 'former'
FROM authserver.email_alias a WHERE a.user_id = u.id AND a.local_part = u.identifier;
INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id, 'alice+l@ours.example' FROM authserver.mailing_list;
INSERT INTO authserver.mailing_list_address (list_id, address) SELECT id, 'Bob@foreign.example' FROM authserver.mailing_list;
INSERT INTO authserver.service_user (user_id, username, password)
SELECT id, 'phone', '$5$salt$phone' FROM authserver.mail_user WHERE identifier = 'alice';
INSERT INTO authserver.permission (name) VALUES ('mail');
INSERT INTO authserver.user_permission
SELECT u.id, p.id FROM authserver.mail_user u, authserver.permission p WHERE u.identifier = 'alice';

SELECT results_eq(
    $$ SELECT decision, matched_local_part FROM authserver.forwarder_route(ARRAY[
         'alice@ours.example', 'ALICE+x@ours.example', 'info-desk-x@ours.example', 'former@ours.example',
         'nobody@ours.example', 'spam+x@ours.example', 'x@foreign.example', 'a@b@ours.example', '"alice"@ours.example']) $$,
    $$ VALUES ('user', 'alice'), ('user', 'alice'), ('user', 'info-desk'), ('unknown', 'former'), ('unknown', NULL),
              ('blocked', 'spam'), ('foreign', NULL), ('invalid', NULL), ('user', 'alice') $$,
    'the first row found decides');
SELECT results_eq(
    $$ SELECT step, address, decision, list_name FROM authserver.forwarder_route(ARRAY['team@old.example']) $$,
    $$ VALUES (1, 'team@old.example', 'redirect', NULL), (2, 'team@ours.example', 'list', 'team') $$,
    'redirects are followed');
SELECT results_eq(
    $$ SELECT step, parent, address, decision
       FROM authserver.forwarder_expand((SELECT id FROM authserver.mailing_list WHERE name = 'team')) $$,
    $$ VALUES (1, NULL::int, 'alice+l@ours.example', 'user'), (2, NULL, 'Bob@foreign.example', 'foreign') $$,
    'a list has members');
SELECT results_eq(
    $$ SELECT step, decision FROM authserver.forwarder_expand((SELECT id FROM authserver.mailing_list WHERE name = 'team'), 2) $$,
    $$ VALUES (1, 'user'), (2, 'foreign') $$,
    'a list may be as large as is asked for');
SELECT results_eq(
    $$ SELECT step, decision FROM authserver.forwarder_expand((SELECT id FROM authserver.mailing_list WHERE name = 'team'), 1)
       ORDER BY step DESC LIMIT 1 $$,
    $$ VALUES (2, 'too_many') $$,
    'a larger one is too large as a whole');
SELECT is_empty($$ SELECT * FROM authserver.forwarder_expand(-1) $$);
SELECT is_empty($$ SELECT * FROM authserver.forwarder_expand(NULL) $$);
SELECT results_eq(
    $$ SELECT step, address, decision, target FROM authserver.forwarder_route(ARRAY['who+x@any.example']) $$,
    $$ VALUES (1, 'who+x@any.example', 'redirect', 'Alice+any@ours.example'), (2, 'Alice+any@ours.example', 'user', NULL) $$,
    'a catch-all has one address');
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('who@any.example', TRUE) $$, $$ VALUES ('virtmail') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('who@any.example', FALSE) $$, $$ VALUES ('who@any.example') $$,
    'nobody logs in by a name that a catch-all takes');
SELECT is_empty($$ SELECT * FROM authserver.forwarder_route('{}') $$);
SELECT is_empty($$ SELECT * FROM authserver.forwarder_route(NULL) $$);

SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('alice@ours.example', TRUE) $$, $$ VALUES ('virtmail') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('info-desk@ours.example', TRUE) $$, $$ VALUES ('alice@ours.example') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('alice+x@ours.example', FALSE) $$, $$ VALUES ('alice@ours.example') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('Team@ours.example', FALSE) $$, $$ VALUES ('Team@ours.example') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('x@gone.example', FALSE) $$, $$ VALUES ('x@foreign.example') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('phone', FALSE) $$, $$ VALUES ('phone') $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('phone', TRUE) $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('@ours.example', TRUE) $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('spam@ours.example', TRUE) $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('former@ours.example', FALSE) $$);

SELECT results_eq(
    $$ SELECT c.primary_alias::text, c.password::text
       FROM authserver_resolve_alias('phone', FALSE) r, authserver_get_credentials(r.alias) c $$,
    $$ VALUES ('alice@ours.example', '$5$salt$phone') $$,
    'a service user logs in with its own password');
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('former@ours.example') $$);
SELECT results_eq($$ SELECT count(*)::int FROM authserver_get_credentials('alice@ours.example', 'mail') $$, ARRAY[1]);
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('alice@ours.example', 'other') $$);
SELECT results_eq($$ SELECT d::text FROM authserver_check_domain('OURS.example') d $$, $$ VALUES ('ours.example') $$);
SELECT is_empty($$ SELECT * FROM authserver_check_domain('foreign.example') $$, 'unknown is no row, not a NULL');
SELECT results_eq($$ SELECT userid::text FROM authserver_iterate_users() $$, $$ VALUES ('alice@ours.example') $$);
SELECT results_eq(
    $$ SELECT address::text FROM authserver_sender_addresses('info-desk+x@ours.example') $$,
    $$ VALUES ('alice@ours.example'), ('info-desk@ours.example'), ('alice@old.example'), ('info-desk@old.example') $$,
    'the primary address first, and no address of anybody else');
SELECT results_eq(
    $$ SELECT address::text FROM authserver_sender_addresses('phone') $$,
    $$ SELECT address::text FROM authserver_sender_addresses('alice@ours.example') $$,
    'a service user sends as its owner');
SELECT is_empty($$ SELECT * FROM authserver_sender_addresses('former@ours.example') $$, 'who is disabled sends nothing');
SELECT is_empty($$ SELECT * FROM authserver_sender_addresses('spam@ours.example') $$);
SELECT is_empty($$ SELECT * FROM authserver_sender_addresses('team@ours.example') $$);
SELECT is_empty($$ SELECT * FROM authserver_sender_addresses(NULL) $$);
SELECT throws_ok($$ UPDATE authserver.domain SET name = 'new.example' WHERE name = 'ours.example' $$, '23514');

-- Deactivated: kept, ours, and of no effect.
INSERT INTO authserver.user_group (name) VALUES ('staff');
INSERT INTO authserver.user_group_member
SELECT g.id, u.id FROM authserver.user_group g, authserver.mail_user u WHERE u.identifier = 'alice';
INSERT INTO authserver.permission (name) VALUES ('vpn');
INSERT INTO authserver.user_group_permission SELECT g.id, p.id FROM authserver.user_group g, authserver.permission p;
SELECT results_eq($$ SELECT count(*)::int FROM authserver_get_credentials('alice@ours.example', 'vpn') $$, ARRAY[1]);
UPDATE authserver.user_group SET active = false;
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('alice@ours.example', 'vpn') $$, 'a deactivated group gives nothing');
SELECT results_eq($$ SELECT count(*)::int FROM authserver_get_credentials('phone', 'mail') $$, ARRAY[1],
    'what somebody holds himself stays');
UPDATE authserver.user_group SET active = true;
UPDATE authserver.permission SET active = false;
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('alice@ours.example', 'mail') $$, 'a deactivated permission nobody holds');
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('alice@ours.example', 'vpn') $$);

UPDATE authserver.mailing_list SET active = false;
SELECT results_eq(
    $$ SELECT step, decision, list_name FROM authserver.forwarder_route(ARRAY['team@old.example']) $$,
    $$ VALUES (1, 'redirect', NULL), (2, 'inactive', 'team') $$,
    'a deactivated list is not expanded');
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('team@ours.example', TRUE) $$);

UPDATE authserver.domain SET active = false WHERE name = 'old.example';
SELECT results_eq(
    $$ SELECT address::text FROM authserver_sender_addresses('phone') $$,
    $$ VALUES ('alice@ours.example'), ('info-desk@ours.example') $$,
    'nobody sends by way of a deactivated domain');
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('alice@old.example') $$);
UPDATE authserver.domain SET active = false WHERE name = 'ours.example';
SELECT results_eq(
    $$ SELECT address, decision, domain, domain_id IS NOT NULL
       FROM authserver.forwarder_route(ARRAY['alice@ours.example', 'spam@ours.example', 'who@any.example']) $$,
    $$ VALUES ('alice@ours.example', 'inactive', 'ours.example', true), ('spam@ours.example', 'inactive', 'ours.example', true),
              ('who@any.example', 'redirect', 'any.example', true), ('Alice+any@ours.example', 'inactive', 'ours.example', true) $$,
    'a deactivated domain decides before its aliases, and stays ours');
SELECT is_empty($$ SELECT * FROM authserver_check_domain('ours.example') $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('alice@ours.example', TRUE) $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('who@any.example', TRUE) $$, 'nor is what leads there taken');
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('alice@ours.example') $$);
SELECT is_empty($$ SELECT * FROM authserver_sender_addresses('phone') $$);
SELECT is_empty($$ SELECT * FROM authserver_iterate_users() $$);
SELECT results_eq($$ SELECT sign, require_signature, key_id FROM authserver.signer_keys(ARRAY['ours.example']) $$,
    $$ VALUES (false, false, NULL::bigint) $$, 'it does not sign');

SELECT * FROM finish();
ROLLBACK;
