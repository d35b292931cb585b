-- A site without a fault. KEY, CRLF_KEY and HASH stand for what a test puts there.
UPDATE mailauth_domain SET dkimselector = 'S2024', can_use_transactional_email = true, dkimkey = 'KEY';
INSERT INTO mailauth_domain (name, redirect_to, dkimselector, dkimkey) VALUES
    ('old.example', ' @Ours.Example ', 'k', 'CRLF_KEY');

INSERT INTO mailauth_mailinglist (name, addresses, new_mailfrom, owner_id) VALUES
    ('Team', ARRAY['alice@ours.example', 'Carol@Elsewhere.Example'], 'team-bounces@ours.example',
        '00000000-0000-0000-0000-000000000001');
INSERT INTO mailauth_emailalias (user_id, domain_id, mailprefix, forward_to_id) VALUES
    ('00000000-0000-0000-0000-000000000001', 1, 'info', NULL),
    (NULL, 1, 'team', 1);

INSERT INTO mailauth_mnserviceuser (user_id, username, password, description) VALUES
    ('00000000-0000-0000-0000-000000000002', 'printer', 'sha256_passlibHASH', 'on the second floor');

INSERT INTO mailauth_mnapplicationpermission (name, permission_name) VALUES
    ('May read mail', 'mail:read'), ('May send', 'mail:send');
INSERT INTO mailauth_mngroup (name) VALUES ('Staff');
INSERT INTO mailauth_mngroup_group_permissions (mngroup_id, mnapplicationpermission_id) VALUES (1, 1);
INSERT INTO mailauth_mnuser_app_groups (mnuser_id, mngroup_id) VALUES ('00000000-0000-0000-0000-000000000001', 1);
INSERT INTO mailauth_mnuser_app_permissions (mnuser_id, mnapplicationpermission_id) VALUES
    ('00000000-0000-0000-0000-000000000002', 2);
