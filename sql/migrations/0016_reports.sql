-- Whom mailforwarder has written a report that is limited, and when. Runs as authserver_owner.

CREATE TABLE authserver.report_told (
    address text        NOT NULL,
    told_at timestamptz NOT NULL,
    CONSTRAINT report_told_pkey PRIMARY KEY (address),
    CONSTRAINT report_told_address_size CHECK (octet_length(address) BETWEEN 3 AND 1000)
);
COMMENT ON TABLE authserver.report_told IS 'Who was told of dropped mail, or of bounces that members refused: at most one report an hour for each.';
COMMENT ON COLUMN authserver.report_told.address IS 'A list''s owner or own reverse-path, or a postmaster of ours, folded.';
COMMENT ON COLUMN authserver.report_told.told_at IS 'When the last report was written.';
CREATE INDEX report_told_told_at ON authserver.report_told (told_at);
