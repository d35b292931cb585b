-- Extensions of addresses, and which addresses of a list are its owner's. Needs pgTAP; changes nothing.
BEGIN;
SELECT plan(22);

SELECT col_default_is('authserver', 'domain', 'delimiter', 'both', 'as it was');
SELECT col_default_is('authserver', 'mailing_list', 'extensions', 'true', 'as it was');
INSERT INTO authserver.domain (name, delimiter, author_must_match) VALUES ('ours.example', 'plus', 'address');
INSERT INTO authserver.domain (name, redirect_to) VALUES ('old.example', 'ours.example');
INSERT INTO authserver.mail_user (identifier, password) VALUES ('olga', '$5$salt$olga');
INSERT INTO authserver.mailing_list (name, extensions, owner_id) SELECT 'crew', false, id FROM authserver.mail_user;
INSERT INTO authserver.mailing_list (name) VALUES ('bare'), ('nest');
INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id)
SELECT d.id, v.local_part, u.id, l.id
FROM (VALUES ('olga', 'olga', NULL), ('crew', NULL, 'crew'), ('bare', NULL, 'bare'), ('nest', NULL, 'nest'))
    v (local_part, identifier, list)
JOIN authserver.domain d ON d.name = 'ours.example'
LEFT JOIN authserver.mail_user u ON u.identifier = v.identifier
LEFT JOIN authserver.mailing_list l ON l.name = v.list;
UPDATE authserver.mail_user SET delivery_mailbox_id = (SELECT id FROM authserver.email_alias WHERE local_part = 'olga');
INSERT INTO authserver.mailing_list_address (list_id, address)
SELECT l.id, m.address
FROM (VALUES (1, 'crew', 'x@foreign.example'), (2, 'bare', 'x@foreign.example'), (3, 'nest', 'crew-owner@old.example'),
             (4, 'nest', 'crew+x@ours.example'), (5, 'nest', 'bare-owner@ours.example'), (6, 'nest', 'bare+x@ours.example'))
    m (place, list, address)
JOIN authserver.mailing_list l ON l.name = m.list ORDER BY m.place;

SELECT results_eq(
    $$ SELECT input, step, decision, matched_local_part, list_name, target FROM authserver.forwarder_route(ARRAY[
         'olga+x@ours.example', 'olga-x@ours.example', 'crew+x@ours.example', 'bare+x@ours.example',
         'Crew-Bounces+b=x.example@old.example', 'bare-owner@ours.example']) $$,
    $$ VALUES (1, 1, 'user', 'olga', NULL, NULL), (2, 1, 'unknown', NULL, NULL, NULL),
              (3, 1, 'unknown', 'crew', 'crew', NULL), (4, 1, 'list', 'bare', 'bare', NULL),
              (5, 1, 'redirect', NULL, NULL, 'Crew-Bounces+b=x.example@ours.example'),
              (5, 2, 'redirect', 'crew', 'crew', 'olga@ours.example'), (5, 3, 'user', 'olga', NULL, NULL),
              (6, 1, 'unknown', 'bare', 'bare', NULL) $$,
    'as the domain and the list say');
SELECT results_eq(
    $$ SELECT step, parent, decision, list_name
       FROM authserver.forwarder_expand((SELECT id FROM authserver.mailing_list WHERE name = 'nest')) $$,
    $$ VALUES (1, NULL::int, 'redirect', NULL), (2, 1, 'redirect', 'crew'), (3, 2, 'user', NULL), (4, NULL, 'unknown', 'crew'),
              (5, NULL, 'unknown', 'bare'), (6, NULL, 'list', 'bare'), (7, 6, 'foreign', NULL) $$,
    'members are found by the same rule');
SELECT results_eq(
    $$ SELECT fault, list_name, address FROM authserver.doctor_lists(10, 1000) $$,
    $$ VALUES ('member_nobody', 'nest', 'bare-owner@ours.example'), ('member_nobody', 'nest', 'crew+x@ours.example') $$,
    'and doctor finds them');

SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('crew-request@ours.example', TRUE) $$, $$ VALUES ('virtmail') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('crew-request@ours.example', FALSE) $$, $$ VALUES ('crew-request@ours.example') $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('crew-request@old.example', FALSE) $$, $$ VALUES ('crew-request@ours.example') $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('bare-request@ours.example', TRUE) $$);
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('crew+x@ours.example', TRUE) $$);
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('crew-request@ours.example') $$, 'nobody logs in by such a name');
SELECT is_empty($$ SELECT * FROM authserver_get_credentials('crew-request@old.example') $$);
SELECT results_eq($$ SELECT count(*)::int FROM authserver_get_credentials('olga+x@old.example') $$, ARRAY[1]);
SELECT is_empty($$ SELECT * FROM authserver_sender_addresses('crew-owner@ours.example') $$);
SELECT results_eq(
    $$ SELECT address::text FROM authserver_sender_addresses('olga@ours.example') $$,
    $$ VALUES ('olga@ours.example'), ('olga@old.example') $$, 'nor does the owner send from it');

CREATE FUNCTION pg_temp.verdict(author text, sender text) RETURNS text LANGUAGE sql AS
$$ SELECT verdict FROM authserver.forwarder_judge_author(author, sender, NULL) $$;
SELECT is(pg_temp.verdict('crew-owner@ours.example', 'olga@ours.example'), 'mismatch', 'nor does he write as it');
SELECT is(pg_temp.verdict('crew@ours.example', 'crew-bounces+b=x.example@ours.example'), 'match', 'it is the list''s');
SELECT is(pg_temp.verdict('crew@ours.example', 'crew+x@ours.example'), 'mismatch', 'what is nobody''s is not');

UPDATE authserver.mailing_list SET extensions = true WHERE name = 'crew';
SELECT is(pg_temp.verdict('crew@ours.example', 'crew+x@ours.example'), 'match');
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('crew+x@ours.example', TRUE) $$, $$ VALUES ('virtmail') $$);
UPDATE authserver.domain SET delimiter = 'none' WHERE name = 'ours.example';
SELECT is_empty($$ SELECT * FROM authserver_resolve_alias('crew+x@ours.example', TRUE) $$);
SELECT results_eq($$ SELECT alias::text FROM authserver_resolve_alias('crew-bounces+x@ours.example', TRUE) $$, $$ VALUES ('virtmail') $$,
    'whatever the delimiter');

SELECT * FROM finish();
ROLLBACK;
