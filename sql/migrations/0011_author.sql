-- Who may write in a domain's name: its author against who submitted the mail. Runs as authserver_owner. Domains that are
-- here already, and those that are imported, ask nothing until somebody says so; `authserver domain create` has its own default.

ALTER TABLE authserver.domain
    ADD COLUMN author_must_match text NOT NULL DEFAULT 'off',
    ADD COLUMN author_mismatch   text NOT NULL DEFAULT 'unsigned',
    ADD CONSTRAINT domain_author_must_match_known CHECK (author_must_match IN ('off', 'domain', 'address')),
    ADD CONSTRAINT domain_author_mismatch_known CHECK (author_mismatch IN ('unsigned', 'refuse'));
COMMENT ON COLUMN authserver.domain.author_must_match IS
'What who submits mail with an author of this domain must have: nothing (off), an address in it (domain), or the author''s address (address).';
COMMENT ON COLUMN authserver.domain.author_mismatch IS 'What becomes of mail where that is not so: it goes out unsigned, or is refused (550 5.7.1).';

-- A login may be a service user's name: whom it stands for decides as well.
CREATE FUNCTION authserver.notify_service_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM authserver.notify_users((SELECT array_agg(DISTINCT c.user_id) FROM changed c));
    IF TG_OP = 'INSERT' THEN
        PERFORM authserver.notify_changes('domain', ARRAY[0]);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION authserver.notify_service_user() IS
'Notifies the users of service users that changed; a new one also drops what was cached about names that were nobody''s.';

CREATE TRIGGER notify_insert AFTER INSERT ON authserver.service_user REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user();
CREATE TRIGGER notify_update_new AFTER UPDATE ON authserver.service_user REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user();
CREATE TRIGGER notify_update_old AFTER UPDATE ON authserver.service_user REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user();
CREATE TRIGGER notify_delete AFTER DELETE ON authserver.service_user REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_service_user();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON authserver.service_user
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

-- Tells author_must_match as well. A dkimsigner that is running reads by name and goes on with it.
DROP FUNCTION IF EXISTS authserver.signer_profiles(text[]);
