-- Return addresses that would not fit into a local part, behind short tokens.

CREATE TABLE authserver.srs_token (
    token     text PRIMARY KEY,
    address   text NOT NULL,
    last_used date NOT NULL,
    CONSTRAINT srs_token_valid CHECK (token ~ '^[a-z2-7]{26}$'),
    CONSTRAINT srs_token_address_size CHECK (octet_length(address) BETWEEN 3 AND 1000)
);
COMMENT ON TABLE authserver.srs_token IS 'Senders whose SRS address would have more than 64 octets in its local part (RFC 5321 §4.5.3.1.1).';
COMMENT ON COLUMN authserver.srs_token.token IS 'The first 130 bits of the address'' SHA-256 in base 32; the SRS address holds it under a hash that only mailforwarder can make.';
COMMENT ON COLUMN authserver.srs_token.address IS 'To whom a bounce goes.';
COMMENT ON COLUMN authserver.srs_token.last_used IS 'The last day, in UTC, on which mail was forwarded for it.';
CREATE INDEX srs_token_last_used ON authserver.srs_token (last_used);
