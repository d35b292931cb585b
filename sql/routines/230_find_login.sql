CREATE OR REPLACE FUNCTION authserver.find_login(
    login text,
    OUT user_id uuid,
    OUT password text,
    OUT primary_address text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    folded CONSTANT text := lower(login COLLATE "C");
    looked record;
    at     text := login;
BEGIN
    IF strpos(login, '@') = 0 THEN
        SELECT u.id, s.password, m.local_part || '@' || d.name
        INTO user_id, password, primary_address
        FROM authserver.service_user s
        JOIN authserver.mail_user u ON u.id = s.user_id AND u.active
        JOIN authserver.email_alias m ON m.id = u.delivery_mailbox_id
        JOIN authserver.domain d ON d.id = m.domain_id
        WHERE s.username = folded;
    ELSE
        -- As far as forwarder_resolve follows redirects.
        FOR i IN 0 .. 10 LOOP
            looked := authserver.look_up(at);
            -- Nobody is called LIST-request, though its owner gets the mail.
            EXIT WHEN looked.decision <> 'redirect' OR looked.user_id IS NOT NULL;
            at := looked.target;
        END LOOP;
        IF looked.decision IN ('user', 'unknown') AND looked.primary_address IS NOT NULL THEN
            user_id := looked.user_id;
            primary_address := looked.primary_address;
            SELECT u.password INTO password FROM authserver.mail_user u WHERE u.id = looked.user_id;
        END IF;
    END IF;
    IF NOT authserver.is_usable_password(password) THEN
        user_id := NULL;
        password := NULL;
        primary_address := NULL;
    END IF;
END;
$$;

COMMENT ON FUNCTION authserver.find_login(text) IS
'Who logs in with an address of his or with a service user''s name; NULLs where nobody does: unknown, disabled, blocked, in a deactivated domain, without a mailbox or a usable password.';

REVOKE ALL ON FUNCTION authserver.find_login(text) FROM PUBLIC;
