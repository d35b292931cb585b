-- What forwarders remember of messages that come again. Runs as authserver_owner. Nothing has written to the table yet.

DELETE FROM authserver.delivery_outcome;

ALTER TABLE authserver.delivery_outcome
    ADD COLUMN envelope bigint NOT NULL,
    DROP CONSTRAINT delivery_outcome_known,
    ADD CONSTRAINT delivery_outcome_known CHECK (outcome IN ('delivered', 'refused', 'reported', 'deferred'));

COMMENT ON COLUMN authserver.delivery_outcome.key IS 'SHA-256 over the message''s hash, the reverse-path, the client''s recipient and the target: nobody can read an address from it.';
COMMENT ON COLUMN authserver.delivery_outcome.envelope IS '64 bits of a hash over reverse-path and recipient: who has no row here need not be looked up.';
COMMENT ON COLUMN authserver.delivery_outcome.outcome IS 'delivered: a next hop took it; refused: for good, nobody was told yet; reported: refused, and somebody was told; deferred: since first_seen.';
COMMENT ON COLUMN authserver.delivery_outcome.reply IS 'Why it was refused, for the notification.';
CREATE INDEX delivery_outcome_envelope ON authserver.delivery_outcome (envelope);
