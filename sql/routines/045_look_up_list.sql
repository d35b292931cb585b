CREATE OR REPLACE FUNCTION authserver.look_up_list(
    list_id bigint,
    OUT list_name text,
    OUT new_mailfrom text,
    OUT owner_address text,
    OUT null_sender text,
    OUT single_member boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner_id uuid;
BEGIN
    SELECT l.name, l.new_mailfrom, l.null_sender, l.owner_id INTO list_name, new_mailfrom, null_sender, owner_id
    FROM authserver.mailing_list l
    WHERE l.id = look_up_list.list_id;
    IF owner_id IS NOT NULL THEN
        SELECT o.local_part || '@' || d.name INTO owner_address
        FROM authserver.mail_user u
        JOIN authserver.email_alias o ON o.id = u.delivery_mailbox_id
        JOIN authserver.domain d ON d.id = o.domain_id
        WHERE u.id = owner_id AND u.active AND d.active;
    END IF;
    single_member := false;
    IF null_sender IS NULL AND new_mailfrom IS NULL AND owner_address IS NULL THEN
        single_member := (
            SELECT count(*) = 1
            FROM (SELECT FROM authserver.mailing_list_address m WHERE m.list_id = look_up_list.list_id LIMIT 2) few);
    END IF;
END;
$$;

COMMENT ON FUNCTION authserver.look_up_list(bigint) IS
'What a list says about what is sent through it: its name, its own reverse-path, the primary address of its owner where that is an active user, and who gets bounces. single_member: whether it has one member, however many that stands for, as far as that decides who gets them.';

REVOKE ALL ON FUNCTION authserver.look_up_list(bigint) FROM PUBLIC;
