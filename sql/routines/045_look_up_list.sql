CREATE OR REPLACE FUNCTION authserver.look_up_list(
    list_id bigint,
    OUT list_name text,
    OUT new_mailfrom text,
    OUT owner_address text,
    OUT null_sender text,
    OUT single_member boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.name, l.new_mailfrom,
           (SELECT o.local_part || '@' || d.name
            FROM authserver.mail_user u
            JOIN authserver.email_alias o ON o.id = u.delivery_mailbox_id
            JOIN authserver.domain d ON d.id = o.domain_id
            WHERE u.id = l.owner_id AND u.active AND d.active),
           l.null_sender,
           (SELECT count(*) = 1 FROM (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = l.id LIMIT 2) few)
    FROM authserver.mailing_list l
    WHERE l.id = look_up_list.list_id
$$;

COMMENT ON FUNCTION authserver.look_up_list(bigint) IS
'What a list says about what is sent through it: its name, its own reverse-path, the primary address of its owner where that is an active user, and who gets bounces. single_member: whether it has one member, however many that stands for.';

REVOKE ALL ON FUNCTION authserver.look_up_list(bigint) FROM PUBLIC;
