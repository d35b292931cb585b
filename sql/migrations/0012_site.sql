-- What holds for the whole site, in one row. Runs as authserver_owner.

CREATE TABLE authserver.site (
    only_row       boolean NOT NULL DEFAULT true,
    max_targets    int     NOT NULL DEFAULT 20000,
    srs_form       text    NOT NULL DEFAULT 'separated',
    srs_form_since timestamptz,
    CONSTRAINT site_pkey PRIMARY KEY (only_row),
    CONSTRAINT site_only_row CHECK (only_row),
    CONSTRAINT site_max_targets_range CHECK (max_targets BETWEEN 1 AND 100000),
    CONSTRAINT site_srs_form_known CHECK (srs_form IN ('mailsrs', 'separated'))
);
COMMENT ON TABLE authserver.site IS 'What holds for the whole site: one row.';
COMMENT ON COLUMN authserver.site.max_targets IS 'Addresses behind one recipient at most; a list that has more takes no mail.';
COMMENT ON COLUMN authserver.site.srs_form IS 'How the hash of a new return address is made: as Mail::SRS does it (mailsrs), or over separated parts.';
COMMENT ON COLUMN authserver.site.srs_form_since IS 'When that was changed; the other form proves addresses for 21 days more. NULL where it never was.';

CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON authserver.site
    FOR EACH STATEMENT EXECUTE FUNCTION authserver.notify_all();

-- Where there are domains, return addresses of before are under way.
INSERT INTO authserver.site (srs_form)
VALUES (CASE WHEN EXISTS (SELECT FROM authserver.domain) THEN 'mailsrs' ELSE 'separated' END);
