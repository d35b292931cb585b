-- Rows of which none can be carried over as it is. KEY, WEAK_KEY and HASH stand for what a test puts there.
INSERT INTO mailauth_domain (id, name, redirect_to, dkimselector, dkimkey) VALUES
    (10, 'under_score.example', '', '', ''),
    (11, 'OURS.example', '', '', ''),
    (12, 'Bücher.Example', 'not a domain', 's', 'no key'),
    (13, 'self.example', 'SELF.example', 'no_selector', 'KEY'),
    (14, 'weak.example', '', 'w', 'WEAK_KEY');
UPDATE mailauth_domain SET jwtkey = 'x' WHERE id = 1;

INSERT INTO mailauth_mnuser (uuid, identifier, password, fullname, is_active, yubikey_serial) VALUES
    ('00000000-0000-0000-0000-000000000010', 'with space', '', '', true, ''),
    ('00000000-0000-0000-0000-000000000011', 'ALICE', '', '', true, ''),
    ('00000000-0000-0000-0000-000000000012', 'django', 'pbkdf2_sha256$1$x$y', E'D\tJ', true, ''),
    ('00000000-0000-0000-0000-000000000013', 'sleeper', '!unusable', 'S', false, '7'),
    ('00000000-0000-0000-0000-000000000014', 'thief', 'HASH', 'T', true, ''),
    ('00000000-0000-0000-0000-000000000015', 'homeless', 'HASH', 'H', true, ''),
    ('00000000-0000-0000-0000-000000000016', 'taken', 'HASH', 'H', true, ''),
    ('00000000-0000-0000-0000-000000000017', 'slash', 'HASH', 'S', true, '');

INSERT INTO mailauth_mailinglist (id, name, addresses, new_mailfrom, owner_id) VALUES
    (10, 'same', ARRAY['good@x.example', 'no address', NULL, 'GOOD@x.example'], 'nobody',
        '00000000-0000-0000-0000-000000000010'),
    (11, 'same', ARRAY['a@x.example'], 'Back@ours.example', NULL),
    (12, '', ARRAY[]::varchar[], '', NULL),
    (13, 'huge', array_fill('a@x.example'::varchar, ARRAY[100001]), '', NULL);

INSERT INTO mailauth_emailalias (id, domain_id, mailprefix, user_id, forward_to_id, blacklisted) VALUES
    (100, 1, 'a b', '00000000-0000-0000-0000-000000000001', NULL, false),
    (101, 1, 'BOB', '00000000-0000-0000-0000-000000000001', NULL, false),
    (102, 1, 'both', '00000000-0000-0000-0000-000000000001', 10, false),
    (103, 1, 'neither', NULL, NULL, false),
    (104, 10, 'x', '00000000-0000-0000-0000-000000000001', NULL, false),
    (105, 1, 'gone', '00000000-0000-0000-0000-000000000010', NULL, false),
    (106, 14, 'kept', '00000000-0000-0000-0000-000000000001', NULL, false),
    (107, 1, 'info-desk', '00000000-0000-0000-0000-000000000001', NULL, false),
    (108, 1, 'Sales', '00000000-0000-0000-0000-000000000001', NULL, false),
    (109, 1, 'spam', NULL, NULL, true),
    (110, 1, 'spam2', '00000000-0000-0000-0000-000000000001', 10, true),
    (111, 1, 'back', NULL, 11, false),
    (112, 10, 'home', '00000000-0000-0000-0000-000000000015', NULL, false),
    (113, 1, '/alice', '00000000-0000-0000-0000-000000000017', NULL, false),
    (114, 1, 'everybody', NULL, 13, false);
UPDATE mailauth_mnuser SET delivery_mailbox_id = 107 WHERE identifier = 'thief';
UPDATE mailauth_mnuser SET delivery_mailbox_id = 112 WHERE identifier = 'homeless';
UPDATE mailauth_mnuser SET delivery_mailbox_id = 113 WHERE identifier = 'slash';

INSERT INTO mailauth_mnserviceuser (id, user_id, username, password) VALUES
    (10, '00000000-0000-0000-0000-000000000001', 'me@home', 'x'),
    (11, '00000000-0000-0000-0000-000000000001', 'Twice', '$5$x'),
    (12, '00000000-0000-0000-0000-000000000001', 'twice', '$argon2id$v=19$x'),
    (13, '00000000-0000-0000-0000-000000000010', 'orphan', '$5$a$b');

INSERT INTO mailauth_mnapplicationpermission (id, name, permission_name) VALUES (10, 'nameless', NULL);
INSERT INTO mailauth_mngroup (id, name) VALUES (10, '  ');
INSERT INTO mailauth_mnuser_app_permissions (mnuser_id, mnapplicationpermission_id) VALUES
    ('00000000-0000-0000-0000-000000000002', 10);
