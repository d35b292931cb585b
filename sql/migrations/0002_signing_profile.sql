-- What a domain's signatures cover and say beyond the default (RFC 6376 §3.5 and §5.4). Runs as authserver_owner.
-- A list of field names is written as in h=, with colons between; NULL is none.

ALTER TABLE authserver.domain
    ADD COLUMN header_canonicalization text NOT NULL DEFAULT 'relaxed',
    ADD COLUMN body_canonicalization   text NOT NULL DEFAULT 'relaxed',
    ADD COLUMN signed_fields           text,
    ADD COLUMN oversigned_fields       text,
    ADD COLUMN auid                    text,
    ADD CONSTRAINT domain_header_canonicalization_known CHECK (header_canonicalization IN ('simple', 'relaxed')),
    ADD CONSTRAINT domain_body_canonicalization_known CHECK (body_canonicalization IN ('simple', 'relaxed')),
    -- RFC 5322 §3.6.8 ftext, folded, without the semicolon that would end a tag. Trace fields change on the way, Bcc
    -- is removed there, and a signature does not sign another (RFC 6376 §5.4.1, §5.4.2).
    ADD CONSTRAINT domain_signed_fields_valid CHECK (
        octet_length(signed_fields) <= 1000
        AND signed_fields ~ '^[!-9<-@[-~]+(:[!-9<-@[-~]+)*$'
        AND signed_fields !~ '(^|:)(bcc|resent-bcc|received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]*)(:|$)'),
    ADD CONSTRAINT domain_oversigned_fields_valid CHECK (
        octet_length(oversigned_fields) <= 1000
        AND oversigned_fields ~ '^[!-9<-@[-~]+(:[!-9<-@[-~]+)*$'
        AND oversigned_fields !~ '(^|:)(bcc|resent-bcc|received|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]*)(:|$)'),
    -- RFC 6376 §3.5 i=: the domain or one below it, a Dot-string or nothing before the @.
    ADD CONSTRAINT domain_auid_valid CHECK (
        auid = 'author'
        OR (octet_length(auid) <= 320
            AND auid ~ '^([A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*)?@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
            AND (split_part(auid, '@', 2) = name OR right(split_part(auid, '@', 2), length(name) + 1) = '.' || name)));

COMMENT ON COLUMN authserver.domain.header_canonicalization IS 'The first word of c=.';
COMMENT ON COLUMN authserver.domain.body_canonicalization IS 'The second word of c=.';
COMMENT ON COLUMN authserver.domain.signed_fields IS 'Header fields that are signed where present, beyond the default; names in lower case with colons between.';
COMMENT ON COLUMN authserver.domain.oversigned_fields IS 'Header fields that are signed once more than they come, present or not, beyond the default.';
COMMENT ON COLUMN authserver.domain.auid IS 'i=: author for the author''s address, or [local-part]@ and this domain or one below it; NULL for none.';
