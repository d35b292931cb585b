-- What only a privileged role can do, once for each database: the five group roles and the schema.
-- Run it as a superuser, or as a role with CREATEROLE that may create schemas in this database.
-- Running it again changes nothing. Everything later (migrations, routines) works as authserver_owner.
--
-- None of these roles can log in. Give a login role what it needs with GRANT:
--   GRANT authserver_owner     TO who runs `authserver db migrate`;
--   GRANT authserver_admin     TO who runs the other `authserver` commands;
--   GRANT authserver_signer    TO dkimsigner's role;
--   GRANT authserver_forwarder TO mailforwarder's role;
--   GRANT authserver_api       TO OpenSMTPD's and Dovecot's roles (`authserver spapi grant` does the same).

DO $bootstrap$
DECLARE
    role_name text;
BEGIN
    IF pg_catalog.current_setting('server_version_num')::int < 130000 THEN
        RAISE EXCEPTION 'PostgreSQL 13 or later is needed' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database''s encoding is %, but UTF8 is needed',
            pg_catalog.current_setting('server_encoding') USING ERRCODE = 'feature_not_supported';
    END IF;
    FOREACH role_name IN ARRAY ARRAY['authserver_owner', 'authserver_admin', 'authserver_signer',
                                     'authserver_forwarder', 'authserver_api'] LOOP
        -- Roles belong to the whole cluster: another database may have made them, even at this moment.
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role_name);
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO %I', pg_catalog.current_database(), role_name);
    END LOOP;

    -- A creator that is no superuser must be a member of the owner to hand it a schema.
    IF NOT pg_catalog.pg_has_role(current_user, 'authserver_owner', 'USAGE') THEN
        EXECUTE pg_catalog.format('GRANT authserver_owner TO %I', current_user);
    END IF;

    -- So that `authserver spapi grant ROLE` needs no privileged role.
    IF NOT EXISTS (
        SELECT FROM pg_catalog.pg_auth_members m
        WHERE m.roleid = 'authserver_api'::regrole AND m.member = 'authserver_owner'::regrole AND m.admin_option)
    THEN
        GRANT authserver_api TO authserver_owner WITH ADMIN OPTION;
    END IF;

    IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'authserver') THEN
        CREATE SCHEMA authserver AUTHORIZATION authserver_owner;
    END IF;
END;
$bootstrap$;

COMMENT ON SCHEMA authserver IS 'Mail domains, users, aliases, lists and DKIM keys of authserver.';
REVOKE ALL ON SCHEMA authserver FROM PUBLIC;
GRANT USAGE ON SCHEMA authserver TO authserver_admin, authserver_signer, authserver_forwarder;

-- The stored-procedure API lives in public. Where everybody may create there (the default before PostgreSQL
-- 15), a stranger could plant a function of the same name that takes text, which a caller's literal prefers.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO authserver_owner;
GRANT USAGE ON SCHEMA public TO authserver_api;
